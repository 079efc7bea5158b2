/**
 * One HTTP request, one outcome. The only file that knows got: its retries, redirects and exceptions end here, and so
 * do proxies and TLS. Trouble on the way is a value; only an aborted signal rejects.
 */

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import got, { type Response } from 'got'
import type { TlsConfig } from './config/types.ts'
import { messageOf } from './failure.ts'

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
      readonly durationMs: number
    }
  | {
      readonly kind: 'trouble'
      /** Node's or got's code: ECONNREFUSED, ETIMEDOUT, ENOTFOUND, CERT_HAS_EXPIRED, … */
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
  /** `http://host:port`; without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment count. */
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
  const proxyEnv = proxy ? { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } : proxiesOfEnvironment()
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

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']

/** As Node reads them, only that `host:port` is a proxy too, as for curl, and what is no address is none. */
function proxiesOfEnvironment(): NodeJS.ProcessEnv {
  const addresses = PROXY_VARIABLES.map(name => {
    const value = process.env[name] ?? ''
    const url = value === '' || value.includes('://') ? value : `http://${value}`
    return [name, URL.canParse(url) ? url : '']
  })
  return { ...process.env, ...Object.fromEntries(addresses) }
}

function exchange(request: HttpRequest, agent: Agents, signal: AbortSignal): Promise<HttpOutcome> {
  if (signal.aborted) return Promise.reject(signal.reason)
  const startedAt = performance.now()
  const { maxAnswerBytes, timeoutMs, headroomBytes = 0 } = request
  return new Promise((resolve, reject) => {
    const stream = got.stream(request.url, gotOptions(request, agent, signal))
    const durationMs = () => performance.now() - startedAt
    let head: Response | undefined
    let body = createCollector(headroomBytes, undefined)
    const trouble = (code: string, message: string) => {
      clearTimeout(deadline)
      stream.destroy()
      if (signal.aborted) reject(signal.reason)
      else resolve({ kind: 'trouble', code, message, durationMs: durationMs() })
    }
    const tooLarge = () => trouble('ANSWER_TOO_LARGE', `more than ${maxAnswerBytes} bytes`)
    // got's own limit does not end a request that waits for a free connection.
    const deadline = setTimeout(() => trouble('ETIMEDOUT', `no answer within ${timeoutMs} ms`), timeoutMs)
    stream.once('response', (response: Response) => {
      const announced = response.headers['content-length']
      if (Number(announced) > maxAnswerBytes) return tooLarge()
      head = response
      body = createCollector(headroomBytes, announced)
    })
    stream.on('data', (chunk: Buffer) => {
      body.add(chunk)
      if (body.length() > maxAnswerBytes) tooLarge()
    })
    stream.once('end', () => {
      if (!head) return trouble('NO_ANSWER', 'the connection ended without an answer')
      clearTimeout(deadline)
      // Answered before the request was read: what is left of it would keep the connection and its buffer.
      if (!stream.writableFinished) stream.destroy()
      const { statusCode: status, headers } = head
      resolve({ kind: 'answer', status, headers, body: body.finish(), durationMs: durationMs() })
    })
    stream.once('error', (error: unknown) => trouble(troubleCode(error), messageOf(error)))
    // Ending the stream with the whole body sends it in one piece; as an option got would cut it into 64 KiB.
    if (request.body) stream.end(request.body)
  })
}

function gotOptions({ method, headers, body, timeoutMs }: HttpRequest, agent: Agents, signal: AbortSignal) {
  const contentLength = body ? { 'content-length': String(body.length) } : {}
  return {
    method,
    headers: { ...headers, ...contentLength },
    agent,
    signal,
    timeout: { connect: Math.min(CONNECT_TIMEOUT_MS, timeoutMs) },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    decompress: false,
  }
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

function troubleCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  const cause = error.cause instanceof Error && 'code' in error.cause ? error.cause.code : undefined
  const own = 'code' in error ? error.code : undefined
  const code = own === 'ERR_GOT_REQUEST_ERROR' ? (cause ?? own) : own
  return typeof code === 'string' ? code : error.name
}
