/** Errors as plain data: cloning an `Error` between threads loses its class, its code and any name of its own. */

export interface Failure {
  readonly code: string
  readonly message: string
  readonly stack?: string
}

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error) }
  const stack = error.stack === undefined ? {} : { stack: error.stack }
  return { code: codeOf(error), message: error.message, ...stack }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** Whether an error is only a signal's way of saying stop. */
export function isAbort(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
  )
}

/** For a `catch`: a request that a stop has cut short is no failure, anything else is thrown on. */
export function unlessAborted(signal: AbortSignal) {
  return (error: unknown): undefined => {
    if (!isAbort(error, signal)) throw error
  }
}
