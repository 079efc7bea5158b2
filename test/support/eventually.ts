/** Waiting for what a running system does by itself. */

import { setTimeout as delay } from 'node:timers/promises'

export interface EventuallyOptions {
  readonly withinMs: number
  /** What is waited for, in words: "the second consumer holds a shard". */
  readonly what?: string
  /** Called when the time is up; its answer goes into the error: what there is instead. */
  readonly state?: () => unknown
}

const POLL_MS = 20

/**
 * Resolves with the first answer of `predicate` that is neither false nor undefined. Rejects when the time is up, with
 * what was waited for, how long, and the state or the predicate's last error.
 */
export async function eventually<T>(
  predicate: () => T | Promise<T>,
  { withinMs, what = 'condition', state }: EventuallyOptions,
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const attempt = await attemptOf(predicate)
    if (attempt.kind === 'met') return attempt.value
    if (performance.now() >= deadline) throw new Error(message(attempt, `${what}: not within ${withinMs} ms`))
    await delay(POLL_MS)
  }

  function message(attempt: Attempt<T>, text: string): string {
    const last = attempt.kind === 'threw' ? `; last error: ${String(attempt.error)}` : ''
    return `${text}${state ? `; there is: ${JSON.stringify(state())}` : ''}${last}`
  }
}

type Attempt<T> =
  | { readonly kind: 'met'; readonly value: Exclude<T, false | undefined> }
  | { readonly kind: 'unmet' }
  | { readonly kind: 'threw'; readonly error: unknown }

async function attemptOf<T>(predicate: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    const value = await predicate()
    return isMet(value) ? { kind: 'met', value } : { kind: 'unmet' }
  } catch (error) {
    return { kind: 'threw', error }
  }
}

function isMet<T>(value: T): value is Exclude<T, false | undefined> {
  return value !== false && value !== undefined
}
