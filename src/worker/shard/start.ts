/** The position at which to begin in a shard. */

import type { Cursor } from '../../sls/cursor.ts'
import { ask, type ShardCalls } from './calls.ts'

export interface Start {
  readonly cursor: Cursor
  /** The checkpoint that the server has; undefined when it has none. */
  readonly stored: Cursor | undefined
  /** Unix seconds; undefined without a checkpoint. */
  readonly savedAtSeconds: number | undefined
}

/** A shard without a checkpoint was born after the group got its first positions: all of it is new. */
export const OLDEST = { kind: 'begin' } as const

/**
 * Finds the checkpoint; where there is none, the beginning of the shard. No pull is ever made without a cursor. Undefined
 * when the shard is gone or the signal was aborted.
 */
export async function findStart(calls: ShardCalls): Promise<Start | undefined> {
  const { client, shard } = calls
  const checkpoint = await ask(calls, 'reading the checkpoint', signal => client.checkpointOf(shard, signal))
  if (checkpoint?.kind !== 'ok') return undefined
  if (checkpoint.value) {
    const { cursor, savedAtSeconds } = checkpoint.value
    return { cursor, stored: cursor, savedAtSeconds }
  }
  const cursor = await ask(calls, 'finding the start', signal => client.cursorAt(shard, OLDEST, signal))
  if (cursor?.kind !== 'ok') return undefined
  return { cursor: cursor.value, stored: undefined, savedAtSeconds: undefined }
}
