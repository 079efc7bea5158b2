/** Which duplicates faults explain. */

import type { Bound } from './scenario.ts'

/** A shard that is taken again is read from its checkpoint: what was read beyond it before may come again. */
export const readSinceCheckpoint: Bound = {
  atMost: ({ far }) => far.readAgain(),
  because: 'what was read since the last checkpoint, when a shard is let go without one',
}
