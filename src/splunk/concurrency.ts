/**
 * Limit of requests that one endpoint may have at once: one more after each round of successes, half as many when it is
 * busy or fails, a little fewer when its answers take longer than usual.
 */

export interface Concurrency {
  /** At least 1. */
  limit(): number
  /** Notes that a request sent at `startedAtMs` (monotonic) was taken after `durationMs`. */
  succeeded(startedAtMs: number, durationMs: number): void
  /** Notes that a request was not taken. */
  failed(startedAtMs: number, nowMs: number): void
  /** Notes that a request was taken, and that Splunk asks for less. */
  warned(startedAtMs: number, nowMs: number): void
}

const BUSY_FACTOR = 0.5
const SLOW_FACTOR = 0.9
/** Weight of the newest answer in the running mean. */
const NEWEST = 0.2
/** An answer is slow beyond the mean by this many mean deviations; small differences of fast answers mean nothing. */
const DEVIATIONS = 3
const SLACK_MS = 50

export function createConcurrency(start: number, max: number): Concurrency {
  let limit = Math.min(start, max)
  let shrunkAtMs = Number.NEGATIVE_INFINITY
  let meanMs: number | undefined
  let deviationMs = 0

  /** Shrinks once for all requests that were under way together: they say the same. */
  function shrink(factor: number, startedAtMs: number, nowMs: number): void {
    if (startedAtMs < shrunkAtMs) return
    shrunkAtMs = nowMs
    limit = Math.max(1, limit * factor)
  }

  function isSlow(durationMs: number): boolean {
    return meanMs !== undefined && durationMs > meanMs * 1.5 + DEVIATIONS * deviationMs + SLACK_MS
  }

  function learn(durationMs: number): void {
    const difference = durationMs - (meanMs ?? durationMs)
    meanMs = (meanMs ?? durationMs) + NEWEST * difference
    deviationMs += NEWEST * (Math.abs(difference) - deviationMs)
  }

  return {
    limit: () => Math.max(1, Math.floor(limit)),
    succeeded(startedAtMs, durationMs) {
      const slow = isSlow(durationMs)
      learn(durationMs)
      if (slow) shrink(SLOW_FACTOR, startedAtMs, startedAtMs + durationMs)
      else limit = Math.min(max, limit + 1 / limit)
    },
    failed: (startedAtMs, nowMs) => shrink(BUSY_FACTOR, startedAtMs, nowMs),
    warned: (startedAtMs, nowMs) => shrink(SLOW_FACTOR, startedAtMs, nowMs),
  }
}
