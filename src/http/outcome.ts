/** The ways in which an exchange ends, in the same words for both HTTP clients. */

import { toFailure } from '../base/failure.ts'
import { ANSWER_TOO_LARGE, EARLY_SUCCESS, type HttpOutcome } from './client.ts'

/** An outcome whose time has not been taken yet. */
export type Ended = Untimed<'answer'> | Untimed<'trouble'>
type Untimed<Kind> = Omit<Extract<HttpOutcome, { kind: Kind }>, 'durationMs'>

/** Returns a whole answer as it is; trouble for a success of a request that was not written. */
export function answered(answer: Untimed<'answer'>): Ended {
  const { status, isEarly } = answer
  if (isEarly && isSuccess(status))
    return trouble(EARLY_SUCCESS, `answered ${status} before the request was written`)
  return answer
}

const isSuccess = (status: number) => status >= 200 && status < 300

export function trouble(code: string, message: string): Untimed<'trouble'> {
  return { kind: 'trouble', code, message }
}

export const tooLarge = (maxBytes: number) => trouble(ANSWER_TOO_LARGE, `more than ${maxBytes} bytes`)

/** Returns a time-out; `what` did not come: `answer`, `connection`. */
export const tooLate = (ms: number, what: string) => trouble('ETIMEDOUT', `no ${what} within ${ms} ms`)

/** Returns an error as trouble. Node gives no message when none of several addresses of a name can be reached. */
export function troubleOf(error: unknown): Ended {
  const { code, message } = toFailure(error)
  return trouble(code, message || code)
}
