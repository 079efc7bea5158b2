/** A shard while this consumer runs it, as the consumer sees it. */

import type { SlsFailure } from '../../sls/errors.ts'
import type { ShardStatus, Unconfirmed, Unsaved } from '../../thread/protocol.ts'

/**
 * Reasons to release a shard, weakest first: a stronger reason wins over a weaker one. `stop` and `taken` let the page
 * under way finish; `deadline` and `lost` cut it short; after `lost` another consumer may hold the shard, so nothing is
 * saved.
 */
export type Release = 'stop' | 'taken' | 'deadline' | 'lost'

export interface ShardRunner {
  readonly shard: number
  /** Releases the shard; false when it is being released already for this reason or a stronger one. */
  release(reason: Release): boolean
  /** Settles when nothing of the shard is under way any more; rejects only for a bug. */
  readonly ended: Promise<ShardEnd>
  /** Returns what of a page was given up when the shard was released; undefined when nothing. */
  unfinished(): Unconfirmed | undefined
  /** Returns undefined when the server has the shard's last position, or the shard never had one. */
  unsaved(): Unsaved | undefined
  status(): ShardStatus
}

/** The end of a run of a shard. */
export interface ShardEnd {
  /** Reason of the release; undefined when the run ended by itself. */
  readonly released: Release | undefined
  /** True when a checkpoint beyond the one that the run began at was saved. */
  readonly gotFurther: boolean
  /** Refusal of its checkpoint by Log Service; undefined when there was none. */
  readonly refusal: SlsFailure | undefined
}
