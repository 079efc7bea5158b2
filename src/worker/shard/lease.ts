/**
 * How long this consumer may believe that its shards are its own: the group's timeout, counted from when the last
 * heartbeat that worked was sent, on a clock that nobody can set. The official consumers wait one interval longer than
 * the server does, and for that long two of them own the same shard.
 */

export interface Lease {
  /** A heartbeat that was sent at `sentAt` (of `performance.now()`) worked. */
  renew(sentAt: number): void
  /** For how long it still holds; 0 or less when it has run out. */
  remainingMs(): number
}

/**
 * Asked right before each request that only an owner may make. A timer would not do: after the process was stopped, or
 * stood still for another reason, whatever was about to be sent goes out before any timer fires.
 */
export type IsOurs = () => boolean

export function createLease(timeoutMs: number, now: () => number = () => performance.now()): Lease {
  let renewedAt = now()
  return {
    renew(sentAt) {
      renewedAt = Math.max(renewedAt, sentAt)
    },
    remainingMs: () => renewedAt + timeoutMs - now(),
  }
}
