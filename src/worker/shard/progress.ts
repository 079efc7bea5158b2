/** The state of a shard and how far behind it is, from what its pulls have said: its part of the worker's report. */

import type { Cursor } from '../../sls/cursor.ts'
import type { Page } from '../../sls/page.ts'
import type { ShardState, ShardStatus } from '../../thread/protocol.ts'
import type { ShardMeter } from '../report/meter.ts'

export interface ShardProgress {
  /** Notes that a page was pulled and is delivered now. Without effect once the shard is being released. */
  reading(page: Pick<Page, 'groups' | 'receivedAtSeconds'>): void
  /** Notes that everything there is has been delivered. Without effect once the shard is being released. */
  caughtUp(): void
  /** Returns the Unix seconds at which Log Service received what is being delivered; undefined when it has not said. */
  heldSinceSeconds(): number | undefined
  /** `position`: everything before it is delivered; undefined before a start was found. */
  status(position: Cursor | undefined): ShardStatus
}

export interface ShardProgressOptions {
  readonly shard: number
  readonly meter: Pick<ShardMeter, 'inFlightEvents'>
  readonly fetchIntervalMs: number
  /** Aborted when the shard is being released. */
  readonly ending: AbortSignal
}

/** A pull and a delivery may take this long before a shard that was caught up counts as behind. */
const GRACE_MS = 5_000

export function createShardProgress(options: ShardProgressOptions): ShardProgress {
  const { shard, meter, fetchIntervalMs, ending } = options
  let phase: Exclude<ShardState, 'draining'> = 'starting'
  let heldSinceSeconds: number | undefined
  let endSeenAt = 0

  /** Returns undefined when it is not known. */
  function lagSeconds(state: ShardState): number | undefined {
    // Caught up is what a shard was at its last answer; when no more come, it falls behind.
    const silentMs = performance.now() - endSeenAt - fetchIntervalMs
    if (state === 'caught-up') return silentMs > GRACE_MS ? silentMs / 1_000 : 0
    return heldSinceSeconds === undefined ? undefined : Math.max(0, Date.now() / 1_000 - heldSinceSeconds)
  }

  return {
    reading({ groups, receivedAtSeconds }) {
      if (ending.aborted) return
      phase = 'reading'
      if (groups > 0) heldSinceSeconds = receivedAtSeconds
    },
    caughtUp() {
      if (ending.aborted) return
      phase = 'caught-up'
      endSeenAt = performance.now()
      heldSinceSeconds = undefined
    },
    heldSinceSeconds: () => heldSinceSeconds,
    status(position) {
      const state = ending.aborted ? 'draining' : phase
      const lag = lagSeconds(state)
      return {
        shard,
        state,
        inFlightEvents: meter.inFlightEvents(),
        ...(position !== undefined && { position }),
        ...(lag !== undefined && { lagSeconds: lag }),
      }
    },
  }
}
