/** Which duplicates, and which disorder, faults explain. */

import type { Bound, World } from './scenario.ts'

/** A shard that is taken again is read from its checkpoint: what was read beyond it before may come again. */
export const readAgain: Bound = {
  atMost: ({ far }) => far.readAgain(),
  because: 'what was read behind the checkpoint of a shard that had to be let go at once',
}

/** Order is promised only with `in_order`: of a page that is several requests, one that fails comes later. */
export const sentLater: Bound = {
  atMost: ({ far }) => far.ledger.report().issued,
  because: 'a request that failed is sent again behind others',
}

/** None: nothing is explained. */
export function boundOf(bound: Bound | undefined, world: World): number {
  if (!bound) return 0
  return typeof bound.atMost === 'number' ? bound.atMost : bound.atMost(world)
}
