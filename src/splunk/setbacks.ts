/**
 * Setbacks: the same events fail where others work. The events may be the cause, and none may hold up the others for ever.
 * So they are posted again a few times, and then divided until the one that fails stands alone.
 */

import { type BackoffRange, backoffMs } from '../base/backoff.ts'
import type { Posted } from './endpoint.ts'
import { type EndpointFailure, isEndpointFailure, mayBeAboutEvents } from './verdict.ts'

export interface FailedPost extends Posted {
  readonly verdict: EndpointFailure
}

/** Says whether an endpoint that works for others has taken nothing of this. */
export function isSetback(posted: Posted): posted is FailedPost {
  const { verdict, wasUp } = posted
  if (!wasUp || !isEndpointFailure(verdict) || !mayBeAboutEvents(verdict)) return false
  return verdict.kind === 'hold' || verdict.accepted === 0
}

/** What to do after a setback. */
export type NextTry =
  /** Post the same events again, after a wait if one is named. */
  | { readonly kind: 'again'; readonly afterMs?: number }
  | { readonly kind: 'divide' }
  /** This event alone fails; `count`: single events of the body that do, with this one. */
  | { readonly kind: 'found'; readonly count: number }

/** The setbacks of one body. */
export interface Setbacks {
  /** Setbacks since something of the body was accepted, or since it was last divided. */
  count(): number
  /** Counts a setback of a request with this many events. */
  add(events: number): NextTry
  /** Something of the body was accepted. */
  clear(): void
}

/** Setbacks of the same events until they are divided: of the body as it came, then of its parts. */
const MAX_SETBACKS = { whole: 4, part: 2 } as const
const WAIT: BackoffRange = { minMs: 1_000, maxMs: 4_000 }

export function createSetbacks(random: () => number = Math.random): Setbacks {
  let count = 0
  let found = 0
  let isDivided = false
  return {
    count: () => count,
    add(events) {
      count++
      // The first may be chance, and another endpoint may take the events.
      if (count === 1) return { kind: 'again' }
      if (count < (isDivided ? MAX_SETBACKS.part : MAX_SETBACKS.whole))
        return { kind: 'again', afterMs: backoffMs(count - 2, WAIT, random) }
      count = 0
      isDivided = true
      if (events > 1) return { kind: 'divide' }
      found++
      return { kind: 'found', count: found }
    },
    clear() {
      count = 0
    },
  }
}
