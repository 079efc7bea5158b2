/** The end of a command that failed. */

import { EXIT } from './exit.ts'

/** Says why on standard error; returns the exit status. */
export function fail(message: string, status: number = EXIT.failed): number {
  process.stderr.write(`${message}\n`)
  return status
}
