/** The requests that HEC knows, each with one verdict. Others decide where to post and when to post again. */

import type { CookieHeader } from './cookies.ts'
import { createExchange, type Exchanged, type ExchangeOptions } from './exchange.ts'
import { doubtGzip } from './gzip-doubt.ts'
import { judge, judgeProbe, judgeUnanswered } from './judge.ts'
import type { Payload } from './packed.ts'
import { type Reply, readAcks, retryAfterMs } from './reply.ts'
import type { Token } from './token.ts'
import { isTokenRefused, type Verdict } from './verdict.ts'

export interface HecClient {
  /** `host:port`, as metrics and messages name the endpoint. */
  readonly endpoint: string
  /** Posts events on a channel; which one matters only with acknowledgement. */
  post(payload: Payload, channel: string, signal: AbortSignal): Promise<PostAttempt>
  /** Asks for an acknowledgement. */
  poll(question: AckQuestion, signal: AbortSignal): Promise<Polled>
  /** Asks whether HEC is healthy; needs no token. */
  probe(signal: AbortSignal): Promise<Attempt>
  /** How often a load balancer has changed the cookie by which it finds its way back. */
  cookieChanges(): number
  close(): void
}

export interface Attempt {
  readonly verdict: Verdict
  /** What was answered, in a few words: `503 Server is busy (code 9)`, `ECONNREFUSED`. */
  readonly detail: string
  /** What was answered, without status and code: `Server is busy`, `ECONNREFUSED`; empty when it was not HEC's. */
  readonly answer: string
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** HEC's code; null when the answer was not HEC's. */
  readonly code: number | null
}

export interface PostAttempt extends Attempt {
  /** The cookies that lead back to the indexer that answered: requests under way at once may reach several. */
  readonly cookies: CookieHeader
}

export interface AckQuestion {
  readonly channel: string
  readonly ackId: number
  /** The cookies of the answer that gave the id; without them the latest are sent. */
  readonly cookies?: CookieHeader
}

export type Polled =
  /** The ids that are indexed; Splunk says so once for each. */
  | { readonly kind: 'answered'; readonly indexed: ReadonlySet<number> }
  | { readonly kind: 'failed'; readonly attempt: Attempt }

export interface HecClientOptions extends ExchangeOptions {
  /** Told when Splunk refuses it. */
  readonly token: Token
}

/** For requests without events. */
const SHORT_TIMEOUT_MS = 10_000

export function createHecClient({ token, ...options }: HecClientOptions): HecClient {
  const exchange = createExchange(options)
  const { timeoutMs } = options.splunk
  const shortMs = Math.min(SHORT_TIMEOUT_MS, timeoutMs)

  function judged(exchanged: Exchanged, judgeAnswer: Judge): Attempt {
    const attempt = attemptOf(exchanged, judgeAnswer)
    if (isTokenRefused(attempt.verdict)) token.refused()
    return attempt
  }

  return {
    endpoint: exchange.endpoint,
    close: exchange.close,
    cookieChanges: exchange.cookieChanges,
    async post(payload, channel, signal) {
      const encoding: Headers = payload.gzip ? { 'content-encoding': 'gzip' } : {}
      const exchanged = await exchange.ask(
        {
          operation: 'event',
          method: 'POST',
          token: token.current(),
          headers: { ...headersFor(channel), ...encoding },
          body: payload.bytes,
          timeoutMs,
        },
        signal,
      )
      const attempt = judged(exchanged, (status, reply) => doubtGzip(payload, judge(status, reply, payload)))
      return { ...attempt, cookies: exchanged.cookies }
    },
    async poll({ channel, ackId, cookies }, signal) {
      const exchanged = await exchange.ask(
        {
          operation: 'ack',
          method: 'POST',
          token: token.current(),
          headers: headersFor(channel),
          body: Buffer.from(JSON.stringify({ acks: [ackId] })),
          ...(cookies && { cookies }),
          timeoutMs: shortMs,
        },
        signal,
      )
      const { outcome } = exchanged
      const indexed = outcome.kind === 'answer' && outcome.status === 200 ? readAcks(outcome.body) : undefined
      if (indexed) return { kind: 'answered', indexed }
      return { kind: 'failed', attempt: judged(exchanged, judgeProbe) }
    },
    async probe(signal) {
      const question = { operation: 'health', method: 'GET', headers: {}, timeoutMs: shortMs } as const
      return attemptOf(await exchange.ask(question, signal), judgeProbe)
    },
  }
}

type Headers = Readonly<Record<string, string>>

const headersFor = (channel: string): Headers => ({
  'content-type': 'application/json',
  'x-splunk-request-channel': channel,
})

type Judge = (status: number, reply: Reply | undefined) => Verdict

function attemptOf({ outcome, reply }: Exchanged, judgeAnswer: Judge): Attempt {
  if (outcome.kind === 'trouble') {
    const { code: answer } = outcome
    return { verdict: judgeUnanswered(answer), detail: answer, answer, status: 0, code: null }
  }
  const { status, headers } = outcome
  const verdict = judgeAnswer(status, reply)
  const afterMs = retryAfterMs(headers, Date.now())
  return {
    verdict: verdict.kind === 'again' && afterMs !== undefined ? { ...verdict, afterMs } : verdict,
    detail: reply ? `${status} ${reply.text} (code ${reply.code})` : `HTTP ${status}`,
    answer: reply?.text ?? '',
    status,
    code: reply?.code ?? null,
  }
}
