/** A shard while this consumer runs it, as the consumer sees it. */

import type { SlsFailure } from '../../sls/errors.ts'
import type { ShardStatus, Unconfirmed, Unsaved } from '../../thread/protocol.ts'

/**
 * Why a shard is let go, weakest first: a stronger reason wins over a weaker one. `stop` and `taken` let the page under
 * way finish; `deadline` and `lost` cut it short; after `lost` the shard may be somebody else's, so nothing is saved.
 */
export type Release = 'stop' | 'taken' | 'deadline' | 'lost'

export interface ShardRunner {
  readonly shard: number
  /** False when it is being let go already for this reason or a stronger one. */
  release(reason: Release): boolean
  /** Settles when nothing of the shard is under way any more; rejects only for a bug. */
  readonly ended: Promise<ShardEnd>
  /** What of a page was given up when the shard was let go; undefined when nothing. */
  unfinished(): Unconfirmed | undefined
  /** Undefined when the server has its last position, or it never had one. */
  unsaved(): Unsaved | undefined
  status(): ShardStatus
}

/** How a run of a shard ended. */
export interface ShardEnd {
  /** Undefined when it ended by itself. */
  readonly released: Release | undefined
  /** A checkpoint beyond the one that it began at was saved. */
  readonly gotFurther: boolean
  /** Why Log Service refused its checkpoint; undefined when it did not. */
  readonly refusal: SlsFailure | undefined
}
