/** Waiting that ends early: every wait in the program goes through here and takes a signal. */

/** A longer timer fires at once (its 32 bits overflow); nobody here waits for 24 days on purpose. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What a timer can take: a moment that has just passed is now (for less than 0 Node prints a warning). */
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

/** A wait that somebody else can cut short: `ring()` ends the current (or else the next) `sleep`. */
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

/** A bell that wakes all who wait for it. */
export interface Bell {
  /** Until it rings, `ms` have passed, or the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  ring(): void
}

export function createBell(): Bell {
  const waiting = new Set<() => void>()
  return {
    wait(ms, signal) {
      if (signal.aborted) return Promise.resolve()
      return new Promise(resolve => {
        const wake = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, timerMs(ms))
        signal.addEventListener('abort', wake)
        waiting.add(wake)
      })
    },
    ring() {
      for (const wake of [...waiting]) wake()
    },
  }
}
