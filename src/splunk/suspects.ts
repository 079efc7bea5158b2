/**
 * Suspects: events of a body that were refused alone by an answer that does not say why. Each is set aside until others
 * are accepted, which tells whether it is the event that is refused, or everything.
 */

import type { Refused } from './consequence.ts'
import type { Doubts } from './doubts.ts'
import type { Posted } from './endpoint.ts'

/** One event, and what was answered. */
export interface Suspect extends Refused {
  readonly answer: Posted
}

export interface Suspects {
  /**
   * Judges an event that was refused alone: it is refused for good (`proven`), to be posted again (`once-more`), or set
   * aside (`open`).
   */
  add(suspect: Suspect): 'proven' | 'once-more' | 'open'
  /** Says whether enough are set aside that everything may be refused. */
  areMany(): boolean
  /** Says whether acceptances have since proven that it is the event that is refused. */
  isProven(suspect: Suspect): boolean
  /** Milliseconds for which an acceptance elsewhere can still prove something about those set aside. */
  openForMs(nowMs: number): number
  /** Takes all that are set aside. */
  takeAll(): Suspect[]
}

export const MAX_SUSPECTS = 3

export function createSuspects(doubts: Doubts): Suspects {
  let aside: Suspect[] = []
  return {
    add(suspect) {
      const judged = doubts.refusedAlone(numberOf(suspect), suspect.answer)
      if (judged === 'open') aside.push(suspect)
      return judged
    },
    areMany: () => aside.length >= MAX_SUSPECTS,
    isProven: suspect => doubts.isProven(numberOf(suspect)),
    openForMs: nowMs => Math.max(0, ...aside.map(each => doubts.openForMs(numberOf(each), nowMs))),
    takeAll() {
      const all = aside
      aside = []
      return all
    },
  }
}

function numberOf({ event: { numbers } }: Suspect): number {
  return numbers[0] ?? -1
}
