/** The events of a page that are sent again when it is cut short. */

import type { Page } from '../../sls/page.ts'
import type { Unconfirmed } from '../../thread/protocol.ts'
import type { ShardMeter } from '../report/meter.ts'

export interface Unfinished {
  /** Says that a page begins. */
  begin(page: Pick<Page, 'from' | 'next'>): void
  /** Notes what of the page under way is in flight or settled: all of it will be read and sent again. */
  note(): void
  /** Forgets what was noted: the page is delivered after all. */
  forget(): void
  /** Says that no page is under way any more. */
  end(): void
  /** Returns what was noted last; undefined when nothing. */
  noted(): Unconfirmed | undefined
}

export function createUnfinished(shard: number, meter: ShardMeter): Unfinished {
  let current: Pick<Page, 'from' | 'next'> | undefined
  let noted: Unconfirmed | undefined
  return {
    begin(page) {
      current = page
      meter.pageBegins()
    },
    note() {
      const [events, repeated] = [meter.inFlightEvents(), meter.settledOfPage()]
      if (!current || events + repeated === 0) return
      noted = { shard, events, repeated, from: current.from, to: current.next }
    },
    forget() {
      noted = undefined
    },
    end() {
      current = undefined
    },
    noted: () => noted,
  }
}
