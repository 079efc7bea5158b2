/**
 * What is wrong with this worker right now. Several shards in the same trouble are one trouble; it is over when the
 * last of them is out of it. Nothing is logged here: the supervisor sees every worker's troubles and says each once.
 */

import type { StatusReason } from '../../thread/protocol.ts'

export interface Trouble {
  /** The kind: two troubles of one code are the same matter. */
  readonly code: string
  readonly text: string
  readonly remedy: string
  /** Two endpoints in the same trouble are two matters. */
  readonly endpoint?: string
}

export interface Troubles {
  /** `who` (a shard, or the consumer itself) is in trouble; a trouble of another code that it had is over. */
  raise(who: Who, trouble: Trouble): void
  clear(who: Who): void
  list(): StatusReason[]
  /** The list, and what came and went since the last time: what heals between two statuses is still said. */
  take(): StatusReason[]
}

/** `shard` in a kind of work that can fail on its own: a pull may work while what it brought (`page`) does not. */
export interface Who {
  readonly work: 'heartbeat' | 'read' | 'page' | 'send' | 'checkpoint' | 'ownership' | 'dead-letters'
  readonly shard?: number
  readonly endpoint?: string
}

interface Entry {
  readonly trouble: Trouble
  readonly who: Map<string, Who>
  count: number
  taken: boolean
}

export function createTroubles(): Troubles {
  const entries = new Map<string, Entry>()
  const passed = new Map<string, StatusReason>()
  const keyOf = ({ work, shard, endpoint }: Who) => `${work} ${shard ?? ''} ${endpoint ?? ''}`
  const matterOf = ({ code, endpoint }: Trouble) => `${code} ${endpoint ?? ''}`

  function clear(who: Who, except?: string): void {
    for (const [matter, entry] of entries) {
      if (matter === except) continue
      const last = reasonOf(entry)
      entry.who.delete(keyOf(who))
      if (entry.who.size > 0) continue
      entries.delete(matter)
      if (!entry.taken) passed.set(matter, last)
    }
  }

  return {
    raise(who, trouble) {
      const matter = matterOf(trouble)
      clear(who, matter)
      const entry = entries.get(matter) ?? newEntry(trouble)
      entries.set(matter, entry)
      entry.who.set(keyOf(who), who)
      entry.count++
    },
    clear: who => clear(who),
    list: () => [...entries.values()].map(reasonOf),
    take() {
      const gone = [...passed].flatMap(([matter, reason]) => (entries.has(matter) ? [] : [reason]))
      passed.clear()
      for (const entry of entries.values()) entry.taken = true
      return [...gone, ...[...entries.values()].map(reasonOf)]
    },
  }
}

function newEntry(trouble: Trouble): Entry {
  return { trouble, who: new Map(), count: 0, taken: false }
}

function reasonOf({ trouble, who, count }: Entry): StatusReason {
  return { ...trouble, count, shards: shardsOf(who) }
}

function shardsOf(who: ReadonlyMap<string, Who>): number[] {
  const shards = new Set([...who.values()].flatMap(({ shard }) => (shard === undefined ? [] : [shard])))
  return [...shards].sort((a, b) => a - b)
}
