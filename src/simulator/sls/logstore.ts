import type { ConsumerGroup } from './consumer-group.ts'
import { covers, divide, type KeyRange, wholeRange } from './key-range.ts'
import { type Refusal, refuse } from './refusal.ts'
import { createShard, isWritable, type Shard } from './shard.ts'

export interface Logstore {
  readonly name: string
  /** Undefined: data stay until a test expires them. */
  readonly ttlDays: number | undefined
  /** Adds the tag `__receive_time__`, and over HTTP `__client_ip__`, to every group. */
  readonly appendReceiveTimeTag: boolean
  readonly shards: Map<number, Shard>
  readonly groups: Map<string, ConsumerGroup>
  /** The first cursor of the next shard. */
  readonly firstCursor: () => bigint
  nextShardId: number
  nextWriter: number
}

export interface NewLogstore {
  /** Default 2. */
  readonly shards?: number
  readonly ttlDays?: number
  readonly appendReceiveTimeTag?: boolean
}

export interface Birth {
  readonly nowMs: number
  readonly firstCursor: () => bigint
}

export function createLogstore(name: string, settings: NewLogstore, { nowMs, firstCursor }: Birth): Logstore {
  const logstore: Logstore = {
    name,
    ttlDays: settings.ttlDays,
    appendReceiveTimeTag: settings.appendReceiveTimeTag ?? false,
    shards: new Map(),
    groups: new Map(),
    firstCursor,
    nextShardId: 0,
    nextWriter: 0,
  }
  for (const range of divide(wholeRange, settings.shards ?? 2))
    addShard(logstore, { range, parents: [], nowMs })
  return logstore
}

/** Divides a shard in two at a key, or in `parts` of equal size. Answers with the parent and its children. */
export function splitShard(
  logstore: Logstore,
  parent: Shard,
  { nowMs, key, parts = 2 }: { nowMs: number; key?: bigint; parts?: number },
): Shard[] | Refusal {
  const { begin, end } = parent.range
  if (!isWritable(parent)) return refuse('ParameterInvalid', `shard ${parent.id} is read-only`)
  if (key !== undefined && (key <= begin || key >= end))
    return refuse('ParameterInvalid', `the key is not inside shard ${parent.id}`)
  const atKey = key !== undefined && parts === 2
  const ranges = atKey
    ? [
        { begin, end: key },
        { begin: key, end },
      ]
    : divide(parent.range, parts)
  parent.readonlySinceMs = nowMs
  return [parent, ...ranges.map(range => addShard(logstore, { range, parents: [parent], nowMs }))]
}

/** Joins a shard with its right neighbour. Answers with the new shard and its parents. */
export function mergeShard(logstore: Logstore, left: Shard, nowMs: number): Shard[] | Refusal {
  const right = writableShards(logstore).find(shard => shard.range.begin === left.range.end)
  if (!isWritable(left) || !right)
    return refuse('ParameterInvalid', `shard ${left.id} is read-only, or has no neighbour to the right`)
  const parents = [left, right]
  const range = { begin: left.range.begin, end: right.range.end }
  for (const parent of parents) parent.readonlySinceMs = nowMs
  return [addShard(logstore, { range, parents, nowMs }), ...parents]
}

/** Where the next write without a key goes: one writable shard after the other. */
export function nextWritableShard(logstore: Logstore): Shard | Refusal {
  const writable = writableShards(logstore)
  const shard = writable[logstore.nextWriter++ % writable.length]
  return shard ?? refuse('LogStoreWithoutShard', `logstore ${logstore.name} has no shard to write to`)
}

export function shardOfKey(logstore: Logstore, key: bigint): Shard | Refusal {
  const shard = writableShards(logstore).find(({ range }) => covers(range, key))
  return shard ?? refuse('LogStoreWithoutShard', `logstore ${logstore.name} has no shard for the key`)
}

export function shardOf(logstore: Logstore, id: number): Shard | Refusal {
  return logstore.shards.get(id) ?? refuse('ShardNotExist', `shard ${id} does not exist in ${logstore.name}`)
}

function writableShards({ shards }: Logstore): Shard[] {
  return [...shards.values()].filter(isWritable)
}

function addShard(
  logstore: Logstore,
  { range, parents, nowMs }: { range: KeyRange; parents: readonly Shard[]; nowMs: number },
): Shard {
  const ancestors = new Set(parents.flatMap(parent => [parent.id, ...parent.ancestors]))
  const shard = createShard({
    id: logstore.nextShardId++,
    range,
    ancestors: [...ancestors],
    createdMs: nowMs,
    firstCursor: logstore.firstCursor(),
  })
  logstore.shards.set(shard.id, shard)
  return shard
}
