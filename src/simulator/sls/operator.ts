import type { Service } from './call.ts'
import { createConsumerGroup } from './consumer-group.ts'
import { expireBefore } from './expiry.ts'
import { parseKey } from './key-range.ts'
import { mergeShard, shardOf, splitShard } from './logstore.ts'
import { must } from './refusal.ts'
import { type AppendedGroup, writeGroups } from './write.ts'

/** What tests, the demo and the load generator do to a simulator, in process. What does not exist is a bug: it throws. */
export interface Operator {
  /** Appends without HTTP. Encoded groups are stored without a look at them, so they may be corrupt. */
  append(project: string, logstore: string, shard: number, groups: readonly AppendedGroup[]): void
  /** Ids of the new shards. Without a key, the shard is divided in the middle. */
  splitShard(project: string, logstore: string, shard: number, key?: string): number[]
  /** Joins a shard with its right neighbour. Answers with the new shard's id. */
  mergeShards(project: string, logstore: string, shard: number): number
  /** Drops groups from the old end of a shard, default all of them; a read-only shard that is empty then vanishes. */
  expire(project: string, logstore: string, shard: number, groups?: number): void
  /** Takes a shard away at once. */
  removeShard(project: string, logstore: string, shard: number): void
  createGroup(project: string, logstore: string, group: string, settings?: NewGroup): void
  deleteGroup(project: string, logstore: string, group: string): void
}

export interface NewGroup {
  /** Default 60. */
  readonly timeoutSeconds?: number
  /** Default false. */
  readonly inOrder?: boolean
}

export function createOperator({ world, options }: Service): Operator {
  const { clock, maxGroupsPerShard } = options
  const logstoreOf = (project: string, name: string) => must(world.logstoreOf(project, name))
  const find = (project: string, name: string, id: number) => {
    const logstore = logstoreOf(project, name)
    return { logstore, shard: must(shardOf(logstore, id)) }
  }
  return {
    append: (project, logstore, shard, groups) =>
      writeGroups(find(project, logstore, shard), groups, { nowMs: clock.nowMs(), maxGroupsPerShard }),
    splitShard: (project, name, id, keyText) => {
      const { logstore, shard } = find(project, name, id)
      const key = keyText === undefined ? undefined : parseKey(keyText)
      const settings = { nowMs: clock.nowMs(), ...(key === undefined ? {} : { key }) }
      const [, ...children] = must(splitShard(logstore, shard, settings))
      return children.map(child => child.id)
    },
    mergeShards: (project, name, id) => {
      const { logstore, shard } = find(project, name, id)
      must(mergeShard(logstore, shard, clock.nowMs()))
      return logstore.nextShardId - 1
    },
    expire: (project, name, id, groups) => {
      const { logstore, shard } = find(project, name, id)
      const position = groups === undefined ? shard.log.end() : shard.log.begin() + BigInt(groups)
      expireBefore(logstore, shard, position, options)
    },
    removeShard: (project, name, id) => void logstoreOf(project, name).shards.delete(id),
    createGroup: (project, name, group, { timeoutSeconds = 60, inOrder = false } = {}) =>
      void logstoreOf(project, name).groups.set(group, createConsumerGroup(group, timeoutSeconds, inOrder)),
    deleteGroup: (project, name, group) => void logstoreOf(project, name).groups.delete(group),
  }
}
