/** What can be asked of a project without changing anything: for `check`, which takes no part in the consumer group. */

import { jsonAs } from './answer.ts'
import type { SlsResult } from './errors.ts'
import { GROUPS, LOGSTORE_NAMES, SHARDS, type Shape } from './shapes.ts'
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

export function createSlsQuestions(options: TransportOptions): SlsQuestions {
  const transport = createTransport(options)
  async function ask<T, R>(path: string, shape: Shape<T>, to: (json: T) => R, signal: AbortSignal) {
    return mapped(await transport.call({ ...REQUEST, path }, jsonAs(shape), signal), to)
  }
  return {
    close: transport.close,
    shards: (logstore, signal) => ask(`/logstores/${logstore}/shards`, SHARDS, shardsOf, signal),
    groups: (logstore, signal) => ask(`/logstores/${logstore}/consumergroups`, GROUPS, groupsOf, signal),
    async logstores(signal) {
      const query = { offset: '0', size: String(MAX_LOGSTORES) }
      const call = { ...REQUEST, path: '/logstores', query }
      return mapped(await transport.call(call, jsonAs(LOGSTORE_NAMES), signal), ({ logstores }) => logstores)
    },
  }
}

const REQUEST = { operation: 'admin', method: 'GET', query: {}, timeoutMs: TIMEOUT_MS } as const

function mapped<T, R>(result: SlsResult<T>, to: (value: T) => R): SlsResult<R> {
  return result.kind === 'ok' ? { kind: 'ok', value: to(result.value) } : result
}

type ValueOf<S> = S extends Shape<infer T> ? T : never

const shardsOf = (rows: ValueOf<typeof SHARDS>): Shard[] =>
  rows.map(({ shardID, status }) => ({ id: shardID, isWritable: status !== 'readonly' }))

const groupsOf = (rows: ValueOf<typeof GROUPS>): Group[] =>
  rows.map(({ name, timeout, order }) => ({
    name,
    timeoutSeconds: timeout ?? undefined,
    inOrder: order ?? undefined,
  }))
