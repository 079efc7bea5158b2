/**
 * Where a shard's lag is going: how it has changed over the last minute or two, carried on. A shard that is caught up, or
 * has not been looked at for long enough, has no forecast.
 */

export interface LagSample {
  readonly atMs: number
  readonly lagSeconds: number
}

export interface Forecast {
  /** Until the lag is gone, when it becomes less. */
  readonly catchUpSeconds?: number
  /** Until unread logs expire in Log Service, when the lag grows or stays beyond what is kept. */
  readonly retentionOverrunSeconds?: number
  /** By so much the lag grows in a second. */
  readonly growth: number
}

export const FORECAST_WINDOW_MS = 120_000
const SHORTEST_MS = 20_000
/** A lag below it is the pace of pulls, not a backlog. */
const BEHIND_SECONDS = 10
/** Less change than that in a second is none: a shard that just keeps up. */
const STEADY = 0.02

/** Samples from old to new; `retentionSeconds` undefined when nobody has said how long logs are kept. */
export function forecastOf(
  samples: readonly LagSample[],
  retentionSeconds: number | undefined,
): Forecast | undefined {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.atMs - first.atMs < SHORTEST_MS || last.lagSeconds < BEHIND_SECONDS)
    return undefined
  const growth = (last.lagSeconds - first.lagSeconds) / ((last.atMs - first.atMs) / 1_000)
  if (growth < -STEADY) return { growth, catchUpSeconds: last.lagSeconds / -growth }
  if (retentionSeconds === undefined || growth <= STEADY) return { growth }
  return { growth, retentionOverrunSeconds: Math.max(0, retentionSeconds - last.lagSeconds) / growth }
}
