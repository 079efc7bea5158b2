/** Calls to Log Service that are tried until they work. The only place that retries towards Log Service. */

import { type BackoffRange, backoffMs } from '../../base/backoff.ts'
import { sleep } from '../../base/wait.ts'
import {
  describeFailure,
  remedyOf,
  type SlsAction,
  type SlsFailure,
  type SlsResult,
} from '../../sls/errors.ts'
import type { Trouble, Troubles, Who } from '../report/troubles.ts'

/** Failures that trying again cannot fix: the caller has to do something else. */
type Final = Extract<SlsAction, 'cursor' | 'shard-gone' | 'group-gone' | 'unregistered' | 'not-owner'>
type Passing = Exclude<SlsAction, Final>

export const PACE: Readonly<Record<Passing, BackoffRange>> = {
  // The end of an outage is noticed within seconds, however long it has lasted.
  retry: { minMs: 500, maxMs: 8_000 },
  throttled: { minMs: 1_000, maxMs: 8_000 },
  clock: { minMs: 2_000, maxMs: 60_000 },
  credentials: { minMs: 2_000, maxMs: 60_000 },
  setup: { minMs: 2_000, maxMs: 60_000 },
  protocol: { minMs: 2_000, maxMs: 60_000 },
}

export function isPassing(action: SlsAction): action is Passing {
  return action in PACE
}

export function slsTrouble({ operation, failure }: { operation: string; failure: SlsFailure }): Trouble {
  return {
    code: `sls-${failure.code}`,
    text: `Log Service: ${operation} failed: ${describeFailure({ ...failure, requestId: '' })}`,
    remedy: remedyOf(failure),
  }
}

export interface Persistent {
  readonly who: Who
  readonly operation: string
  readonly troubles: Troubles
  readonly signal: AbortSignal
}

/** Returns the value, or the failure that only the caller can act on, or undefined when the signal was aborted. */
export async function untilAnswered<T>(
  call: (signal: AbortSignal) => Promise<SlsResult<T>>,
  { who, operation, troubles, signal }: Persistent,
): Promise<SlsResult<T> | undefined> {
  try {
    for (let failures = 0; !signal.aborted; failures++) {
      const result = await call(signal)
      if (result.kind === 'ok' || !isPassing(result.failure.action)) {
        troubles.clear(who)
        return result
      }
      troubles.raise(who, slsTrouble({ operation, failure: result.failure }))
      await sleep(backoffMs(failures, PACE[result.failure.action]), signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  troubles.clear(who)
  return undefined
}
