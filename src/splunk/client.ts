/** One request to HEC, one verdict. Trying again is `deliver.ts`'s. */

import { randomUUID } from 'node:crypto'
import type { SplunkConfig } from '../config/types.ts'
import { createHttpClient, type HttpOutcome } from '../http.ts'
import {
  judge,
  judgeProbe,
  judgeTrouble,
  type Reply,
  readReply,
  retryAfterMs,
  type Verdict,
} from './answers.ts'

export interface HecClient {
  /** `host:port`, as metrics and messages name the endpoint. */
  readonly endpoint: string
  /** Sends `events` events; the payload is gzip when it says so. */
  post(payload: Payload, signal: AbortSignal): Promise<Attempt>
  /** Asks whether HEC is healthy; needs no token. */
  probe(signal: AbortSignal): Promise<Attempt>
  close(): void
}

export interface Payload {
  readonly bytes: Uint8Array
  readonly gzip: boolean
  readonly events: number
}

export interface Attempt {
  readonly verdict: Verdict
  /** What was answered, in a few words: `503 Server is busy (code 9)`, `ECONNREFUSED`. */
  readonly detail: string
}

/** What a metric wants to know of one request. */
export interface HecCall {
  readonly endpoint: string
  readonly operation: 'event' | 'health'
  /** HEC's code, else `http_STATUS`, else the network's error code. */
  readonly code: string
  readonly durationMs: number
  readonly sentBytes: number
}

export interface HecClientOptions {
  readonly splunk: SplunkConfig
  readonly maxSockets: number
  readonly onCall?: (call: HecCall) => void
}

const PROBE_TIMEOUT_MS = 10_000
/** HEC's answers are a line; what is longer is somebody else's. */
const MAX_ANSWER_BYTES = 64 * 1024

export function createHecClient({ splunk, maxSockets, onCall }: HecClientOptions): HecClient {
  const base = splunk.urls[0] ?? ''
  const endpoint = endpointOf(base)
  const http = createHttpClient({ tls: splunk.tls, maxSockets, ...(splunk.proxy && { proxy: splunk.proxy }) })
  // Ignored by tokens without acknowledgement, demanded by the others.
  const channel = randomUUID()
  const headers = {
    authorization: `Splunk ${splunk.token}`,
    'content-type': 'application/json',
    'user-agent': 'sls2splunk',
    'x-splunk-request-channel': channel,
  }

  function conclude(
    operation: HecCall['operation'],
    outcome: HttpOutcome,
    payload: Payload | undefined,
  ): Attempt {
    const reply = outcome.kind === 'answer' ? readReply(outcome.body) : undefined
    onCall?.({
      endpoint,
      operation,
      code: codeOf(outcome, reply),
      durationMs: outcome.durationMs,
      sentBytes: payload?.bytes.length ?? 0,
    })
    return { verdict: verdictOf(outcome, reply, payload?.events), detail: detailOf(outcome, reply) }
  }

  return {
    endpoint,
    close: http.close,
    async post(payload, signal) {
      const outcome = await http.send(
        {
          method: 'POST',
          url: `${base}/services/collector/event`,
          headers: payload.gzip ? { ...headers, 'content-encoding': 'gzip' } : headers,
          body: payload.bytes,
          timeoutMs: splunk.timeoutMs,
          maxAnswerBytes: MAX_ANSWER_BYTES,
        },
        signal,
      )
      return conclude('event', outcome, payload)
    },
    async probe(signal) {
      const outcome = await http.send(
        {
          method: 'GET',
          url: `${base}/services/collector/health`,
          headers: { 'user-agent': 'sls2splunk' },
          timeoutMs: Math.min(PROBE_TIMEOUT_MS, splunk.timeoutMs),
          maxAnswerBytes: MAX_ANSWER_BYTES,
        },
        signal,
      )
      return conclude('health', outcome, undefined)
    },
  }
}

/** Host and port of a URL, the port also where it is the scheme's own. */
export function endpointOf(url: string): string {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

/** `events` is undefined for a health probe. */
function verdictOf(outcome: HttpOutcome, reply: Reply | undefined, events: number | undefined): Verdict {
  if (outcome.kind === 'trouble') return judgeTrouble(outcome.code)
  const { status } = outcome
  const verdict = events === undefined ? judgeProbe(status, reply) : judge(status, reply, events)
  const afterMs = retryAfterMs(outcome.headers, Date.now())
  return verdict.kind === 'again' && afterMs !== undefined ? { ...verdict, afterMs } : verdict
}

function codeOf(outcome: HttpOutcome, reply: Reply | undefined): string {
  if (outcome.kind === 'trouble') return outcome.code
  return reply ? String(reply.code) : `http_${outcome.status}`
}

function detailOf(outcome: HttpOutcome, reply: Reply | undefined): string {
  if (outcome.kind === 'trouble') return outcome.code
  return reply ? `${outcome.status} ${reply.text} (code ${reply.code})` : `HTTP ${outcome.status}`
}
