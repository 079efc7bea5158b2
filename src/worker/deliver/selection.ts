/** The choice of events that one round delivers, and of those that it leaves to a later round. */

import type { HeldEvents } from '../../splunk/deliver.ts'
import type { Select } from '../encode/page-encoder.ts'
import type { HomelessRound } from './homeless.ts'

export interface Selection extends Select {
  /** Numbers of the events that a later round has to deliver. */
  readonly left: ReadonlySet<number>
  /** Leaves events that Splunk does not take for now, and others that would fare no better. */
  hold(held: HeldEvents): void
}

export interface SelectionOptions {
  /** Events that an earlier round has left; undefined for the first round, which wants the whole page. */
  readonly wanted: ReadonlySet<number> | undefined
  /** True when no event may overtake one that is held. */
  readonly inOrder: boolean
  readonly homeless: HomelessRound
  /** Called for each event that is left without ever having been in a body. */
  readonly onLeftOut: () => void
}

export function createSelection({ wanted, inOrder, homeless, onLeftOut }: SelectionOptions): Selection {
  const left = new Set<number>()
  const refusedIndexes = new Set<string>()
  let isBlocked = false

  const all = () => wanted === undefined && !isBlocked && refusedIndexes.size === 0

  return {
    left,
    all,
    wants(number, index) {
      if (all()) return true
      if (wanted !== undefined && !wanted.has(number)) return false
      if (!isBlocked && !refusedIndexes.has(index) && homeless.mayTry(number)) return true
      if (!left.has(number)) {
        left.add(number)
        if (wanted === undefined) onLeftOut()
      }
      return false
    },
    hold({ numbers, index, isHomeless }) {
      for (const number of numbers) left.add(number)
      if (isHomeless) homeless.add(numbers)
      if (index !== undefined) refusedIndexes.add(index)
      if (inOrder) isBlocked = true
    },
  }
}
