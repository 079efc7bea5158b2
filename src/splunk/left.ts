/** What is left of a body, in the order in which it is posted. */

import { halves } from './consequence.ts'
import { type Events, slice } from './pieces.ts'

export interface Left {
  /** Takes the piece to post next; undefined when nothing is left. */
  next(): Events | undefined
  /** Puts pieces before all others, in their order. */
  putFirst(pieces: readonly Events[]): void
  isEmpty(): boolean
  /** Divides the last events of a body: the first of them goes behind the others. */
  divideTail(events: Events): void
  /** Takes everything. */
  takeAll(): Events[]
}

export function createLeft(): Left {
  let pieces: Events[] = []
  /** Sent behind all others, so that something can be accepted behind a suspect among them. */
  let reserve: Events | undefined

  function takeReserve(): Events | undefined {
    const taken = reserve
    reserve = undefined
    return taken
  }

  return {
    next: () => pieces.shift() ?? takeReserve(),
    putFirst(first) {
      pieces.unshift(...first)
    },
    isEmpty: () => pieces.length === 0 && reserve === undefined,
    divideTail(events) {
      reserve = slice(events, 0, 1)
      pieces.push(...halves(slice(events, 1)))
    },
    takeAll() {
      const last = takeReserve()
      const all = last ? [...pieces, last] : pieces
      pieces = []
      return all
    },
  }
}
