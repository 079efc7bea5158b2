/** When a worker that ended is started again. Pure: the clock and the dice are brought along. */

import { type BackoffRange, backoffMs } from '../../base/backoff.ts'

export interface RestartHistory {
  /** Runs in a row that ended too soon. */
  readonly failures: number
}

export const FIRST_RUN: RestartHistory = { failures: 0 }

export interface Restart {
  readonly afterMs: number
  readonly history: RestartHistory
}

/**
 * The wait before the next run. Counted for each worker by itself, so that one that flaps does not hold up the others;
 * a run that lasted longer than the longest wait heals the count.
 */
export function nextRestart(
  history: RestartHistory,
  lastedMs: number,
  range: BackoffRange,
  random = Math.random,
): Restart {
  const failures = lastedMs > range.maxMs ? 0 : history.failures
  return { afterMs: backoffMs(failures, range, random), history: { failures: failures + 1 } }
}
