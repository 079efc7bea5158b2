/**
 * Signs, sends and reads one request. Two things are mended on the spot, because the request never really began: a
 * clock that is off (signed again with the server's time) and credentials that have run out (asked for again once).
 */

import { createHash } from 'node:crypto'
import type { SlsConfig } from '../config/types.ts'
import { messageOf } from '../failure.ts'
import { createHttpClient, type HttpClient, type HttpHeaders } from '../http.ts'
import { excerpt, isRecord, isText, parseJson } from '../json.ts'
import { type ProjectAddress, projectAddress } from './address.ts'
import { type Credentials, type CredentialsProvider, createCredentials } from './credentials.ts'
import { BAD_RESPONSE, failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { HEADROOM_BYTES } from './page.ts'
import { encodeRfc3986, signV1, signV4 } from './signature.ts'

/** What a metric wants to know of one request. */
export interface SlsCall {
  readonly operation: Operation
  /** `ok`, or the failure's code. */
  readonly code: string
  readonly durationMs: number
  readonly receivedBytes: number
}

export type Operation = 'admin' | 'heartbeat' | 'checkpoint_get' | 'checkpoint_save' | 'cursor' | 'pull'

export interface Call {
  readonly operation: Operation
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly timeoutMs: number
}

export interface Answer {
  readonly headers: HttpHeaders
  readonly body: Buffer
}

export interface TransportOptions {
  readonly sls: SlsConfig
  readonly project: string
  readonly maxSockets: number
  readonly onCall?: (call: SlsCall) => void
}

/** One log group may be 10 MB and a page several times that; this only stops an answer that never ends. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024

export interface Transport {
  call(request: Call, signal: AbortSignal): Promise<SlsResult<Answer>>
  close(): void
}

export async function createTransport({
  sls,
  project,
  maxSockets,
  onCall,
}: TransportOptions): Promise<Transport> {
  const address = projectAddress(sls.endpoint, project)
  const credentials = await createCredentials(sls.credentials)
  const { tls, proxy } = sls
  const { serverName } = address
  const http = createHttpClient({ tls, maxSockets, serverName, ...(proxy && { proxy }) })
  const clock = createServerClock()

  async function attempt(request: Call, signal: AbortSignal): Promise<SlsResult<Answer>> {
    const keys = await currentKeys(credentials)
    if (keys.kind === 'failed') return keys
    const signed = signCall(request, { sls, address, keys: keys.value, now: clock.now() })
    return exchange(http, request, signed, signal)
  }

  async function exchange(http: HttpClient, request: Call, signed: SignedCall, signal: AbortSignal) {
    const outcome = await http.send(
      {
        ...signed,
        method: request.method,
        timeoutMs: request.timeoutMs,
        maxAnswerBytes: MAX_ANSWER_BYTES,
        headroomBytes: HEADROOM_BYTES,
      },
      signal,
    )
    const result: SlsResult<Answer> =
      outcome.kind === 'trouble'
        ? { kind: 'failed', failure: failureOf(outcome.code, 0, outcome.message) }
        : readAnswer(outcome.status, outcome.headers, outcome.body)
    if (outcome.kind === 'answer') clock.observe(outcome.headers.date)
    onCall?.({
      operation: request.operation,
      code: result.kind === 'ok' ? 'ok' : result.failure.code,
      durationMs: outcome.durationMs,
      receivedBytes: outcome.kind === 'answer' ? outcome.body.length - HEADROOM_BYTES : 0,
    })
    return result
  }

  return {
    close: http.close,
    async call(request, signal) {
      const result = await attempt(request, signal)
      if (result.kind === 'ok') return result
      const { action } = result.failure
      if (action === 'clock' && clock.adopt()) return attempt(request, signal)
      if (action === 'credentials' && (await credentials.refresh())) return attempt(request, signal)
      return result
    },
  }
}

async function currentKeys(credentials: CredentialsProvider): Promise<SlsResult<Credentials>> {
  try {
    return { kind: 'ok', value: await credentials.current() }
  } catch (error) {
    return { kind: 'failed', failure: failureOf('NoCredentials', 401, messageOf(error)) }
  }
}

/**
 * The server's clock as its `Date` headers tell it. The machine's own clock is used until the server refuses a
 * request for its time; from then on the offset seen in that refusal is added.
 */
function createServerClock() {
  let offsetMs = 0
  let seenOffsetMs: number | undefined
  return {
    now: () => new Date(Date.now() + offsetMs),
    observe(date: string | string[] | undefined): void {
      const server = typeof date === 'string' ? Date.parse(date) : Number.NaN
      seenOffsetMs = Number.isNaN(server) ? undefined : server - Date.now()
    },
    /** False when the server did not say what time it has. */
    adopt(): boolean {
      if (seenOffsetMs === undefined) return false
      offsetMs = seenOffsetMs
      return true
    },
  }
}

interface SignedCall {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

interface SigningContext {
  readonly sls: SlsConfig
  readonly address: ProjectAddress
  readonly keys: Credentials
  readonly now: Date
}

function signCall(call: Call, { sls, address, keys, now }: SigningContext): SignedCall {
  const body = call.json === undefined ? undefined : Buffer.from(JSON.stringify(call.json))
  const headers = {
    ...call.headers,
    host: address.host,
    'user-agent': 'sls2splunk',
    'x-log-apiversion': '0.6.0',
    'x-log-bodyrawsize': String(body?.length ?? 0),
    ...(body && { 'content-type': 'application/json', 'content-md5': md5(body) }),
    ...(keys.securityToken && { 'x-acs-security-token': keys.securityToken }),
    ...(sls.signature === 'v4' ? v4Headers(now, body) : v1Headers(now)),
  }
  const request = { method: call.method, path: call.path, query: call.query, headers }
  const authorization =
    sls.signature === 'v4' ? signV4(request, keys, sls.region) : signV1(request, keys, 'hmac-sha1')
  const url = `${address.baseUrl}${call.path}${queryText(call.query)}`
  return { url, headers: { ...headers, authorization }, ...(body && { body }) }
}

function v4Headers(now: Date, body: Uint8Array | undefined) {
  const sha256 = createHash('sha256').update(body ?? '')
  const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  return { 'x-log-date': date, 'x-log-content-sha256': sha256.digest('hex') }
}

function v1Headers(now: Date) {
  return { date: now.toUTCString(), 'x-log-signaturemethod': 'hmac-sha1' }
}

function md5(body: Uint8Array): string {
  return createHash('md5').update(body).digest('hex').toUpperCase()
}

function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeRfc3986(value)}`)
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

function readAnswer(status: number, headers: HttpHeaders, body: Buffer): SlsResult<Answer> {
  if (status === 200) return { kind: 'ok', value: { headers, body } }
  return { kind: 'failed', failure: readFailure(status, headers, body.subarray(HEADROOM_BYTES)) }
}

/** `{errorCode, errorMessage}` as Log Service writes it, `{Error: {Code, Message}}` as its gateway does, or neither. */
function readFailure(status: number, headers: HttpHeaders, body: Buffer): SlsFailure {
  const requestId = isText(headers['x-log-requestid']) ? headers['x-log-requestid'] : undefined
  const json = parseJson(body)
  if (isRecord(json) && isText(json.errorCode)) {
    return failureOf(json.errorCode, status, String(json.errorMessage ?? ''), requestId)
  }
  if (isRecord(json) && isRecord(json.Error) && isText(json.Error.Code)) {
    return failureOf(json.Error.Code, status, String(json.Error.Message ?? ''), requestId)
  }
  return failureOf(BAD_RESPONSE, status, `the answer is not Log Service's: ${excerpt(body)}`, requestId)
}
