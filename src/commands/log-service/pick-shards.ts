/** Which shards of a logstore a command is about. */

import type { ShardPosition } from '../../sls/positions.ts'

export type Picked =
  | { readonly kind: 'shards'; readonly shards: readonly ShardPosition[] }
  /** There is no such shard; the message lists those that are there. */
  | { readonly kind: 'wrong'; readonly message: string }

/** The one that was asked for, or all. */
export function pickShards(shards: readonly ShardPosition[], wanted: number | undefined): Picked {
  const picked = wanted === undefined ? shards : shards.filter(({ shard }) => shard === wanted)
  if (wanted === undefined || picked.length > 0) return { kind: 'shards', shards: picked }
  const ids = shards.map(({ shard }) => shard).join(', ')
  return { kind: 'wrong', message: `there is no shard ${wanted}; the logstore has: ${ids}` }
}
