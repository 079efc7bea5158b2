/**
 * Positions that were reached before, here or by another worker: what a consumer group that was deleted and made again
 * does not know. Everything before such a position is delivered, so of two the later one is right.
 */

import type { Cursor } from '../../sls/cursor.ts'
import { isBefore } from '../../sls/cursor.ts'

export interface KnownPositions {
  learn(shard: number, position: Cursor): void
  /** Learns positions by shard. */
  learnAll(positions: ReadonlyMap<number, Cursor>): void
  of(shard: number): Cursor | undefined
}

export function createKnownPositions(): KnownPositions {
  const positions = new Map<number, Cursor>()

  function learn(shard: number, position: Cursor): void {
    const known = positions.get(shard)
    if (known === undefined || isBefore(known, position)) positions.set(shard, position)
  }

  return {
    learn,
    learnAll(learned) {
      for (const [shard, position] of learned) learn(shard, position)
    },
    of: shard => positions.get(shard),
  }
}
