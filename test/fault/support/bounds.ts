/** Which duplicates faults explain. */

import type { Bound } from './scenario.ts'

/** A shard that is taken again is read from its checkpoint: what was read beyond it before may come again. */
export const readAgain: Bound = {
  atMost: ({ far }) => far.readAgain(),
  because: 'what was read behind the checkpoint of a shard that had to be let go at once',
}
