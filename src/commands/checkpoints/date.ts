/** The time at which Log Service received the data at a cursor. */

import type { Cursor } from '../../sls/cursor.ts'
import type { SlsResult } from '../../sls/errors.ts'
import type { LogService } from '../log-service/connection.ts'

/** Returns unix seconds; undefined where the data at the cursor have expired. */
export async function dateOf(
  { client }: Pick<LogService, 'client'>,
  shard: number,
  cursor: Cursor,
  signal: AbortSignal,
): Promise<SlsResult<number | undefined>> {
  const time = await client.timeOf(shard, cursor, signal)
  const isExpired = time.kind === 'failed' && time.failure.action === 'cursor'
  return isExpired ? { kind: 'ok', value: undefined } : time
}

/** Returns `2026-01-31T08:00:00Z`: Log Service counts whole seconds. */
export function timeText(unixSeconds: number): string {
  return new Date(unixSeconds * 1_000).toISOString().replace(/\.\d+/, '')
}
