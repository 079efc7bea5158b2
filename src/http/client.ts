/**
 * One HTTP request, one outcome, straight on Node's own client: nothing is tried again, no redirect followed, nothing
 * decompressed. Proxies and TLS end here. Trouble on the way is a value; only an aborted signal rejects.
 */

import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { toFailure } from '../base/failure.ts'
import { environmentProxies } from '../base/proxy.ts'
import type { TlsConfig } from '../base/tls.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** For the whole exchange, from the first byte out to the last byte in. */
  readonly timeoutMs: number
  /** A longer answer is trouble: nobody may fill our memory. */
  readonly maxAnswerBytes: number
  /** Bytes left free in front of the answer's body, for a decompressor that wants a prefix there. */
  readonly headroomBytes?: number
}

export type HttpOutcome =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: HttpHeaders
      /** Begins with `headroomBytes` bytes of no meaning. */
      readonly body: Buffer
      /** The answer ended before the request was written: the server has not read all of it. Never with a 2xx. */
      readonly isEarly: boolean
      readonly durationMs: number
    }
  | {
      readonly kind: 'trouble'
      /** Node's code (ECONNREFUSED, ETIMEDOUT, ENOTFOUND, CERT_HAS_EXPIRED, …), or EARLY_SUCCESS, ANSWER_TOO_LARGE. */
      readonly code: string
      readonly message: string
      readonly durationMs: number
    }

export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>

export interface HttpClient {
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome>
  /** Closes idle connections; requests under way end by their signal. */
  close(): void
}

export interface HttpClientOptions {
  readonly tls: TlsConfig
  /** `http://host:port`; `''` for none; without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment count. */
  readonly proxy?: string
  readonly maxSockets: number
  /** Whose name the certificate must carry when it is not the URL's host; `''` for an IP address (no SNI). */
  readonly serverName?: string
}

/** Splunk closes idle connections after 12 s when busy; whoever closes first does not lose a request. */
const IDLE_SOCKET_MS = 8_000
const CONNECT_TIMEOUT_MS = 10_000

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agents = createAgents(options)
  return {
    send: (request, signal) => exchange(request, agents, signal),
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

function createAgents({ tls, proxy, maxSockets, serverName }: HttpClientOptions): Agents {
  const proxyEnv =
    proxy === undefined
      ? { ...process.env, ...environmentProxies(process.env).urls }
      : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }
  const common = { keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS, proxyEnv }
  const secure = {
    ...common,
    rejectUnauthorized: tls.verify,
    ...(tls.ca && { ca: tls.ca }),
    ...(tls.cert && { cert: tls.cert }),
    ...(tls.key && { key: tls.key }),
    ...(serverName !== undefined && { servername: serverName }),
  }
  return { http: new HttpAgent(common), https: new HttpsAgent(secure) }
}

async function exchange(request: HttpRequest, agents: Agents, signal: AbortSignal): Promise<HttpOutcome> {
  signal.throwIfAborted()
  const startedAt = performance.now()
  const ended = await startExchange(request, agents, signal)
  // An answer that is here counts, whatever the signal says by now.
  if (ended.kind === 'trouble') signal.throwIfAborted()
  return { ...ended, durationMs: performance.now() - startedAt }
}

/** A success that cannot be one: whoever answers has not read what it says that it has taken. */
export const EARLY_SUCCESS = 'EARLY_SUCCESS'

const isSuccess = (status: number) => status >= 200 && status < 300

type Ended =
  | Omit<Extract<HttpOutcome, { kind: 'answer' }>, 'durationMs'>
  | Omit<Extract<HttpOutcome, { kind: 'trouble' }>, 'durationMs'>

/**
 * Whatever comes first ends it: the whole answer, an error, a limit, the signal. What comes later is not listened to,
 * and the connection is given up unless the answer has ended with nothing of the request left to send.
 */
function startExchange(request: HttpRequest, agents: Agents, signal: AbortSignal): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const { maxAnswerBytes, timeoutMs, headroomBytes = 0 } = request
  const started = startRequest(request, agents)
  if ('kind' in started) return Promise.resolve(started)
  const sent = started
  let connecting: NodeJS.Timeout | undefined

  function end(ended: Ended): void {
    clearTimeout(deadline)
    clearTimeout(connecting)
    signal.removeEventListener('abort', giveUp)
    const isWhole = ended.kind === 'answer' && !ended.isEarly
    if (!isWhole) sent.destroy()
    resolve(ended)
  }
  const fail = (code: string, message: string) => end({ kind: 'trouble', code, message })
  const giveUp = () => fail('ABORTED', 'given up')
  const tooLarge = () => fail('ANSWER_TOO_LARGE', `more than ${maxAnswerBytes} bytes`)
  const tooLate = (ms: number, what: string) => () => fail('ETIMEDOUT', `no ${what} within ${ms} ms`)
  const deadline = setTimeout(tooLate(timeoutMs, 'answer'), timeoutMs)

  signal.addEventListener('abort', giveUp)
  sent.on('error', error => end(troubleOf(error)))
  sent.once('socket', socket => {
    if (!socket.connecting) return
    const ms = Math.min(CONNECT_TIMEOUT_MS, timeoutMs)
    connecting = setTimeout(tooLate(ms, 'connection'), ms)
    socket.once('connect', () => clearTimeout(connecting))
  })
  sent.once('response', answer => {
    const announced = answer.headers['content-length']
    answer.on('error', () => fail('ECONNRESET', 'the connection ended within the answer'))
    if (Number(announced) > maxAnswerBytes) return tooLarge()
    const body = createCollector(headroomBytes, announced)
    answer.on('data', (chunk: Buffer) => {
      body.add(chunk)
      if (body.length() > maxAnswerBytes) tooLarge()
    })
    answer.once('end', () => {
      const { statusCode: status = 0, headers } = answer
      const isEarly = !sent.writableFinished
      if (isEarly && isSuccess(status))
        return fail(EARLY_SUCCESS, `answered ${status} before the request was written`)
      end({ kind: 'answer', status, headers, body: body.finish(), isEarly })
    })
  })
  sent.end(request.body)
  return promise
}

/** Of an address that is none, trouble like any other. */
function startRequest({ method, url, headers, body }: HttpRequest, agents: Agents): ClientRequest | Ended {
  const length = body ? { 'content-length': String(body.length) } : {}
  const options = { method, headers: { ...headers, ...length } }
  try {
    return url.startsWith('https:')
      ? httpsRequest(url, { ...options, agent: agents.https })
      : httpRequest(url, { ...options, agent: agents.http })
  } catch (error) {
    return troubleOf(error)
  }
}

function troubleOf(error: unknown): Ended {
  const { code, message } = toFailure(error)
  // Of several addresses of one name, none of which can be reached, Node gives the code alone.
  return { kind: 'trouble', code, message: message || code }
}

/** Copies chunks straight to where they belong when the length is announced; joins them at the end when not. */
function createCollector(headroom: number, announced: string | undefined) {
  const expected = Number(announced)
  const target =
    Number.isInteger(expected) && expected > 0 ? Buffer.allocUnsafe(headroom + expected) : undefined
  const loose: Buffer[] = []
  let length = 0
  return {
    length: () => length,
    add(chunk: Buffer): void {
      if (target && headroom + length + chunk.length <= target.length) chunk.copy(target, headroom + length)
      else loose.push(chunk)
      length += chunk.length
    },
    finish(): Buffer {
      if (target && headroom + length === target.length) return target
      const start = target ? target.subarray(0, headroom + length) : Buffer.alloc(headroom)
      return loose.length > 0 ? Buffer.concat([start, ...loose]) : start
    },
  }
}
