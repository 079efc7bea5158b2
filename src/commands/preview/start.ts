/** The position in a shard at which a preview begins. */

import type { StartPosition } from '../../config/types.ts'
import type { Cursor } from '../../sls/cursor.ts'
import type { SlsResult } from '../../sls/errors.ts'
import type { ShardPosition } from '../../sls/positions.ts'
import type { LogService } from '../log-service/connection.ts'

/** Returns the wanted position, else the group's checkpoint, else the source's `start_from`. */
export async function startOf(
  { client, source }: LogService,
  { shard, checkpoint }: ShardPosition,
  from: StartPosition | undefined,
  signal: AbortSignal,
): Promise<SlsResult<Cursor>> {
  if (from === undefined && checkpoint) return { kind: 'ok', value: checkpoint.cursor }
  return client.cursorAt(shard, from ?? source.startFrom, signal)
}
