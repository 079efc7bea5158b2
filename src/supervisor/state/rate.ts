/** Rates over the last seconds, from what comes in once a second. */

export interface Rate {
  add(amount: number, nowMs: number): void
  /** Per second over the window. */
  perSecond(nowMs: number): number
}

const RATE_WINDOW_MS = 10_000

export function createRate(windowMs = RATE_WINDOW_MS): Rate {
  const samples: { readonly atMs: number; readonly amount: number }[] = []
  let firstAtMs: number | undefined

  function expire(nowMs: number): void {
    while (samples[0] && samples[0].atMs <= nowMs - windowMs) samples.shift()
  }

  return {
    add(amount, nowMs) {
      firstAtMs ??= nowMs
      expire(nowMs)
      samples.push({ atMs: nowMs, amount })
    },
    perSecond(nowMs) {
      expire(nowMs)
      const sum = samples.reduce((total, { amount }) => total + amount, 0)
      // A rate that has just begun is not diluted by the time before it; the first sample is a second's worth.
      const sinceMs = Math.min(windowMs, nowMs - (firstAtMs ?? nowMs) + 1_000)
      return (sum * 1_000) / sinceMs
    },
  }
}
