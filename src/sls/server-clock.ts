/**
 * The server's clock as its `Date` headers tell it. The machine's own clock is used until the server refuses a request
 * for its time; from then on the offset seen in that refusal is added.
 */

export interface ServerClock {
  /** The time to sign the next request with. */
  now(): Date
  /** Takes note of an answer's `Date` header. */
  observe(date: string | string[] | undefined): void
  /** Signs with the time of the last answer from now on. Returns undefined, or why that cannot be done. */
  adopt(): string | undefined
}

/** Clocks that are further apart are not: one of them shows no time at all, and the other may be right. */
const MAX_OFFSET_MS = 10 * 366 * 86_400_000

export function createServerClock(nowMs: () => number = Date.now): ServerClock {
  let offsetMs = 0
  let seen: { readonly date: string; readonly offsetMs: number } | undefined
  return {
    now: () => new Date(nowMs() + offsetMs),
    observe(date) {
      const serverMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
      seen = Number.isNaN(serverMs) ? undefined : { date: String(date), offsetMs: serverMs - nowMs() }
    },
    adopt() {
      if (!seen) return 'the answer does not say what time it is there'
      if (Math.abs(seen.offsetMs) > MAX_OFFSET_MS)
        return `the answer's time (${seen.date}) is more than ten years from this host's`
      offsetMs = seen.offsetMs
      return undefined
    },
  }
}
