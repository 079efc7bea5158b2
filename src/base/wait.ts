/** Waiting that ends early: every wait in the program goes through here and takes a signal. */

/** A longer timer fires at once (its 32 bits overflow); no wait here is meant to last 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Limits `ms` to what a timer can take; less than 0, for which Node prints a warning, becomes 0. */
export function timerMs(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST_TIMER_MS)
}

/** Resolves after `ms`, or as soon as the signal is aborted; the caller looks at the signal to tell which. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, timerMs(ms))
    signal.addEventListener('abort', finish)
  })
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** A sleep that another part can cut short: `ring()` ends the current (or else the next) `sleep`. */
export interface Alarm {
  sleep(ms: number, signal: AbortSignal): Promise<void>
  ring(): void
}

export function createAlarm(): Alarm {
  let bell = new AbortController()
  return {
    async sleep(ms, signal) {
      await sleep(ms, AbortSignal.any([bell.signal, signal]))
      if (bell.signal.aborted) bell = new AbortController()
    },
    ring: () => bell.abort(),
  }
}

/** A bell that wakes all who wait for it; a later one waits for the next ring. */
export interface Bell {
  /** Waits until it rings, `ms` have passed, or the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  ring(): void
}

export function createBell(): Bell {
  let bell: AbortController | undefined
  return {
    wait(ms, signal) {
      bell ??= new AbortController()
      return sleep(ms, AbortSignal.any([bell.signal, signal]))
    },
    ring() {
      const rung = bell
      bell = undefined
      rung?.abort()
    },
  }
}
