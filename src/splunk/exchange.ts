/** One HTTP exchange with one HEC endpoint: cookies go back and forth, the call is told, the token stays hidden. */

import type { SplunkConfig } from '../config/types.ts'
import type { CreateHttpClient, HttpOutcome } from '../http/client.ts'
import { type CookieHeader, createCookies } from './cookies.ts'
import { type Reply, readReply } from './reply.ts'

export interface Exchange {
  /** `host:port`, as metrics and messages name the endpoint. */
  readonly endpoint: string
  /** Sends one request. Rejects only when the signal is aborted. */
  ask(question: Question, signal: AbortSignal): Promise<Exchanged>
  /** How often a load balancer has changed the cookie by which it finds its way back. */
  cookieChanges(): number
  close(): void
}

export interface Question {
  readonly operation: HecCall['operation']
  readonly method: 'GET' | 'POST'
  readonly token?: string
  readonly headers: Readonly<Record<string, string>>
  /** Without these the latest are sent. */
  readonly cookies?: CookieHeader
  readonly body?: Uint8Array
  readonly timeoutMs: number
}

export interface Exchanged {
  readonly outcome: HttpOutcome
  /** Undefined when the answer is not HEC's, or there is none. */
  readonly reply: Reply | undefined
  /** The cookies that lead back there: as the answer sets them, else as they were sent. */
  readonly cookies: CookieHeader
}

/** What a metric wants to know of one request. */
export interface HecCall {
  readonly endpoint: string
  /** The last part of its path. */
  readonly operation: 'event' | 'ack' | 'health'
  /** HEC's code, else `http_STATUS`, else the network's error code. */
  readonly code: string
  readonly durationMs: number
  readonly sentBytes: number
}

export interface ExchangeOptions {
  readonly splunk: SplunkConfig
  /** Which of `splunk.urls`. */
  readonly url: string
  readonly createHttp: CreateHttpClient
  readonly maxSockets: number
  readonly onCall?: (call: HecCall) => void
}

/** HEC answers in a line; a longer answer comes from elsewhere. */
const MAX_ANSWER_BYTES = 64 * 1024

export function createExchange({
  splunk,
  url: base,
  createHttp,
  maxSockets,
  onCall,
}: ExchangeOptions): Exchange {
  const endpoint = endpointOf(base)
  const http = createHttp({ tls: splunk.tls, maxSockets, ...(splunk.proxy && { proxy: splunk.proxy }) })
  const cookies = createCookies()
  const collector = `${base}/services/collector`
  return {
    endpoint,
    close: http.close,
    cookieChanges: cookies.changes,
    async ask({ operation, token, ...request }, signal) {
      const url = `${collector}/${operation}`
      const sentBack = request.cookies ?? cookies.header()
      const authorization = token === undefined ? {} : { authorization: `Splunk ${token}` }
      const headers = { 'user-agent': 'sls2splunk', ...sentBack, ...authorization, ...request.headers }
      const outcome = await http.send({ ...request, url, headers, maxAnswerBytes: MAX_ANSWER_BYTES }, signal)
      const isLed = outcome.kind === 'answer' && cookies.take(outcome.headers)
      const reply = outcome.kind === 'answer' ? replyIn(outcome) : undefined
      onCall?.({
        endpoint,
        operation,
        code: reply ? String(reply.code) : codeOf(outcome),
        durationMs: outcome.durationMs,
        sentBytes: request.body?.length ?? 0,
      })
      return {
        outcome,
        reply: reply && withoutToken(reply, token),
        cookies: isLed ? cookies.header() : sentBack,
      }
    },
  }
}

/** Returns host and port of a URL, the port also where the scheme implies it. */
function endpointOf(url: string): string {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

/** Reads the reply; its numbers count only when all of the request was read. */
function replyIn({ body, isEarly }: Extract<HttpOutcome, { kind: 'answer' }>): Reply | undefined {
  const reply = readReply(body)
  return reply && isEarly ? { code: reply.code, text: reply.text } : reply
}

/** Hides the token in a reply that repeats it: the text is kept and shown. */
function withoutToken(reply: Reply, token = ''): Reply {
  return token === '' ? reply : { ...reply, text: reply.text.replaceAll(token, '***') }
}

/** Names an outcome without a reply of HEC's. */
function codeOf(outcome: HttpOutcome): string {
  return outcome.kind === 'trouble' ? outcome.code : `http_${outcome.status}`
}
