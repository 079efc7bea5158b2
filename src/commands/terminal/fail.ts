/** The end of a command that cannot do what was asked. */

import { EXIT } from './exit.ts'

/** Says why on standard error; answers the exit status. */
export function fail(message: string, status: number = EXIT.failed): number {
  process.stderr.write(`${message}\n`)
  return status
}
