/**
 * Doubts about answers that refuse a request without saying why: an event may be the cause, or something on the way may
 * refuse everything for a while. A lone refusal counts against its event only when the same endpoint accepted other
 * requests both in the second before it and in the second after it. An acceptance further off may lie on the other side
 * of an outage.
 */

import { type Acceptances, SECOND_MS } from './acceptances.ts'

/** The endpoint that has refused: when the request was sent and answered, and what else it accepts. */
export interface Refuser {
  readonly sentAtMs: number
  readonly atMs: number
  readonly acceptances: Acceptances
}

export interface Doubts {
  /** Notes that an event was refused alone, and judges it. `once-more`: the event is to be posted again at once. */
  refusedAlone(number: number, by: Refuser): 'open' | 'once-more' | 'proven'
  /** Says whether the event itself is refused, by what has been accepted since. */
  isProven(number: number): boolean
  /** Milliseconds for which an acceptance can still make a refusal of this event count; 0 when none can. */
  openForMs(number: number, nowMs: number): number
}

/** Lone refusals that prove an event: one of several backends may refuse everything, and the next post may meet another. */
const LONE_REFUSALS = 3

/** The lone refusals of one event. */
interface Case {
  /** Refusals with an acceptance right before and right after them. */
  proofs: number
  /** Refusals with an acceptance right before them alone. */
  open: readonly Refuser[]
}

/** Returns one for each page: events are known by their numbers. */
export function createDoubts(): Doubts {
  const cases = new Map<number, Case>()

  function caseOf(number: number): Case {
    const known = cases.get(number) ?? { proofs: 0, open: [] }
    cases.set(number, known)
    const [proofs, open] = partition(known.open, ({ acceptances, atMs }) => acceptances.inSecondAfter(atMs))
    known.proofs += proofs.length
    known.open = open
    return known
  }

  return {
    refusedAlone(number, by) {
      const known = caseOf(number)
      if (known.proofs >= LONE_REFUSALS) return 'proven'
      if (!by.acceptances.inSecondBefore(by.sentAtMs)) return 'open'
      known.open = [...known.open.filter(each => leftMs(each, by.atMs) > 0), by]
      return known.proofs + known.open.length < LONE_REFUSALS ? 'once-more' : 'open'
    },
    isProven: number => caseOf(number).proofs >= LONE_REFUSALS,
    openForMs: (number, nowMs) => Math.max(0, ...caseOf(number).open.map(each => leftMs(each, nowMs))),
  }
}

/** Returns how long a request may still be sent whose acceptance makes this refusal count. */
function leftMs({ atMs }: Refuser, nowMs: number): number {
  return atMs + SECOND_MS - nowMs
}

function partition<T>(all: readonly T[], is: (each: T) => boolean): [T[], T[]] {
  return [all.filter(is), all.filter(each => !is(each))]
}
