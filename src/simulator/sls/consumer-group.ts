import { type Allocation, emptyAllocation, expireConsumers, syncShards } from './allocation.ts'
import type { Shard } from './shard.ts'

export interface ConsumerGroup {
  readonly name: string
  timeoutSeconds: number
  inOrder: boolean
  allocation: Allocation
  /** By shard id. */
  readonly checkpoints: Map<number, Checkpoint>
}

export interface Checkpoint {
  /** As it came in. */
  readonly cursor: string
  readonly updatedMs: number
  /** The consumer that wrote it; empty for one that was forced without a name. */
  readonly consumer: string
}

export function createConsumerGroup(name: string, timeoutSeconds: number, inOrder: boolean): ConsumerGroup {
  return { name, timeoutSeconds, inOrder, allocation: emptyAllocation, checkpoints: new Map() }
}

/** What a group needs to know of its logstore. */
interface Sharded {
  readonly shards: ReadonlyMap<number, Shard>
}

/** Brings a group up to the shards and the time of now. To be done before anything is read from it. */
export function refreshGroup(group: ConsumerGroup, { shards }: Sharded, nowMs: number): void {
  const synced = syncShards(group.allocation, [...shards.values()], group.inOrder)
  group.allocation = expireConsumers(synced, nowMs, group.timeoutSeconds * 1_000)
}
