/** What can be asked of a project without changing anything: for `check`, which takes no part in the consumer group. */

import { isNumber, isRecord, isText } from '../base/json.ts'
import { jsonAs } from './answer.ts'
import type { SlsResult } from './errors.ts'
import { createTransport, type TransportOptions } from './transport.ts'

export interface SlsQuestions {
  shards(logstore: string, signal: AbortSignal): Promise<SlsResult<readonly Shard[]>>
  groups(logstore: string, signal: AbortSignal): Promise<SlsResult<readonly Group[]>>
  /** Names, at most 500. Not among the actions that a consumer needs: it may be forbidden. */
  logstores(signal: AbortSignal): Promise<SlsResult<readonly string[]>>
  close(): void
}

export interface Shard {
  readonly id: number
  /** Whether it takes writes. */
  readonly isWritable: boolean
}

export interface Group {
  readonly name: string
  /** Undefined when the server does not say. */
  readonly timeoutSeconds: number | undefined
  readonly inOrder: boolean | undefined
}

const TIMEOUT_MS = 30_000
const MAX_LOGSTORES = 500

export async function createSlsQuestions(options: TransportOptions): Promise<SlsQuestions> {
  const transport = await createTransport(options)
  async function ask<T, R>(
    path: string,
    is: (json: unknown) => json is T,
    to: (json: T) => R,
    signal: AbortSignal,
  ) {
    return mapped(await transport.call({ ...REQUEST, path }, jsonAs(is), signal), to)
  }
  return {
    close: transport.close,
    shards: (logstore, signal) => ask(`/logstores/${logstore}/shards`, isShardRows, shardsOf, signal),
    groups: (logstore, signal) => ask(`/logstores/${logstore}/consumergroups`, isGroupRows, groupsOf, signal),
    async logstores(signal) {
      const query = { offset: '0', size: String(MAX_LOGSTORES) }
      const call = { ...REQUEST, path: '/logstores', query }
      return mapped(await transport.call(call, jsonAs(isLogstoreList), signal), ({ logstores }) => logstores)
    },
  }
}

const REQUEST = { operation: 'admin', method: 'GET', query: {}, timeoutMs: TIMEOUT_MS } as const

function mapped<T, R>(result: SlsResult<T>, to: (value: T) => R): SlsResult<R> {
  return result.kind === 'ok' ? { kind: 'ok', value: to(result.value) } : result
}

interface ShardRow {
  readonly shardID: number
  readonly status: string
}

const shardsOf = (rows: readonly ShardRow[]): Shard[] =>
  rows.map(({ shardID, status }) => ({ id: shardID, isWritable: status !== 'readonly' }))

function isShardRows(value: unknown): value is readonly ShardRow[] {
  return isListOf(value, ({ shardID, status }) => Number.isInteger(shardID) && isText(status))
}

interface GroupRow {
  readonly name: string
  readonly timeout?: unknown
  readonly order?: unknown
}

const groupsOf = (rows: readonly GroupRow[]): Group[] =>
  rows.map(({ name, timeout, order }) => ({
    name,
    timeoutSeconds: isNumber(timeout) ? timeout : undefined,
    inOrder: typeof order === 'boolean' ? order : undefined,
  }))

function isGroupRows(value: unknown): value is readonly GroupRow[] {
  return isListOf(value, ({ name }) => isText(name))
}

function isLogstoreList(value: unknown): value is { readonly logstores: readonly string[] } {
  return isRecord(value) && Array.isArray(value.logstores) && value.logstores.every(isText)
}

function isListOf(value: unknown, isRow: (row: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(value) && value.every(row => isRecord(row) && isRow(row))
}
