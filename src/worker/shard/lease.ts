/**
 * The time for which this consumer may believe that its shards are its own: the group's timeout, counted from when the last
 * heartbeat that worked was sent, on a monotonic clock. The official consumers wait one interval longer than the server
 * does, and for that long two of them own the same shard.
 */

import { sleep } from '../../base/wait.ts'

export interface Lease {
  /** Notes that a heartbeat worked which was sent at `sentAt` (of `performance.now()`). */
  renew(sentAt: number): void
  /** Returns for how many milliseconds it still holds; 0 or less when it has run out. */
  remainingMs(): number
}

/**
 * The consumer's claim to a shard, which is asked right before each request that only an owner may make. A timer alone
 * would not do: after the process was stopped, or stood still for another reason, requests that were about to be sent go
 * out before any timer fires.
 */
export interface Claim {
  /** True while the lease holds. Only asks. */
  readonly isOurs: () => boolean
  /** Tells the consumer that it does not: the consumer releases every shard as lost before this returns. */
  readonly onLapsed: () => void
}

export function createLease(timeoutMs: number, now: () => number = () => performance.now()): Lease {
  let renewedAt = now()
  return {
    renew(sentAt) {
      renewedAt = Math.max(renewedAt, sentAt)
    },
    remainingMs: () => renewedAt + timeoutMs - now(),
  }
}

/** Pause between two looks at a lease that has run out. */
const LOOK_AGAIN_MS = 100

/** Calls `onLapsed` as soon as the lease runs out, and again while it stays so; until the signal is aborted. */
export async function watchLease(
  lease: Lease,
  onLapsed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const remainingMs = lease.remainingMs()
    await sleep(remainingMs > 0 ? remainingMs : LOOK_AGAIN_MS, signal)
    if (!signal.aborted && lease.remainingMs() <= 0) await onLapsed()
  }
}
