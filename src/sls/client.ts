/**
 * The five calls that a consumer makes. Each is one request and one result; whoever calls decides about trying again.
 * Two things are mended on the spot, because the request never really began: a clock that is off (signed again with
 * the server's time) and credentials that have run out (asked for again once).
 */

import { createHash } from 'node:crypto'
import type { SlsConfig, StartPosition } from '../config/types.ts'
import { messageOf } from '../failure.ts'
import { createHttpClient, type HttpClient, type HttpHeaders } from '../http.ts'
import { type ProjectAddress, projectAddress } from './address.ts'
import { type Credentials, type CredentialsProvider, createCredentials } from './credentials.ts'
import { BAD_RESPONSE, failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { type Cursor, HEADROOM_BYTES, type Page, readPage } from './page.ts'
import { encodeRfc3986, signV1, signV4 } from './signature.ts'

export type ShardId = number

export interface SlsClient {
  /** Reports the shards this consumer still works on; answers the ones it shall hold. */
  heartbeat(held: readonly ShardId[], signal: AbortSignal): Promise<SlsResult<readonly ShardId[]>>
  /** The checkpoint of a shard; undefined when none is stored yet. */
  checkpointOf(shard: ShardId, signal: AbortSignal): Promise<SlsResult<Cursor | undefined>>
  /** The cursor of a position; times are of receipt by Log Service. */
  cursorAt(shard: ShardId, start: StartPosition, signal: AbortSignal): Promise<SlsResult<Cursor>>
  /** Up to a thousand log groups from the cursor on. */
  pull(shard: ShardId, cursor: Cursor, signal: AbortSignal): Promise<SlsResult<Page>>
  /** Stores a checkpoint, unless another consumer holds the shard (`forceSuccess=false` is our fence). */
  saveCheckpoint(shard: ShardId, cursor: Cursor, signal: AbortSignal): Promise<SlsResult<void>>
  close(): void
}

export interface SlsClientOptions {
  readonly sls: SlsConfig
  readonly project: string
  readonly logstore: string
  readonly consumerGroup: string
  readonly consumer: string
  readonly query?: string
  readonly heartbeatIntervalMs: number
  readonly maxSockets: number
  readonly onCall?: (call: SlsCall) => void
}

/** What a metric wants to know of one request. */
export interface SlsCall {
  readonly operation: Operation
  /** `ok`, or the failure's code. */
  readonly code: string
  readonly durationMs: number
  readonly receivedBytes: number
}

export type Operation = 'heartbeat' | 'checkpoint_get' | 'checkpoint_save' | 'cursor' | 'pull'

interface Call {
  readonly operation: Operation
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly timeoutMs: number
}

interface Answer {
  readonly headers: HttpHeaders
  readonly body: Buffer
}

const MAX_GROUPS_PER_PULL = 1000
/** One log group may be 10 MB and a page several times that; this only stops an answer that never ends. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024

export async function createSlsClient(options: SlsClientOptions): Promise<SlsClient> {
  const { sls, consumer } = options
  const logstore = `/logstores/${options.logstore}`
  const group = `${logstore}/consumergroups/${options.consumerGroup}`
  const timeoutMs = sls.timeoutMs
  const transport = await createTransport(options)
  const call = (request: Call, signal: AbortSignal) => transport.call(request, signal)

  return {
    async heartbeat(held, signal) {
      const result = await call(
        {
          operation: 'heartbeat',
          method: 'POST',
          path: group,
          query: { type: 'heartbeat', consumer },
          json: held,
          timeoutMs: Math.min(timeoutMs, options.heartbeatIntervalMs),
        },
        signal,
      )
      return parsed(result, body => (isShardList(body) ? body : undefined))
    },

    async checkpointOf(shard, signal) {
      const query = { shard: String(shard) }
      const request: Call = { operation: 'checkpoint_get', method: 'GET', path: group, query, timeoutMs }
      const result = parsed(await call(request, signal), body => (isCheckpointList(body) ? body : undefined))
      if (result.kind === 'failed') return result
      return { kind: 'ok', value: result.value.find(row => row.shard === shard)?.checkpoint || undefined }
    },

    async cursorAt(shard, start, signal) {
      const query = { type: 'cursor', from: start.kind === 'time' ? String(start.seconds) : start.kind }
      const path = `${logstore}/shards/${shard}`
      const result = await call({ operation: 'cursor', method: 'GET', path, query, timeoutMs }, signal)
      return parsed(result, body => (isRecord(body) && isText(body.cursor) ? body.cursor : undefined))
    },

    async pull(shard, cursor, signal) {
      const spl = options.query === undefined ? {} : { query: options.query, pullMode: 'scan_on_stream' }
      const result = await call(
        {
          operation: 'pull',
          method: 'GET',
          path: `${logstore}/shards/${shard}`,
          query: { type: 'log', cursor, count: String(MAX_GROUPS_PER_PULL), ...spl },
          headers: { accept: 'application/x-protobuf', 'accept-encoding': 'lz4' },
          timeoutMs,
        },
        signal,
      )
      return result.kind === 'failed' ? result : readPage(result.value.body, result.value.headers, cursor)
    },

    async saveCheckpoint(shard, cursor, signal) {
      const result = await call(
        {
          operation: 'checkpoint_save',
          method: 'POST',
          path: group,
          query: { type: 'checkpoint', consumer, forceSuccess: 'false' },
          json: { shard, checkpoint: cursor },
          timeoutMs,
        },
        signal,
      )
      return result.kind === 'failed' ? result : { kind: 'ok', value: undefined }
    },

    close: transport.close,
  }
}

interface Transport {
  call(request: Call, signal: AbortSignal): Promise<SlsResult<Answer>>
  close(): void
}

async function createTransport({ sls, project, maxSockets, onCall }: SlsClientOptions): Promise<Transport> {
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

/** A 200 of the wrong shape is a failure, never "nothing". */
function parsed<T>(result: SlsResult<Answer>, read: (json: unknown) => T | undefined): SlsResult<T> {
  if (result.kind === 'failed') return result
  const body = result.value.body.subarray(HEADROOM_BYTES)
  const value = read(parseJson(body))
  if (value !== undefined) return { kind: 'ok', value }
  return { kind: 'failed', failure: failureOf(BAD_RESPONSE, 200, `an answer of the wrong shape: ${excerpt(body)}`) }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function excerpt(body: Buffer): string {
  const text = body.subarray(0, 200).toString('utf8').replace(/\s+/g, ' ').trim()
  return text === '' ? 'empty' : JSON.stringify(text)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isShardList(value: unknown): value is readonly ShardId[] {
  return Array.isArray(value) && value.every(Number.isInteger)
}

interface CheckpointRow {
  readonly shard: ShardId
  readonly checkpoint: string
}

function isCheckpointList(value: unknown): value is readonly CheckpointRow[] {
  const isRow = (row: unknown) => isRecord(row) && Number.isInteger(row.shard) && typeof row.checkpoint === 'string'
  return Array.isArray(value) && value.every(isRow)
}
