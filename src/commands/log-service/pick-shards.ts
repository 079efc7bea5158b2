/** The choice of the shards that a command is about. */

import type { ShardPosition } from '../../sls/positions.ts'

export type Picked =
  | { readonly kind: 'shards'; readonly shards: readonly ShardPosition[] }
  /** Says that there is no such shard, and lists the others. */
  | { readonly kind: 'wrong'; readonly message: string }

/** Returns the wanted shard, or all. */
export function pickShards(shards: readonly ShardPosition[], wanted: number | undefined): Picked {
  const picked = wanted === undefined ? shards : shards.filter(({ shard }) => shard === wanted)
  if (wanted === undefined || picked.length > 0) return { kind: 'shards', shards: picked }
  const ids = shards.map(({ shard }) => shard).join(', ')
  return { kind: 'wrong', message: `there is no shard ${wanted}; the logstore has: ${ids}` }
}
