import type { Logstore } from './logstore.ts'
import type { SlsSimulatorOptions } from './options.ts'
import { isWritable, type Shard } from './shard.ts'

const DAY_MS = 86_400_000

/** Drops what is older than the logstore keeps, and read-only shards that have nothing left. */
export function expireByAge(logstore: Logstore, nowMs: number, options: SlsSimulatorOptions): void {
  if (logstore.ttlDays === undefined) return
  const oldestMs = nowMs - logstore.ttlDays * DAY_MS
  for (const shard of logstore.shards.values()) {
    expireBefore(logstore, shard, firstReceivedSince(shard, oldestMs), options)
    if ((shard.readonlySinceMs ?? nowMs) < oldestMs) removeIfSpent(logstore, shard, options)
  }
}

/** Drops the groups of a shard up to a position; one that is read-only and loses its last goes with it. */
export function expireBefore(
  logstore: Logstore,
  shard: Shard,
  position: bigint,
  options: SlsSimulatorOptions,
): void {
  const before = shard.log.begin()
  shard.log.dropBefore(position)
  if (shard.log.begin() > before) removeIfSpent(logstore, shard, options)
}

function removeIfSpent(logstore: Logstore, shard: Shard, options: SlsSimulatorOptions): void {
  const isSpent = !isWritable(shard) && shard.log.begin() === shard.log.end()
  if (isSpent && options.expiredReadonlyShard === 'vanish') logstore.shards.delete(shard.id)
}

function firstReceivedSince({ log }: Shard, oldestMs: number): bigint {
  return log.findTime(Math.ceil(oldestMs / 1_000))
}
