/**
 * The calls that a consumer makes. Each is one request and one result; whoever calls decides about trying again.
 */

import type { StartPosition } from '../config/types.ts'
import { excerpt, isNumber, isRecord, isText, parseJson } from '../json.ts'
import { BAD_RESPONSE, failureOf, type SlsResult } from './errors.ts'
import { type Cursor, HEADROOM_BYTES, type Page, readPage } from './page.ts'
import { type Answer, type Call, createTransport, type TransportOptions } from './transport.ts'

export type ShardId = number

export interface SlsClient {
  /** Reports the shards this consumer still works on; answers the ones it shall hold. */
  heartbeat(held: readonly ShardId[], signal: AbortSignal): Promise<SlsResult<readonly ShardId[]>>
  /** The checkpoint of a shard; undefined when none is stored yet. */
  checkpointOf(shard: ShardId, signal: AbortSignal): Promise<SlsResult<Checkpoint | undefined>>
  /** The cursor of a position; times are of receipt by Log Service. */
  cursorAt(shard: ShardId, start: StartPosition, signal: AbortSignal): Promise<SlsResult<Cursor>>
  /** Unix seconds at which Log Service received what lies at the cursor. */
  timeOf(shard: ShardId, cursor: Cursor, signal: AbortSignal): Promise<SlsResult<number>>
  /** Up to a thousand log groups from the cursor on. */
  pull(shard: ShardId, cursor: Cursor, signal: AbortSignal): Promise<SlsResult<Page>>
  /** Stores a checkpoint, unless another consumer holds the shard (`forceSuccess=false` is our fence). */
  saveCheckpoint(shard: ShardId, cursor: Cursor, signal: AbortSignal): Promise<SlsResult<void>>
  close(): void
}

export interface Checkpoint {
  readonly cursor: Cursor
  readonly savedAtSeconds: number
}

export interface SlsClientOptions extends TransportOptions {
  readonly logstore: string
  readonly consumerGroup: string
  readonly consumer: string
  readonly query?: string
  readonly heartbeatIntervalMs: number
}

const MAX_GROUPS_PER_PULL = 1000

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
      const row = result.value.find(candidate => candidate.shard === shard)
      if (!row || row.checkpoint === '') return { kind: 'ok', value: undefined }
      // The documentation says seconds, its samples and the service say microseconds.
      return { kind: 'ok', value: { cursor: row.checkpoint, savedAtSeconds: (row.updateTime ?? 0) / 1e6 } }
    },

    async cursorAt(shard, start, signal) {
      const query = { type: 'cursor', from: start.kind === 'time' ? String(start.seconds) : start.kind }
      const path = `${logstore}/shards/${shard}`
      const result = await call({ operation: 'cursor', method: 'GET', path, query, timeoutMs }, signal)
      return parsed(result, body => (isRecord(body) && isText(body.cursor) ? body.cursor : undefined))
    },

    async timeOf(shard, cursor, signal) {
      const query = { type: 'cursor_time', cursor }
      const path = `${logstore}/shards/${shard}`
      const result = await call({ operation: 'cursor', method: 'GET', path, query, timeoutMs }, signal)
      return parsed(result, body =>
        isRecord(body) && isNumber(body.cursor_time) ? body.cursor_time : undefined,
      )
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

/** A 200 of the wrong shape is a failure, never "nothing". */
function parsed<T>(result: SlsResult<Answer>, read: (json: unknown) => T | undefined): SlsResult<T> {
  if (result.kind === 'failed') return result
  const body = result.value.body.subarray(HEADROOM_BYTES)
  const value = read(parseJson(body))
  if (value !== undefined) return { kind: 'ok', value }
  return {
    kind: 'failed',
    failure: failureOf(BAD_RESPONSE, 200, `an answer of the wrong shape: ${excerpt(body)}`),
  }
}

function isShardList(value: unknown): value is readonly ShardId[] {
  return Array.isArray(value) && value.every(Number.isInteger)
}

interface CheckpointRow {
  readonly shard: ShardId
  readonly checkpoint: string
  readonly updateTime?: number
}

function isCheckpointList(value: unknown): value is readonly CheckpointRow[] {
  const isRow = (row: unknown) =>
    isRecord(row) &&
    Number.isInteger(row.shard) &&
    typeof row.checkpoint === 'string' &&
    isTime(row.updateTime)
  const isTime = (time: unknown) => time === undefined || isNumber(time)
  return Array.isArray(value) && value.every(isRow)
}
