import { toSeconds } from './clock.ts'
import { decodeCursor } from './cursor.ts'
import { createGroupLog, type GroupLog, type StoredGroup } from './group-log.ts'
import { formatKey, type KeyRange } from './key-range.ts'
import { type Refusal, refuse } from './refusal.ts'

export interface Shard {
  readonly id: number
  readonly range: KeyRange
  /** All shards that it came from. They may be gone. */
  readonly ancestors: readonly number[]
  readonly createdMs: number
  readonly log: GroupLog
  /** A shard without it takes writes. */
  readonlySinceMs?: number
}

export interface NewShard {
  readonly id: number
  readonly range: KeyRange
  readonly ancestors: readonly number[]
  readonly createdMs: number
  readonly firstCursor: bigint
}

export function createShard({ firstCursor, ...shard }: NewShard): Shard {
  return { ...shard, log: createGroupLog(firstCursor) }
}

export function isWritable(shard: Shard): boolean {
  return shard.readonlySinceMs === undefined
}

/** As ListShards, SplitShard and MergeShards write it. */
export function describeShard(shard: Shard) {
  return {
    shardID: shard.id,
    status: isWritable(shard) ? 'readwrite' : 'readonly',
    inclusiveBeginKey: formatKey(shard.range.begin),
    exclusiveEndKey: formatKey(shard.range.end),
    createTime: toSeconds(shard.createdMs),
  }
}

/** The position that a cursor of this shard means; expired ones are refused, or taken as the oldest there is. */
export function positionOf(
  { id, log }: Shard,
  cursor: string,
  expired: 'refuse' | 'oldest',
): { at: bigint } | Refusal {
  const position = decodeCursor(cursor)
  if (position === undefined) return refuse('InvalidCursor', `cursor ${cursor} is malformed`)
  if (position < log.origin || position > log.end())
    return refuse('InvalidCursor', `cursor ${cursor} is not one of shard ${id}`)
  if (position >= log.begin()) return { at: position }
  return expired === 'oldest'
    ? { at: log.begin() }
    : refuse('InvalidCursor', `cursor ${cursor} of shard ${id} has expired`)
}

export interface PageLimits {
  readonly maxGroups: number
  readonly maxBytes: number
  /** Exclusive. */
  readonly endAt: bigint
}

/** The groups from a position on, as far as the limits allow; the first group is always in. */
export function pageFrom({ log }: Shard, position: bigint, limits: PageLimits): StoredGroup[] {
  const page: StoredGroup[] = []
  let bytes = 0
  for (let at = position; at < limits.endAt && page.length < limits.maxGroups; at++) {
    const group = log.at(at)
    if (!group || (page.length > 0 && bytes + group.framed.length > limits.maxBytes)) break
    page.push(group)
    bytes += group.framed.length
  }
  return page
}
