/** What becomes of the events of a request after an answer. Pure: `deliver.ts` does it. */

import { type Events, indexOf, pick, slice } from './pieces.ts'
import type { Reason } from './reasons.ts'
import type { Verdict } from './verdict.ts'

export interface Consequence {
  /** So many events at the front are taken. */
  readonly taken: number
  /** What has to be sent again, in this order. */
  readonly rest: readonly Events[]
  /** Refused for good: goes to the dead letters. */
  readonly refused?: Refused
  /** May have been refused for what it is, or because everything is: only others can tell. */
  readonly suspect?: Refused
  /** Waits for somebody to mend something. */
  readonly held?: Held
  /** From now on uncompressed. */
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

/** All that ask for the same index would be refused, too: they wait together, the others go on. */
function holdIndex(events: Events, at: number, inOrder: boolean): Consequence {
  const index = indexOf(events, at)
  const behind = slice(events, at)
  if (inOrder) return { taken: at, rest: [], held: { events: behind, index } }
  const isHeld = behind.offsets.map((_, i) => indexOf(behind, i) === index)
  const held = { events: pick(behind, i => isHeld[i] === true), index }
  return { taken: at, rest: nonEmpty(pick(behind, i => isHeld[i] === false)), held }
}

/** Nobody says which event's index is refused: those of one index share its fate. */
function tellIndexesApart(events: Events): Consequence {
  const asked = events.offsets.map((_, i) => indexOf(events, i))
  const [index = '', ...others] = new Set(asked)
  if (others.length === 0) return { taken: 0, rest: [], held: { events, index } }
  return { taken: 0, rest: [index, ...others].map(each => pick(events, i => asked[i] === each)) }
}

export type Unclear = Extract<Verdict, { kind: 'divide' }>

/** True where an event that is refused alone may be refused for what refuses everything. */
export function isUnclear(verdict: Verdict): verdict is Unclear {
  return verdict.kind === 'divide' && (!verdict.sure || verdict.reason === 'too-large')
}

/** No limit that anybody sets on purpose is as low as this: then it is not the event. */
const SMALL_BYTES = 64 * 1024

/** Two halves; of a single event itself. */
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
