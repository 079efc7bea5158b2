/** How far behind a shard is, from what its pulls have said. */

import type { Page } from '../../sls/page.ts'
import type { ShardState } from '../../thread/protocol.ts'

export interface ShardLag {
  /** A page was pulled. */
  reading(page: Pick<Page, 'groups' | 'receivedAtSeconds'>): void
  /** Everything there is has been delivered. */
  caughtUp(): void
  /** Unix seconds at which Log Service received what is being delivered; undefined when it has not said. */
  heldSinceSeconds(): number | undefined
  /** Undefined when it is not known. */
  seconds(state: ShardState): number | undefined
}

/** A pull and a delivery may take so long before a shard that was caught up counts as behind. */
const GRACE_MS = 5_000

export function createShardLag(fetchIntervalMs: number): ShardLag {
  let heldSinceSeconds: number | undefined
  let endSeenAt = 0
  return {
    reading({ groups, receivedAtSeconds }) {
      if (groups > 0) heldSinceSeconds = receivedAtSeconds
    },
    caughtUp() {
      endSeenAt = performance.now()
      heldSinceSeconds = undefined
    },
    heldSinceSeconds: () => heldSinceSeconds,
    seconds(state) {
      // Caught up is what a shard was at its last answer; when no more come, it falls behind.
      const silentMs = performance.now() - endSeenAt - fetchIntervalMs
      if (state === 'caught-up') return silentMs > GRACE_MS ? silentMs / 1_000 : 0
      return heldSinceSeconds === undefined ? undefined : Math.max(0, Date.now() / 1_000 - heldSinceSeconds)
    },
  }
}
