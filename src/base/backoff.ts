/** How long to wait before trying again. Pure: the caller counts attempts and brings the dice. */

export interface BackoffRange {
  readonly minMs: number
  readonly maxMs: number
}

/**
 * Full jitter over an exponentially growing window: attempt 0 waits up to `minMs`, each further one up to twice as
 * long, never over `maxMs`. The lower edge is half of `minMs`, so that nobody spins.
 */
export function backoffMs(attempt: number, { minMs, maxMs }: BackoffRange, random = Math.random): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30))
  const floor = minMs / 2
  return Math.round(floor + random() * (ceiling - floor))
}
