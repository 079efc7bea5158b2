/** Log Service as far as one shard goes: its logs, its checkpoint, and the fence around it. */

import { decodeCursor, encodeCursor } from '../../../../src/simulator/sls/index.ts'
import { encodeLogGroupList, type LogGroup } from '../../../../src/simulator/wire.ts'
import type { SlsClient } from '../../../../src/sls/client.ts'
import type { Cursor } from '../../../../src/sls/cursor.ts'
import type { SlsResult } from '../../../../src/sls/errors.ts'
import type { Page } from '../../../../src/sls/page.ts'
import { ask, failed, type OpenCalls } from './open-calls.ts'

const FIRST = 1_447_329_401_102_130_904n

/** Groups are numbered from 0 on in here; a cursor is the number of the group behind it. */
export const cursorOf = (position: number): Cursor => encodeCursor(FIRST + BigInt(position))

export function positionOf(cursor: Cursor): number {
  return Number((decodeCursor(cursor) ?? -1n) - FIRST)
}

/** Some groups have no logs at all. */
const MOST_LOGS = 3
const logsIn = (position: number) => position % (MOST_LOGS + 1)
export const logIdsOf = (position: number) =>
  Array.from({ length: logsIn(position) }, (_, i) => position * 10 + i)
export const positionOfLog = (id: number) => Math.floor(id / 10)

/** What the server sees and what somebody may want to judge. */
export interface Watch {
  /** A save that the server took. */
  readonly onSaved: (client: string, position: number, previous: number | undefined) => void
  /** A request was made, before anything becomes of it. */
  readonly onRequest: (client: string, operation: Operation, position?: number) => void
  /** The server says what is stored; undefined when nothing is. */
  readonly onStored: (client: string, position: number | undefined) => void
  /** The server says where the shard begins. */
  readonly onBegin: (client: string, position: number) => void
  /** A given-up save that may still arrive. */
  readonly onStray: (client: string, arrive: () => void) => void
  /** The answer that ends an ownership has reached whoever saved. */
  readonly onRefused: (client: string) => void
}

export type Operation = 'checkpoint' | 'cursor' | 'time' | 'pull' | 'save'

export interface ShardServerOptions extends Watch {
  /** The consumer that the fence lets through. */
  readonly owner: () => string | undefined
}

/** `client` is one runner, `consumer` the name that it uses towards the server. */
export interface Connection {
  readonly client: string
  readonly consumer: string
  readonly calls: OpenCalls
}

export interface ShardServer {
  connect(connection: Connection): SlsClient
  produce(groups: number): void
  /** Retention takes the oldest groups. */
  expire(groups: number): void
  /** The group is deleted and made again: no checkpoint. */
  forget(): void
  stored(): number | undefined
  begin(): number
  end(): number
}

export function createShardServer({ owner, ...watch }: ShardServerOptions): ShardServer {
  let begin = 0
  let end = 0
  let stored: number | undefined

  function page(from: number, pick: number, maxGroups: number): SlsResult<Page> {
    if (from < begin || from > end) return failed('InvalidCursor', 400)
    const groups = Math.min(1 + (pick % 6), maxGroups, end - from)
    const next = from + groups
    const data = encodeLogGroupList(Array.from({ length: groups }, (_, i) => groupAt(from + i)))
    // Not every server says that the end is reached while there is something to read.
    const atEnd = groups === 0 || (next === end && pick % 2 === 0)
    // Cut, but not so that the number of groups would tell.
    const isCorrupt = pick % 17 === 16 && data.length > 0
    const shown = isCorrupt ? Buffer.concat([data, Buffer.from('0a050a0308', 'hex')]) : data
    return {
      kind: 'ok',
      value: {
        from: cursorOf(from),
        next: cursorOf(next),
        data: shown,
        groups,
        atEnd,
        receivedAtSeconds: Date.now() / 1_000,
        release() {},
      },
    }
  }

  function save(client: string, consumer: string, position: number): SlsResult<void> {
    if (owner() !== consumer) return failed('ConsumerNotMatch', 400)
    watch.onSaved(client, position, stored)
    stored = position
    return { kind: 'ok', value: undefined }
  }

  function readCheckpoint(client: string): Awaited<ReturnType<SlsClient['checkpointOf']>> {
    watch.onStored(client, stored)
    if (stored === undefined) return { kind: 'ok', value: undefined }
    return { kind: 'ok', value: { cursor: cursorOf(stored), savedAtSeconds: Date.now() / 1_000 } }
  }

  function readBegin(client: string): SlsResult<Cursor> {
    watch.onBegin(client, begin)
    return { kind: 'ok', value: cursorOf(begin) }
  }

  function connect({ client, consumer, calls }: Connection): SlsClient {
    const request = <T>(
      operation: Operation,
      act: (pick: number) => SlsResult<T>,
      { signal, position }: { signal: AbortSignal; position?: number },
    ) => {
      if (!signal.aborted) watch.onRequest(client, operation, position)
      const what = `${client} ${operation} ${position ?? ''}`
      const onStray = operation === 'save' ? (arrive: () => void) => watch.onStray(client, arrive) : undefined
      return ask(calls, { what, act, ...(onStray && { onStray }) }, signal)
    }
    return {
      heartbeat: () => Promise.resolve(failed('ParameterInvalid', 400)),
      checkpointOf: (_, signal) => request('checkpoint', () => readCheckpoint(client), { signal }),
      cursorAt: (_, __, signal) => request('cursor', () => readBegin(client), { signal }),
      timeOf: (_, __, signal) =>
        request('time', () => ({ kind: 'ok', value: Date.now() / 1_000 }), { signal }),
      pull(_, cursor, signal, maxGroups = Number.POSITIVE_INFINITY) {
        const position = positionOf(cursor)
        return request('pull', pick => page(position, pick, maxGroups), { signal, position })
      },
      async saveCheckpoint(_, cursor, signal) {
        const position = positionOf(cursor)
        const result = await request('save', () => save(client, consumer, position), { signal, position })
        if (result.kind === 'failed' && result.failure.action === 'not-owner') watch.onRefused(client)
        return result
      },
      close: () => {},
    }
  }

  return {
    connect,
    produce: groups => {
      end += groups
    },
    expire: groups => {
      begin = Math.min(end, begin + groups)
    },
    forget() {
      stored = undefined
    },
    stored: () => stored,
    begin: () => begin,
    end: () => end,
  }
}

/** A page with one of these gives up its memory while it is held, and is read again. */
const PADDED_EVERY = 5
const PADDING = 'x'.repeat(66_000)

function groupAt(position: number): LogGroup {
  const padding = position % PADDED_EVERY === 0 ? [{ key: 'padding', value: PADDING }] : []
  const log = (id: number) => ({ timeSeconds: 1, contents: [{ key: 'n', value: String(id) }, ...padding] })
  return { topic: 'a', tags: [], logs: logIdsOf(position).map(log) }
}
