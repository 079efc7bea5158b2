/**
 * Some answers refuse a request and do not say why: they may be about an event, or of something on the way that refuses
 * everything for a while. An event is refused for what it is when the same endpoint has refused a request with it,
 * accepted another one since, and refuses it alone now.
 */

import type { Events } from './pieces.ts'

/** Who has refused, and when; and when the latest request was sent that it has accepted. */
export interface Refuser {
  readonly endpoint: string
  readonly atMs: number
  readonly acceptedSentAtMs: number
}

export interface Doubts {
  /** A request of these events was refused. */
  refused(events: Events, by: Refuser): void
  /** Of an event that was refused alone: whether it is the event; `once-more`: so it seems. */
  judge(event: Events, by: Refuser): 'open' | 'once-more' | 'proven'
}

/** One of several backends behind an address may refuse everything: then the next try may meet another one. */
const LONE_REFUSALS = 3

export function createDoubts(): Doubts {
  /** By endpoint and event, when it was refused for the first time; and how often alone since others were accepted. */
  const first = new Map<string, Map<number, number>>()
  const alone = new Map<number, number>()
  const of = ({ endpoint }: Refuser) => {
    const known = first.get(endpoint) ?? new Map<number, number>()
    first.set(endpoint, known)
    return known
  }
  return {
    refused({ numbers }, by) {
      const known = of(by)
      for (const number of numbers) if (!known.has(number)) known.set(number, by.atMs)
    },
    judge({ numbers: [number = 0] }, by) {
      if (by.acceptedSentAtMs <= (of(by).get(number) ?? by.atMs)) return 'open'
      const refusals = (alone.get(number) ?? 0) + 1
      alone.set(number, refusals)
      return refusals < LONE_REFUSALS ? 'once-more' : 'proven'
    },
  }
}
