/** Where to begin in a shard, and where to go on when the position has expired. */

import type { SlsClient } from '../../sls/client.ts'
import type { Cursor } from '../../sls/cursor.ts'
import { isBefore } from '../../sls/cursor.ts'
import { untilAnswered } from '../read/sls-calls.ts'
import type { WorkerLog } from '../report/log.ts'
import type { ShardMeter } from '../report/meter.ts'
import type { Troubles } from '../report/troubles.ts'

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

/** A shard without a checkpoint was born after the group got its first positions: all of it is new. */
const OLDEST = { kind: 'begin' } as const

/**
 * The checkpoint; where there is none, the beginning of the shard. No pull is ever made without a cursor. Undefined
 * when the shard is gone or the signal was aborted.
 */
export async function findStart(context: StartContext): Promise<Start | undefined> {
  const { client, shard } = context
  const checkpoint = await ask(context, 'reading the checkpoint', signal =>
    client.checkpointOf(shard, signal),
  )
  if (checkpoint?.kind !== 'ok') return undefined
  if (checkpoint.value) {
    const { cursor, savedAtSeconds } = checkpoint.value
    return { cursor, stored: cursor, savedAtSeconds }
  }
  const cursor = await ask(context, 'finding the start', signal => client.cursorAt(shard, OLDEST, signal))
  if (cursor?.kind !== 'ok') return undefined
  return { cursor: cursor.value, stored: undefined, savedAtSeconds: undefined }
}

export interface ExpiryContext extends StartContext {
  readonly meter: ShardMeter
  readonly log: WorkerLog
  /** Unix seconds up to which the shard is known to have been read. */
  readonly readUntilSeconds: number | undefined
}

export type Recovered =
  /** The data at the position have expired; reading goes on at the oldest there are. */
  | { readonly kind: 'expired'; readonly oldest: Cursor }
  /** The position does not lie before the oldest data: a fault, to be held and tried again. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'gone' }

/** What to do about a position that the server does not take. What is lost is counted and said, never passed over. */
export async function recoverPosition(context: ExpiryContext, refused: Cursor): Promise<Recovered> {
  const { client, shard, troubles } = context
  const oldest = await ask(context, 'finding the oldest log', signal =>
    client.cursorAt(shard, OLDEST, signal),
  )
  if (oldest?.kind !== 'ok') return { kind: 'gone' }
  if (!isBefore(refused, oldest.value)) {
    troubles.raise({ work: 'page', shard }, refusedPosition(shard, refused))
    return { kind: 'refused' }
  }
  const time = await ask(context, 'dating the oldest log', signal =>
    client.timeOf(shard, oldest.value, signal),
  )
  // An empty shard has nothing to date: then everything up to now is gone.
  sayExpired(context, refused, time?.kind === 'ok' ? time.value : Date.now() / 1_000)
  return { kind: 'expired', oldest: oldest.value }
}

function sayExpired(
  { shard, meter, log, readUntilSeconds }: ExpiryContext,
  from: Cursor,
  untilSeconds: number,
): void {
  const until = iso(untilSeconds)
  const range =
    readUntilSeconds === undefined ? `before ${until}` : `between ${iso(readUntilSeconds)} and ${until}`
  meter.expired(readUntilSeconds === undefined ? 0 : Math.max(0, untilSeconds - readUntilSeconds))
  log.error(
    `logs of shard ${shard} received ${range} expired before they were read: raise the logstore's retention`,
    {
      shard,
      from,
    },
  )
}

function refusedPosition(shard: number, position: Cursor) {
  return {
    code: 'sls-InvalidCursor',
    text: `Log Service refuses the position of shard ${shard} (${position}) although it has not expired`,
    remedy: 'reset the checkpoint of the shard if it was set by hand or belongs to another logstore',
  }
}

function ask<T>(context: StartContext, operation: string, call: Parameters<typeof untilAnswered<T>>[0]) {
  const { shard, troubles, signal } = context
  return untilAnswered(call, { who: { work: 'read', shard }, operation, troubles, signal })
}

/** A server that dates in other units than seconds must not be what stops a shard. */
function iso(seconds: number): string {
  const date = new Date(seconds * 1_000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
