/** The consequences of an answer for the events of its request. Pure: `delivery.ts` carries them out. */

import { type Events, indexOf, pick, slice } from './pieces.ts'
import type { Reason } from './reasons.ts'
import type { Verdict } from './verdict.ts'

export interface Consequence {
  /** Number of events at the front that are taken. */
  readonly taken: number
  /** Events to be posted again, in this order. */
  readonly rest: readonly Events[]
  /** An event refused for good: goes to the dead letters. */
  readonly refused?: Refused
  /** An event refused for what it is, or because everything is: only other requests can tell. */
  readonly suspect?: Refused
  /** Events that wait for a person to fix something. */
  readonly held?: Held
  /** True when the events are to be posted uncompressed from now on. */
  readonly uncompressed?: true
}

export interface Refused {
  readonly event: Events
  readonly reason: Reason
}

export interface Held {
  readonly events: Events
  /** The index that is refused; '' is the token's own. */
  readonly index: string
}

export function consequenceOf(events: Events, verdict: Verdict, inOrder: boolean): Consequence {
  const count = events.offsets.length
  switch (verdict.kind) {
    case 'delivered':
      return { taken: count, rest: [] }
    case 'again':
      return { taken: verdict.accepted, rest: [slice(events, verdict.accepted)] }
    case 'hold':
      return { taken: 0, rest: [events] }
    case 'uncompressed':
      return { taken: 0, rest: [events], uncompressed: true }
    case 'refused':
      return verdict.reason === 'index-refused'
        ? holdIndex(events, verdict.at, inOrder)
        : refuseOne(events, verdict.at, verdict.reason)
    case 'divide':
      if (verdict.reason === 'index-refused' && !inOrder) return tellIndexesApart(events)
      return count > 1 ? { taken: 0, rest: halves(events) } : refuseOnly(events, verdict)
  }
}

function refuseOne(events: Events, at: number, reason: Reason): Consequence {
  const refused = { event: slice(events, at, at + 1), reason }
  return { taken: at, rest: nonEmpty(slice(events, at + 1)), refused }
}

/** Holds all events that ask for the refused index: they would be refused, too. The others go on. */
function holdIndex(events: Events, at: number, inOrder: boolean): Consequence {
  const index = indexOf(events, at)
  const behind = slice(events, at)
  if (inOrder) return { taken: at, rest: [], held: { events: behind, index } }
  const isHeld = behind.offsets.map((_, i) => indexOf(behind, i) === index)
  const held = { events: pick(behind, i => isHeld[i] === true), index }
  return { taken: at, rest: nonEmpty(pick(behind, i => isHeld[i] === false)), held }
}

/** Divides by index when the answer does not say which is refused; one index alone is held. */
function tellIndexesApart(events: Events): Consequence {
  const asked = events.offsets.map((_, i) => indexOf(events, i))
  const [index = '', ...others] = new Set(asked)
  if (others.length === 0) return { taken: 0, rest: [], held: { events, index } }
  return { taken: 0, rest: [index, ...others].map(each => pick(events, i => asked[i] === each)) }
}

export type Unclear = Extract<Verdict, { kind: 'divide' }>

/** Says whether an event that is refused alone may be refused because everything is. */
export function isUnclear(verdict: Verdict): verdict is Unclear {
  return verdict.kind === 'divide' && (!verdict.sure || verdict.reason === 'too-large')
}

/** Size limits are never as low as this on purpose: a smaller event is not the cause. */
const SMALL_BYTES = 64 * 1024

/** Returns two halves; a single event comes back as it is. */
export function halves(events: Events): Events[] {
  const half = Math.ceil(events.offsets.length / 2)
  return [slice(events, 0, half), ...nonEmpty(slice(events, half))]
}

function refuseOnly(event: Events, { reason, sure }: Extract<Verdict, { kind: 'divide' }>): Consequence {
  if (reason === 'index-refused')
    return { taken: 0, rest: [], held: { events: event, index: indexOf(event, 0) } }
  const isBelieved = sure && !(reason === 'too-large' && event.bytes.length < SMALL_BYTES)
  return {
    taken: 0,
    rest: [],
    ...(isBelieved ? { refused: { event, reason } } : { suspect: { event, reason } }),
  }
}

function nonEmpty(events: Events): Events[] {
  return events.offsets.length === 0 ? [] : [events]
}
