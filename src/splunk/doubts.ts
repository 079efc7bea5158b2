/**
 * Some answers refuse a request and do not say why: they may be about an event, or of something on the way that refuses
 * everything for a while. An event is refused for what it is when the same endpoint has refused a request with it,
 * accepted another one since, and refuses it alone now.
 */

import type { Events } from './pieces.ts'

/** Who has refused, and how many requests it had accepted until then. */
export interface Refuser {
  readonly endpoint: string
  readonly acceptedRequests: number
}

export interface Doubts {
  /** A request of these events was refused. */
  refused(events: Events, by: Refuser): void
  /** Of an event that was refused alone: whether it is the event. */
  isProven(event: Events, by: Refuser): boolean
}

export function createDoubts(): Doubts {
  /** What an endpoint had accepted when it refused an event for the first time. */
  const acceptedAtFirst = new Map<string, number>()
  const keyOf = (number: number, { endpoint }: Refuser) => `${endpoint} ${number}`
  return {
    refused({ numbers }, by) {
      const unknown = numbers.map(number => keyOf(number, by)).filter(key => !acceptedAtFirst.has(key))
      for (const key of unknown) acceptedAtFirst.set(key, by.acceptedRequests)
    },
    isProven({ numbers }, by) {
      const before = numbers.map(number => acceptedAtFirst.get(keyOf(number, by)) ?? by.acceptedRequests)
      return before.every(accepted => accepted < by.acceptedRequests)
    },
  }
}
