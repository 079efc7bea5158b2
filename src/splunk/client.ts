/** One request to one HEC endpoint, one verdict. Where to send and when to try again are decided elsewhere. */

import type { SplunkConfig } from '../config/types.ts'
import { createHttpClient, type HttpOutcome } from '../http/client.ts'
import { type CookieHeader, createCookies } from './cookies.ts'
import { judge, judgeProbe, judgeUnanswered } from './judge.ts'
import type { Payload } from './packed.ts'
import { type Reply, readAcks, readReply, retryAfterMs } from './reply.ts'
import type { Token } from './token.ts'
import type { Verdict } from './verdict.ts'

export interface HecClient {
  /** `host:port`, as metrics and messages name the endpoint. */
  readonly endpoint: string
  /** Sends events on a channel; tokens without acknowledgement do not care which. */
  post(payload: Payload, channel: string, signal: AbortSignal): Promise<PostAttempt>
  /** Asks for an acknowledgement. */
  poll(question: AckQuestion, signal: AbortSignal): Promise<Polled>
  /** Asks whether HEC is healthy; needs no token. */
  probe(signal: AbortSignal): Promise<Attempt>
  /** Grows whenever a load balancer changes the cookie by which it finds its way back. */
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
  /** Those that lead to whoever has answered. Several requests at once may be led to several indexers. */
  readonly cookies: CookieHeader
}

export interface AckQuestion {
  readonly channel: string
  readonly ackId: number
  /** Those of the answer that gave the id; without, the latest. */
  readonly cookies?: CookieHeader
}

export type Polled =
  /** The ids that are indexed: each is said once. */
  | { readonly kind: 'answered'; readonly indexed: ReadonlySet<number> }
  | { readonly kind: 'failed'; readonly attempt: Attempt }

/** What a metric wants to know of one request. */
export interface HecCall {
  readonly endpoint: string
  readonly operation: 'event' | 'ack' | 'health'
  /** HEC's code, else `http_STATUS`, else the network's error code. */
  readonly code: string
  readonly durationMs: number
  readonly sentBytes: number
}

export interface HecClientOptions {
  readonly splunk: SplunkConfig
  /** Which of `splunk.urls`. */
  readonly url: string
  readonly token: Token
  readonly maxSockets: number
  readonly onCall?: (call: HecCall) => void
}

const AUTHORIZATION = 'Splunk '
/** For questions; they carry no events. */
const SHORT_TIMEOUT_MS = 10_000
/** HEC's answers are a line; what is longer is somebody else's. */
const MAX_ANSWER_BYTES = 64 * 1024

export function createHecClient({
  splunk,
  url: base,
  token,
  maxSockets,
  onCall,
}: HecClientOptions): HecClient {
  const endpoint = endpointOf(base)
  const http = createHttpClient({ tls: splunk.tls, maxSockets, ...(splunk.proxy && { proxy: splunk.proxy }) })
  const cookies = createCookies()
  const collector = `${base}/services/collector`

  async function exchange(request: Question, signal: AbortSignal): Promise<Exchanged> {
    const sentBack = request.cookies ?? cookies.header()
    const headers = { 'user-agent': 'sls2splunk', ...sentBack, ...request.headers }
    const outcome = await http.send({ ...request, headers, maxAnswerBytes: MAX_ANSWER_BYTES }, signal)
    const isLed = outcome.kind === 'answer' && cookies.take(outcome.headers)
    const reply = outcome.kind === 'answer' ? replyIn(outcome) : undefined
    onCall?.({
      endpoint,
      operation: request.operation,
      code: reply ? String(reply.code) : codeOf(outcome),
      durationMs: outcome.durationMs,
      sentBytes: request.body?.length ?? 0,
    })
    return {
      outcome,
      reply: reply && withoutToken(reply, headers),
      cookies: isLed ? cookies.header() : sentBack,
    }
  }

  const ofChannel = (channel: string) => ({
    authorization: AUTHORIZATION + token.current(),
    'content-type': 'application/json',
    'x-splunk-request-channel': channel,
  })

  return {
    endpoint,
    close: http.close,
    cookieChanges: cookies.changes,
    async post(payload, channel, signal) {
      const encoding: Readonly<Record<string, string>> = payload.gzip ? { 'content-encoding': 'gzip' } : {}
      const request: Question = {
        operation: 'event',
        method: 'POST',
        url: `${collector}/event`,
        headers: { ...ofChannel(channel), ...encoding },
        body: payload.bytes,
        timeoutMs: splunk.timeoutMs,
      }
      const exchanged = await exchange(request, signal)
      const attempt = attemptOf(exchanged, (status, reply) => judge(status, reply, payload))
      return { ...attempt, cookies: exchanged.cookies }
    },
    async poll({ channel, ackId, cookies: sentBack }, signal) {
      const request: Question = {
        operation: 'ack',
        method: 'POST',
        url: `${collector}/ack`,
        headers: ofChannel(channel),
        body: Buffer.from(JSON.stringify({ acks: [ackId] })),
        ...(sentBack && { cookies: sentBack }),
        timeoutMs: Math.min(SHORT_TIMEOUT_MS, splunk.timeoutMs),
      }
      const exchanged = await exchange(request, signal)
      const { outcome } = exchanged
      const indexed = outcome.kind === 'answer' && outcome.status === 200 ? readAcks(outcome.body) : undefined
      if (indexed) return { kind: 'answered', indexed }
      return { kind: 'failed', attempt: attemptOf(exchanged, judgeProbe) }
    },
    async probe(signal) {
      const request: Question = {
        operation: 'health',
        method: 'GET',
        url: `${collector}/health`,
        headers: {},
        timeoutMs: Math.min(SHORT_TIMEOUT_MS, splunk.timeoutMs),
      }
      return attemptOf(await exchange(request, signal), judgeProbe)
    },
  }
}

/** What an answer says is taken counts only when all of the request was read. */
function replyIn({ body, isEarly }: HttpAnswer): Reply | undefined {
  const reply = readReply(body)
  return reply && isEarly ? { code: reply.code, text: reply.text } : reply
}

type HttpAnswer = Extract<HttpOutcome, { kind: 'answer' }>

interface Exchanged {
  readonly outcome: HttpOutcome
  /** Undefined when the answer is not HEC's, or there is none. */
  readonly reply: Reply | undefined
  /** Those that lead to whoever has answered: as the answer sets them, else as they were sent. */
  readonly cookies: CookieHeader
}

interface Question {
  readonly operation: HecCall['operation']
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly cookies?: CookieHeader
  readonly body?: Uint8Array
  readonly timeoutMs: number
}

/** Host and port of a URL, the port also where it is the scheme's own. */
function endpointOf(url: string): string {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

/** Some answers repeat what they were sent; what they say is kept and shown. */
function withoutToken(reply: Reply, { authorization = '' }: Readonly<Record<string, string>>): Reply {
  const token = authorization.slice(AUTHORIZATION.length)
  return token === '' ? reply : { ...reply, text: reply.text.replaceAll(token, '***') }
}

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

/** Of what HEC has not answered. */
function codeOf(outcome: HttpOutcome): string {
  return outcome.kind === 'trouble' ? outcome.code : `http_${outcome.status}`
}
