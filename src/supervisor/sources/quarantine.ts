/**
 * Pages of one source that kill their worker. One that does so three times in a row is read one log group at a time from
 * then on; the group that still does so goes to the dead letters as it is. Pure but for what it remembers.
 */

import type { Mark } from '../../thread/marker.ts'
import type { Quarantined } from '../../thread/protocol.ts'

export interface Quarantine {
  /** Takes in that a worker died at this page; returns what changes because of it. */
  onDeath(mark: Mark): Quarantined | undefined
  entries(): readonly Quarantined[]
}

const DEATHS = 3

interface Suspicion {
  readonly cursor: string
  readonly groups: number
  readonly deaths: number
}

export function createQuarantine(): Quarantine {
  /** By shard: the page at which the last death was. */
  const suspicions = new Map<number, Suspicion>()
  const entries: Quarantined[] = []

  function suspect({ shard, cursor, groups }: Mark): Suspicion {
    const before = suspicions.get(shard)
    const isSame = before?.cursor === cursor && before.groups > 1 === groups > 1
    return { cursor, groups, deaths: isSame ? before.deaths + 1 : 1 }
  }

  return {
    onDeath(mark) {
      // An empty page holds nothing that could be at fault.
      if (mark.groups === 0) return undefined
      const { shard, cursor, next, groups } = mark
      const suspicion = suspect(mark)
      suspicions.set(shard, suspicion)
      if (suspicion.deaths < DEATHS) return undefined
      suspicions.delete(shard)
      const entry = { shard, cursor, next, how: groups > 1 ? 'one-by-one' : 'bury' } as const
      entries.push(entry)
      return entry
    },
    entries: () => [...entries],
  }
}
