/** What one request came to, by its answer. Events that a verdict calls taken are Splunk's: they are never sent again. */

import type { Reason } from './reasons.ts'

export type Verdict =
  /** All events are taken; `nearlyFull`: Splunk asks for less at a time. */
  | { readonly kind: 'delivered'; readonly nearlyFull: boolean; readonly ackId?: number }
  /** The events before number `at` are taken. That event is refused: as it is, or for its index alone. */
  | {
      readonly kind: 'refused'
      readonly reason: 'event-refused' | 'index-refused'
      readonly at: number
      readonly ackId?: number
    }
  /**
   * No event is taken, and the answer does not say which event is the cause: half of them may pass. `sure`: HEC itself, or
   * the size, refuses; else something on the way may refuse everything.
   */
  | { readonly kind: 'divide'; readonly reason: Reason; readonly sure: boolean }
  /** The same events are to be sent uncompressed; `always`: this endpoint takes nothing compressed. */
  | { readonly kind: 'uncompressed'; readonly reason: Reason; readonly always: boolean }
  /** The first `accepted` events are taken; the rest is to be sent again, after `afterMs` if Splunk names a wait. */
  | {
      readonly kind: 'again'
      readonly reason: Reason
      readonly accepted: number
      readonly ackId?: number
      readonly afterMs?: number
    }
  /** A person has to fix something; until then nothing is skipped. */
  | { readonly kind: 'hold'; readonly reason: Reason }

/** The endpoint does not serve: any other request would have met the same. */
export type EndpointFailure = Extract<Verdict, { kind: 'again' | 'hold' }>

export function isEndpointFailure(verdict: Verdict): verdict is EndpointFailure {
  return verdict.kind === 'again' || verdict.kind === 'hold'
}

/** Reasons that are about how much is sent, or when, and not about what. */
const NOT_ABOUT_EVENTS: ReadonlySet<Reason> = new Set(['busy', 'shutting-down', 'answered-early'])

/** Says whether the events themselves may cause this failure, when the endpoint works for others. */
export function mayBeAboutEvents({ reason }: EndpointFailure): boolean {
  return !NOT_ABOUT_EVENTS.has(reason)
}

export function isTokenRefused(verdict: Verdict): boolean {
  return (
    verdict.kind === 'hold' && (verdict.reason === 'token-refused' || verdict.reason === 'token-disabled')
  )
}

/** Says whether Splunk has taken at least one event. */
export function takesAny(verdict: Verdict): boolean {
  if (verdict.kind === 'again') return verdict.accepted > 0
  return verdict.kind === 'refused' ? verdict.at > 0 : verdict.kind === 'delivered'
}

/** Returns the id under which Splunk can be asked whether the taken events are indexed. */
export function ackIdOf(verdict: Verdict): number | undefined {
  return 'ackId' in verdict ? verdict.ackId : undefined
}
