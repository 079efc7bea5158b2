/** The move of one shard's checkpoint by a reset, and what it means for the logs. */

import { formatDuration } from '../../base/units.ts'
import type { StartPosition } from '../../config/types.ts'
import type { Cursor } from '../../sls/cursor.ts'
import { isBefore } from '../../sls/cursor.ts'
import type { SlsResult } from '../../sls/errors.ts'
import type { ShardPosition } from '../../sls/positions.ts'
import type { LogService } from '../log-service/connection.ts'
import { dateOf, timeText } from './date.ts'

export interface Move {
  readonly shard: number
  readonly kind: 'first' | 'stays' | 'back' | 'forward' | 'somewhere'
  /** The checkpoint so far; undefined where there was none. */
  readonly before: Cursor | undefined
  /** Unix seconds at which the data at `before` was received; undefined where it has expired. */
  readonly beforeSeconds: number | undefined
  readonly cursor: Cursor
  readonly seconds: number | undefined
}

export async function planMove(
  service: LogService,
  { shard, checkpoint }: ShardPosition,
  to: StartPosition,
  signal: AbortSignal,
): Promise<SlsResult<Move>> {
  const before = checkpoint?.cursor
  const target = await service.client.cursorAt(shard, to, signal)
  if (target.kind === 'failed') return target
  const time = await dateOf(service, shard, target.value, signal)
  if (time.kind === 'failed') return time
  const timeBefore = before === undefined ? NEVER : await dateOf(service, shard, before, signal)
  if (timeBefore.kind === 'failed') return timeBefore
  const [cursor, seconds, beforeSeconds] = [target.value, time.value, timeBefore.value]
  return {
    kind: 'ok',
    value: { shard, kind: kindOf(before, cursor), before, beforeSeconds, cursor, seconds },
  }
}

const NEVER = { kind: 'ok', value: undefined } as const

function kindOf(before: Cursor | undefined, cursor: Cursor): Move['kind'] {
  if (before === undefined) return 'first'
  if (before === cursor) return 'stays'
  if (isBefore(cursor, before)) return 'back'
  return isBefore(before, cursor) ? 'forward' : 'somewhere'
}

const MEANINGS: Readonly<Record<Move['kind'], string>> = {
  first: 'it had no checkpoint',
  stays: 'it is there already',
  back: 'the logs between are sent again',
  forward: 'the logs between are skipped for ever',
  somewhere: 'which of both is earlier cannot be told',
}

/** Returns one line: the target, the distance, and what becomes of the logs between. */
export function describeMove(move: Move): string {
  const { shard, kind, before, beforeSeconds, seconds } = move
  const from = before === undefined ? '' : ` from ${placeText(beforeSeconds)}`
  if (kind === 'stays') return `shard ${shard}: stays at ${placeText(seconds)}: ${MEANINGS[kind]}`
  return `shard ${shard}: ${howFar(move)}${from} to ${placeText(seconds)}: ${MEANINGS[kind]}`
}

function howFar({ kind, seconds, beforeSeconds }: Move): string {
  if (kind !== 'back' && kind !== 'forward') return 'moves'
  if (seconds === undefined || beforeSeconds === undefined) return kind
  return `${kind} by ${formatDuration(Math.abs(seconds - beforeSeconds) * 1_000)}`
}

function placeText(seconds: number | undefined): string {
  return seconds === undefined ? 'what has expired' : timeText(seconds)
}

/** Returns the line for a checkpoint that was written. It names the old one, which is stored nowhere else. */
export function describeWritten({ shard, before, cursor, seconds }: Move): string {
  return `shard ${shard}: checkpoint ${cursor} (${placeText(seconds)}) written, before: ${before ?? 'none'}`
}
