/**
 * The calls that a consumer makes. Each is one request and one result; whoever calls decides about trying again.
 */

import type { StartPosition } from '../config/types.ts'
import { jsonAs, nothing } from './answer.ts'
import type { Call } from './call.ts'
import type { Cursor } from './cursor.ts'
import type { SlsResult } from './errors.ts'
import { type Page, readPage, type Unpack } from './page.ts'
import { CHECKPOINTS, CURSOR_TIME, NEW_CURSOR, SHARD_IDS } from './shapes.ts'
import { savedAtSecondsOf } from './times.ts'
import { createTransport, type TransportOptions } from './transport.ts'

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
  /** Log groups from the cursor on, at most `maxGroups`; by default up to a thousand. */
  pull(shard: ShardId, cursor: Cursor, signal: AbortSignal, maxGroups?: number): Promise<SlsResult<Page>>
  /** Stores a checkpoint, unless another consumer holds the shard (`forceSuccess=false` is our fence). */
  saveCheckpoint(shard: ShardId, cursor: Cursor, signal: AbortSignal): Promise<SlsResult<void>>
  close(): void
}

export interface Checkpoint {
  readonly cursor: Cursor
  /** Undefined when the server does not say. */
  readonly savedAtSeconds: number | undefined
}

export interface SlsClientOptions extends TransportOptions {
  readonly logstore: string
  readonly consumerGroup: string
  readonly consumer: string
  readonly query?: string
  readonly heartbeatIntervalMs: number
  /** Where pages are decompressed to; by default wherever there is memory. */
  readonly unpack?: Unpack | undefined
}

const MAX_GROUPS_PER_PULL = 1000

export function createSlsClient(options: SlsClientOptions): SlsClient {
  const { sls, consumer } = options
  const logstore = `/logstores/${options.logstore}`
  const group = `${logstore}/consumergroups/${options.consumerGroup}`
  const timeoutMs = sls.timeoutMs
  const transport = createTransport(options)
  const { call } = transport

  return {
    heartbeat: (held, signal) =>
      call(
        {
          operation: 'heartbeat',
          method: 'POST',
          path: group,
          query: { type: 'heartbeat', consumer },
          json: held,
          timeoutMs: Math.min(timeoutMs, options.heartbeatIntervalMs),
        },
        jsonAs(SHARD_IDS),
        signal,
      ),

    async checkpointOf(shard, signal) {
      const query = { shard: String(shard) }
      const request: Call = { operation: 'checkpoint_get', method: 'GET', path: group, query, timeoutMs }
      const result = await call(request, jsonAs(CHECKPOINTS), signal)
      if (result.kind === 'failed') return result
      const row = result.value.find(candidate => candidate.shard === shard)
      if (!row || row.checkpoint === '') return { kind: 'ok', value: undefined }
      const { checkpoint: cursor, updateTime } = row
      return { kind: 'ok', value: { cursor, savedAtSeconds: savedAtSecondsOf(updateTime) } }
    },

    async cursorAt(shard, start, signal) {
      const query = { type: 'cursor', from: start.kind === 'time' ? String(start.seconds) : start.kind }
      const path = `${logstore}/shards/${shard}`
      const request: Call = { operation: 'cursor', method: 'GET', path, query, timeoutMs }
      const result = await call(request, jsonAs(NEW_CURSOR), signal)
      return result.kind === 'ok' ? { kind: 'ok', value: result.value.cursor } : result
    },

    async timeOf(shard, cursor, signal) {
      const query = { type: 'cursor_time', cursor }
      const path = `${logstore}/shards/${shard}`
      const request: Call = { operation: 'cursor', method: 'GET', path, query, timeoutMs }
      const result = await call(request, jsonAs(CURSOR_TIME), signal)
      return result.kind === 'ok' ? { kind: 'ok', value: result.value.cursor_time } : result
    },

    pull(shard, cursor, signal, maxGroups = MAX_GROUPS_PER_PULL) {
      const spl = options.query === undefined ? {} : { query: options.query, pullMode: 'scan_on_stream' }
      return call(
        {
          operation: 'pull',
          method: 'GET',
          path: `${logstore}/shards/${shard}`,
          query: { type: 'log', cursor, count: String(maxGroups), ...spl },
          headers: { accept: 'application/x-protobuf', 'accept-encoding': 'lz4' },
          timeoutMs,
        },
        ({ headers, body }) => readPage(body, headers, cursor, options.unpack),
        signal,
      )
    },

    saveCheckpoint: (shard, cursor, signal) =>
      call(
        {
          operation: 'checkpoint_save',
          method: 'POST',
          path: group,
          query: { type: 'checkpoint', consumer, forceSuccess: 'false' },
          json: { shard, checkpoint: cursor },
          timeoutMs,
        },
        nothing,
        signal,
      ),

    close: transport.close,
  }
}
