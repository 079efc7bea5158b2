/** The two levels of a stop, and the time each may take. */

import { sleep } from '../base/wait.ts'

export interface Stop {
  /** Begins to stop; without effect when it has begun. */
  drain(): void
  /** Aborted when nothing new is taken any more and what is held is finished. */
  readonly soft: AbortSignal
  /** Aborted when the drain has taken too long: what is held is dropped. */
  readonly hard: AbortSignal
  /** Resolves when even the last checkpoints have had their time. */
  readonly settled: Promise<void>
  /** Ends the timers; a stop that has begun is over at once. */
  close(): void
}

/** After the deadline of the drain, for the last checkpoints. */
const SETTLE_MS = 12_000

export function createStop(drainTimeoutMs: number): Stop {
  const soft = new AbortController()
  const hard = new AbortController()
  const closed = new AbortController()
  const settled = Promise.withResolvers<void>()

  async function pass(): Promise<void> {
    await sleep(drainTimeoutMs, closed.signal)
    hard.abort()
    await sleep(SETTLE_MS, closed.signal)
    settled.resolve()
  }

  return {
    drain() {
      if (soft.signal.aborted) return
      soft.abort()
      void pass()
    },
    soft: soft.signal,
    hard: hard.signal,
    settled: settled.promise,
    close: () => closed.abort(),
  }
}
