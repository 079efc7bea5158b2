/** Where to begin in a shard, and where to go on when the position has expired. */

import type { StartPosition } from '../config/types.ts'
import type { SlsClient } from '../sls/client.ts'
import type { Cursor } from '../sls/page.ts'
import { untilAnswered } from './sls-calls.ts'
import type { Troubles } from './troubles.ts'

export interface StartContext {
  readonly client: SlsClient
  readonly shard: number
  readonly troubles: Troubles
  readonly signal: AbortSignal
}

export interface Start {
  readonly cursor: Cursor
  /** What the server has stored; undefined when nothing. */
  readonly stored: Cursor | undefined
  readonly savedAtSeconds: number | undefined
}

/**
 * The checkpoint always wins; the configured position counts only where there is none. No pull is ever made without
 * a cursor. Undefined when the shard is gone or the signal was aborted.
 */
export async function findStart(
  context: StartContext,
  configured: StartPosition,
): Promise<Start | undefined> {
  const { client, shard } = context
  const checkpoint = await ask(context, 'reading the checkpoint', signal =>
    client.checkpointOf(shard, signal),
  )
  if (checkpoint === undefined || checkpoint.kind === 'failed') return undefined
  if (checkpoint.value) {
    const { cursor, savedAtSeconds } = checkpoint.value
    return { cursor, stored: cursor, savedAtSeconds }
  }
  const cursor = await ask(context, 'finding the start', signal => client.cursorAt(shard, configured, signal))
  if (cursor === undefined || cursor.kind === 'failed') return undefined
  return { cursor: cursor.value, stored: undefined, savedAtSeconds: undefined }
}

/** What became of a position that the server refuses. */
export type Expiry =
  /** It lies before the oldest data: those have expired, and reading goes on at `oldest`. */
  | { readonly kind: 'expired'; readonly oldest: Cursor; readonly oldestReceivedAtSeconds: number }
  /** It does not: a fault, to be held and tried again. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'gone' }

export async function examineRefused(context: StartContext, refused: Cursor): Promise<Expiry> {
  const { client, shard } = context
  const oldest = await ask(context, 'finding the oldest log', signal =>
    client.cursorAt(shard, { kind: 'begin' }, signal),
  )
  if (oldest === undefined || oldest.kind === 'failed') return { kind: 'gone' }
  if (!isBefore(refused, oldest.value)) return { kind: 'refused' }
  const time = await ask(context, 'dating the oldest log', signal =>
    client.timeOf(shard, oldest.value, signal),
  )
  // An empty shard has nothing to date: then everything up to now is gone.
  const oldestReceivedAtSeconds = time?.kind === 'ok' ? time.value : Date.now() / 1_000
  return { kind: 'expired', oldest: oldest.value, oldestReceivedAtSeconds }
}

function ask<T>(context: StartContext, operation: string, call: Parameters<typeof untilAnswered<T>>[0]) {
  const { shard, troubles, signal } = context
  return untilAnswered(call, { who: { work: 'read', shard }, operation, troubles, signal })
}

/** Cursors are Base64 of a decimal number above 2^53; one that is not cannot be compared and is not "before". */
export function isBefore(a: Cursor, b: Cursor): boolean {
  const left = cursorNumber(a)
  const right = cursorNumber(b)
  return left !== undefined && right !== undefined && left < right
}

function cursorNumber(cursor: Cursor): bigint | undefined {
  const digits = Buffer.from(cursor, 'base64').toString('latin1').trim()
  return /^\d+$/.test(digits) ? BigInt(digits) : undefined
}
