/** What it means to deliver a body: Splunk has what it takes, the dead letters what it refuses, and the rest is named. */

import type { Posted } from './endpoint.ts'
import type { Endpoints } from './endpoints.ts'
import type { Events } from './pieces.ts'
import type { Reason } from './reasons.ts'

/**
 * Resolves when Splunk has every event that it takes now; each event that it will never take has been handed to
 * `onRefused`. Rejects only when the signal is aborted or a request is called off. Then the bytes are the caller's again.
 */
export type Deliver = (events: Events, signal: AbortSignal) => Promise<Delivered>

export interface Delivered {
  /** Events that Splunk has accepted, or indexed where acknowledgement is asked for. */
  readonly accepted: number
  /** Events that are among the dead letters. */
  readonly refused: number
  /** Events that Splunk does not take before a person fixes something. */
  readonly held: readonly HeldEvents[]
}

export interface HeldEvents {
  readonly numbers: readonly number[]
  readonly reason: Reason
  /** The refused index; '' is the token's own. Undefined when it is not an index that is refused. */
  readonly index?: string
  /** Splunk will never take them, and the dead letters have no room. */
  readonly isHomeless?: true
}

/** What Splunk will never take, and what it answered. */
export interface Refusal {
  /** The event alone: one number, one JSON object. */
  readonly event: Events
  readonly reason: Reason
  readonly answer: Posted
}

export interface DeliverOptions {
  readonly endpoints: Endpoints
  readonly compression: 'gzip' | 'none'
  /** Keeps held events from being overtaken. The caller delivers one body at a time. */
  readonly inOrder: boolean
  /** Called right before each request goes out; throws when nothing may be posted any more. */
  readonly beforePost: () => void
  /** Told of events as soon as they are accepted, also when the delivery ends early. */
  readonly onAccepted?: (numbers: readonly number[]) => void
  /** Puts the event among the dead letters: true when it is safe there, false when it cannot be now. */
  readonly onRefused: (refusal: Refusal) => Promise<boolean>
  /** Told of every post that did not deliver everything, and of acknowledgements that did not come. */
  readonly onProblem: (reason: Reason, posted: Posted, held: HeldEvents | undefined) => void
}
