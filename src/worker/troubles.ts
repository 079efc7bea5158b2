/**
 * What is wrong with this worker right now. Several shards in the same trouble are one trouble; it is over when the
 * last of them is out of it. Nothing is logged here: the supervisor sees every worker's troubles and says each once.
 */

import type { StatusReason } from '../protocol.ts'

export interface Trouble {
  /** The kind: two troubles of one code are the same matter. */
  readonly code: string
  readonly text: string
  readonly remedy: string
}

export interface Troubles {
  /** `who` (a shard, or the consumer itself) is in trouble; a trouble of another code that it had is over. */
  raise(who: Who, trouble: Trouble): void
  clear(who: Who): void
  list(): StatusReason[]
}

/** `shard` in a kind of work that can fail on its own: a pull may work while what it brought (`page`) does not. */
export interface Who {
  readonly work: 'heartbeat' | 'read' | 'page' | 'send' | 'checkpoint'
  readonly shard?: number
}

interface Entry {
  readonly trouble: Trouble
  readonly who: Map<string, Who>
  count: number
}

export function createTroubles(): Troubles {
  const entries = new Map<string, Entry>()
  const keyOf = ({ work, shard }: Who) => `${work} ${shard ?? ''}`

  function clear(who: Who, except?: string): void {
    for (const [code, entry] of entries) {
      if (code === except) continue
      entry.who.delete(keyOf(who))
      if (entry.who.size === 0) entries.delete(code)
    }
  }

  return {
    raise(who, trouble) {
      clear(who, trouble.code)
      const entry = entries.get(trouble.code) ?? { trouble, who: new Map(), count: 0 }
      entries.set(trouble.code, entry)
      entry.who.set(keyOf(who), who)
      entry.count++
    },
    clear: who => clear(who),
    list: () =>
      [...entries.values()].map(({ trouble, who, count }) => ({ ...trouble, count, shards: shardsOf(who) })),
  }
}

function shardsOf(who: ReadonlyMap<string, Who>): number[] {
  const shards = new Set([...who.values()].flatMap(({ shard }) => (shard === undefined ? [] : [shard])))
  return [...shards].sort((a, b) => a - b)
}
