/** Pages of a source that have killed workers before, as the supervisor says: read with care, or not at all. */

import type { Cursor } from '../../sls/cursor.ts'
import { isBefore } from '../../sls/cursor.ts'
import type { Quarantined } from '../../thread/protocol.ts'

export interface QuarantineList {
  add(entries: readonly Quarantined[]): void
  /** True when what begins here is to be read one log group at a time. */
  isOneByOne(shard: number, cursor: Cursor): boolean
  /** True when the log group here goes to the dead letters without a look at it. */
  isBuried(shard: number, cursor: Cursor): boolean
}

/** `known`: the entries at the start. */
export function createQuarantineList(known: readonly Quarantined[] = []): QuarantineList {
  const entries = [...known]
  const has = (shard: number, applies: (entry: Quarantined) => boolean) =>
    entries.some(entry => entry.shard === shard && applies(entry))
  return {
    add: more => void entries.push(...more),
    isBuried: (shard, cursor) => has(shard, entry => entry.how === 'bury' && entry.cursor === cursor),
    isOneByOne: (shard, cursor) => has(shard, entry => covers(entry, cursor)),
  }
}

function covers({ cursor: from, next }: Quarantined, cursor: Cursor): boolean {
  return cursor === from || (isBefore(from, cursor) && isBefore(cursor, next))
}
