/**
 * Pages that kill their worker. One that does so three times in a row is read one log group at a time from then on; the
 * group that still does so goes to the dead letters as it is. Pure but for what it remembers.
 */

import type { Mark } from '../../thread/marker.ts'
import type { Quarantined } from '../../thread/protocol.ts'

export interface Quarantine {
  /** A worker of the source died at this page; answers with what changes because of it. */
  onDeath(source: string, mark: Mark): Quarantined | undefined
  of(source: string): readonly Quarantined[]
  forget(source: string): void
}

const DEATHS = 3

interface Suspicion {
  readonly cursor: string
  readonly groups: number
  readonly deaths: number
}

export function createQuarantine(): Quarantine {
  /** By source and shard: the page at which the last death was. */
  const suspicions = new Map<string, Suspicion>()
  const quarantined = new Map<string, Quarantined[]>()

  function suspect(key: string, { cursor, groups }: Mark): Suspicion {
    const before = suspicions.get(key)
    const isSame = before?.cursor === cursor && before.groups > 1 === groups > 1
    return { cursor, groups, deaths: isSame ? before.deaths + 1 : 1 }
  }

  return {
    onDeath(source, mark) {
      // An empty page holds nothing that could be at fault.
      if (mark.groups === 0) return undefined
      const key = `${source} ${mark.shard}`
      const suspicion = suspect(key, mark)
      suspicions.set(key, suspicion)
      if (suspicion.deaths < DEATHS) return undefined
      suspicions.delete(key)
      const { shard, cursor, next, groups } = mark
      const entry = { shard, cursor, next, how: groups > 1 ? 'one-by-one' : 'bury' } as const
      quarantined.set(source, [...(quarantined.get(source) ?? []), entry])
      return entry
    },
    of: source => quarantined.get(source) ?? [],
    forget(source) {
      quarantined.delete(source)
      for (const key of suspicions.keys()) if (key.startsWith(`${source} `)) suspicions.delete(key)
    },
  }
}
