/** What became of the letters of a replay: counts by reason, and what a person can do about those that stay. */

import { isRecord, parseJson } from '../../base/json.ts'
import type { StoredLetter } from '../../dead-letters/line.ts'
import { tableOf } from '../terminal/table.ts'
import { count, excerptOf } from '../terminal/words.ts'
import type { Outcome } from './deliver-letters.ts'

/** The reason of letters that are whole log groups, which a worker could not take apart, and not events. */
export const QUARANTINED = 'kills-worker'

export interface Tally {
  /** Counts a letter; without an outcome the replay has not come to it, or does not send it. */
  add(letter: StoredLetter, outcome?: Outcome): void
  /** Returns the counts in words, with a line break at the end of each line. */
  describe(): string
}

export function createTally(): Tally {
  const reasons = new Map<string, Record<Column, number>>()
  const indexes = new Map<string, number>()

  function addTo(reason: string, column: Column): void {
    const counts = reasons.get(reason) ?? { accepted: 0, refused: 0, left: 0 }
    counts[column]++
    reasons.set(reason, counts)
  }

  function describeIndexes(): string {
    const named = [...indexes].map(([index, letters]) => `${index} (${count(letters, 'event')})`)
    return named.length === 0
      ? ''
      : `Splunk refuses these indexes: ${named.join(', ')}. To do: create them, add them to the token's allowed indexes, replay again\n`
  }

  return {
    add(letter, outcome) {
      addTo(letter.reason, outcome ? COLUMNS[outcome.kind] : 'left')
      if (outcome?.kind !== 'refused' || outcome.reason !== 'index-refused') return
      const index = indexOf(letter.event)
      indexes.set(index, (indexes.get(index) ?? 0) + 1)
    },
    describe() {
      const rows = [...reasons].map(([reason, { accepted, refused, left }]) => [
        reason,
        accepted,
        refused,
        left,
      ])
      const quarantined = reasons.get(QUARANTINED)?.left ?? 0
      const note =
        quarantined === 0
          ? ''
          : `${count(quarantined, 'letter')} of ${QUARANTINED} not sent: each holds a whole log group (Base64), not an event\n`
      return tableOf(['reason', 'accepted', 'refused again', 'not sent'], rows) + describeIndexes() + note
    },
  }
}

type Column = 'accepted' | 'refused' | 'left'

const COLUMNS = { accepted: 'accepted', refused: 'refused', unsent: 'left' } as const

/** Returns the index that a HEC event names; without one Splunk takes the token's own. */
function indexOf(event: string): string {
  const json = parseJson(Buffer.from(event))
  const index = isRecord(json) ? json.index : undefined
  return typeof index === 'string' ? excerptOf(index) : "the token's default"
}
