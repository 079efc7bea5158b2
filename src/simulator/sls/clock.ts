/** Where the simulator takes its time from: the system, or a test that moves it by hand. */
export interface Clock {
  /** Unix milliseconds. */
  nowMs(): number
}

export interface ManualClock extends Clock {
  advance(ms: number): void
}

export const systemClock: Clock = { nowMs: Date.now }

/** Stands still between calls of `advance`. */
export function manualClock(startMs = Date.UTC(2023, 0, 2, 3, 4, 5)): ManualClock {
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    advance: ms => {
      nowMs += ms
    },
  }
}

export function toSeconds(ms: number): number {
  return Math.floor(ms / 1_000)
}
