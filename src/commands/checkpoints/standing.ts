/** The position of a group in a shard, and how far it is behind the newest log. */

import type { Cursor } from '../../sls/cursor.ts'
import type { SlsResult } from '../../sls/errors.ts'
import type { ShardPosition } from '../../sls/positions.ts'
import type { LogService } from '../log-service/connection.ts'
import { dateOf, timeText } from './date.ts'

/** One shard as `checkpoints show --json` prints it. Times are ISO 8601. */
export interface Standing {
  readonly shard: number
  readonly status: 'readwrite' | 'readonly'
  /** Null when none is stored yet. */
  readonly checkpoint: Cursor | null
  /** When Log Service received the data at the checkpoint; null where it has expired. */
  readonly time: string | null
  /** From `time` to the newest log; null where one of the two is not known. */
  readonly lagSeconds: number | null
  /** The consumer that stored it last; null where Log Service does not say. */
  readonly consumer: string | null
  readonly updated: string | null
}

export async function standingOf(
  service: LogService,
  { shard, readonly, checkpoint }: ShardPosition,
  signal: AbortSignal,
): Promise<SlsResult<Standing>> {
  const status = readonly ? 'readonly' : 'readwrite'
  if (checkpoint === undefined) return { kind: 'ok', value: { ...NOWHERE, shard, status } }
  const { cursor, consumer, savedAtSeconds } = checkpoint
  const time = await dateOf(service, shard, cursor, signal)
  if (time.kind === 'failed') return time
  const lag = await lagOf(service, { shard, cursor, seconds: time.value }, signal)
  if (lag.kind === 'failed') return lag
  return {
    kind: 'ok',
    value: {
      shard,
      status,
      checkpoint: cursor,
      time: time.value === undefined ? null : timeText(time.value),
      lagSeconds: lag.value ?? null,
      consumer: consumer === '' ? null : consumer,
      updated: savedAtSeconds === undefined ? null : timeText(savedAtSeconds),
    },
  }
}

const NOWHERE = { checkpoint: null, time: null, lagSeconds: null, consumer: null, updated: null }

interface Place {
  readonly shard: number
  readonly cursor: Cursor
  readonly seconds: number | undefined
}

async function lagOf(
  service: LogService,
  { shard, cursor, seconds }: Place,
  signal: AbortSignal,
): Promise<SlsResult<number | undefined>> {
  const end = await service.client.cursorAt(shard, { kind: 'end' }, signal)
  if (end.kind === 'failed') return end
  if (end.value === cursor) return { kind: 'ok', value: 0 }
  const newest = await dateOf(service, shard, end.value, signal)
  if (newest.kind === 'failed') return newest
  const isKnown = newest.value !== undefined && seconds !== undefined
  return { kind: 'ok', value: isKnown ? Math.max(0, newest.value - seconds) : undefined }
}
