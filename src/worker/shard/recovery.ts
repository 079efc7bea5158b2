/** The way on for a shard whose pull failed in a way that trying again cannot fix. */

import { type Cursor, isBefore } from '../../sls/cursor.ts'
import { describeFailure, type SlsFailure } from '../../sls/errors.ts'
import type { WorkerLog } from '../report/log.ts'
import type { ShardMeter } from '../report/meter.ts'
import { ask, type ShardCalls } from './calls.ts'
import { OLDEST } from './start.ts'

export interface RecoveryContext extends ShardCalls {
  readonly meter: ShardMeter
  readonly log: WorkerLog
  /** Unix seconds up to which the shard is known to have been read. */
  readonly readUntilSeconds: number | undefined
}

export type Recovered =
  /** The data at the position have expired; reading goes on at the oldest there are. */
  | { readonly kind: 'expired'; readonly oldest: Cursor }
  /** The position does not lie before the oldest data: it is held and tried again. */
  | { readonly kind: 'refused' }
  /** There is nothing left to read, or the signal was aborted. */
  | { readonly kind: 'gone' }
  /** The shard is no longer this consumer's. */
  | { readonly kind: 'lost' }

/** Decides about a failed pull at `position`. */
export async function recover(
  failure: SlsFailure,
  position: Cursor,
  context: RecoveryContext,
): Promise<Recovered> {
  if (failure.action === 'cursor') return recoverPosition(position, context)
  const { shard, log } = context
  log.warn(`shard ${shard} cannot be read: ${describeFailure(failure)}`, { shard })
  return { kind: failure.action === 'shard-gone' ? 'gone' : 'lost' }
}

/** Decides about a position that the server does not take. What is lost is counted and logged, never passed over. */
async function recoverPosition(refused: Cursor, context: RecoveryContext): Promise<Recovered> {
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
  { shard, meter, log, readUntilSeconds }: RecoveryContext,
  from: Cursor,
  untilSeconds: number,
): void {
  const until = iso(untilSeconds)
  const range =
    readUntilSeconds === undefined ? `before ${until}` : `between ${iso(readUntilSeconds)} and ${until}`
  meter.expired(readUntilSeconds === undefined ? 0 : Math.max(0, untilSeconds - readUntilSeconds))
  log.error(
    `logs of shard ${shard} received ${range} expired before they were read: raise the logstore's retention`,
    { shard, from },
  )
}

function refusedPosition(shard: number, position: Cursor) {
  return {
    code: 'sls-InvalidCursor',
    text: `Log Service refuses the position of shard ${shard} (${position}) although it has not expired`,
    remedy: 'reset the checkpoint of the shard if it was set by hand or belongs to another logstore',
  }
}

/** A server that dates in other units than seconds must not be what stops a shard. */
function iso(seconds: number): string {
  const date = new Date(seconds * 1_000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
