/** An owner for work that no caller waits for: its failure is a bug, which is logged and ends nothing else. */

import { toFailure } from '../base/failure.ts'
import type { Log } from './log.ts'

/** Resolves when the work has ended, however it did; `what` is the subject of the line that says how it failed. */
export async function owned(work: Promise<unknown>, what: string, log: Log): Promise<void> {
  try {
    await work
  } catch (error) {
    sayBug(error, what, log)
  }
}

/** Logs an exception that no caller can answer to, with its stack. */
export function sayBug(error: unknown, what: string, log: Log): void {
  const { message, stack = message } = toFailure(error)
  log.error(`${what} failed unexpectedly: ${stack}. To do: report this line`)
}
