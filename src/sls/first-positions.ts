/**
 * Where a group begins, decided for all shards at once before anybody reads. From then on every shard that has no
 * checkpoint was born later, by a split or a merge, and is read from its beginning: with `start_from: end` the logs
 * between its birth and its first reader would otherwise be passed over.
 */

export interface KeyRange {
  /** 32 hex digits. */
  readonly begin: string
  /** Exclusive. */
  readonly end: string
}

export interface ListedShard extends KeyRange {
  readonly id: number
  readonly readonly: boolean
}

export interface FirstPosition {
  readonly shard: number
  /** `configured`: it was there before the group; `begin`: it was born from a shard that the group has read. */
  readonly from: 'configured' | 'begin'
}

/**
 * The first position of each shard without a checkpoint. Children come before their parents: when this is cut short,
 * a parent that has its position never makes an old child look newborn.
 */
export function firstPositions(
  shards: readonly ListedShard[],
  hasCheckpoint: ReadonlySet<number>,
): readonly FirstPosition[] {
  const waiting = shards.filter(({ id }) => !hasCheckpoint.has(id)).sort((a, b) => b.id - a.id)
  const listed = new Set(shards.map(({ id }) => id))
  const vanished = [...hasCheckpoint].filter(id => !listed.has(id))
  return waiting.map(shard => {
    const parents = shards.filter(other => isAncestor(other, shard)).map(({ id }) => id)
    // Of a shard that has expired nobody knows the keys any more: it may have been a parent of every later one.
    const elders = [...parents, ...vanished.filter(id => id < shard.id)]
    return { shard: shard.id, from: elders.some(id => hasCheckpoint.has(id)) ? 'begin' : 'configured' }
  })
}

/** Ids only grow, and a child takes its keys from its parents. */
function isAncestor(candidate: ListedShard, shard: ListedShard): boolean {
  return (
    candidate.readonly &&
    candidate.id < shard.id &&
    candidate.begin < shard.end &&
    shard.begin < candidate.end
  )
}
