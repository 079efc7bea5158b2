import { splitLogGroups } from '../wire.ts'
import type { Service } from './call.ts'
import { type Checkpoint, type ConsumerGroup, refreshGroup } from './consumer-group.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { type Logstore, shardOf } from './logstore.ts'
import { must } from './refusal.ts'
import { isWritable, type Shard } from './shard.ts'
import type { ShardState } from './shard-state.ts'

export interface ShardPosition {
  readonly shard: number
  readonly status: 'readwrite' | 'readonly'
  /** Cursor of the oldest group. */
  readonly begin: string
  /** Cursor of the next group to be written. */
  readonly end: string
  readonly groups: number
}

/** What can be seen of a simulator, in process. What does not exist is a bug: it throws. */
export interface Inspector {
  positions(project: string, logstore: string): ShardPosition[]
  /** By shard id; a shard without one is not in it. */
  checkpoints(project: string, logstore: string, group: string): ReadonlyMap<number, Checkpoint>
  /** The state of every shard in a consumer group, with its holder. */
  holders(project: string, logstore: string, group: string): ReadonlyMap<number, ShardState>
  /** Live consumers of a group. */
  consumers(project: string, logstore: string, group: string): string[]
  /** The encoded groups from one cursor up to another, exclusive; '' is the oldest or the end. */
  groupsBetween(project: string, logstore: string, shard: number, range: CursorRange): Buffer[]
}

export interface CursorRange {
  readonly from: string
  readonly to: string
}

export function createInspector({ world, options }: Service): Inspector {
  const logstoreOf = (project: string, name: string) => must(world.logstoreOf(project, name))
  const groupOf = (project: string, name: string, group: string) =>
    freshGroup(logstoreOf(project, name), group, options.clock.nowMs())
  return {
    positions: (project, logstore) => [...logstoreOf(project, logstore).shards.values()].map(describe),
    checkpoints: (project, logstore, group) => groupOf(project, logstore, group).checkpoints,
    holders: (project, logstore, group) => groupOf(project, logstore, group).allocation.shards,
    consumers: (project, logstore, group) => [
      ...groupOf(project, logstore, group).allocation.consumers.keys(),
    ],
    groupsBetween: (project, logstore, shard, range) =>
      groupsIn(must(shardOf(logstoreOf(project, logstore), shard)), range),
  }
}

function freshGroup(logstore: Logstore, name: string, nowMs: number): ConsumerGroup {
  const group = logstore.groups.get(name)
  if (!group) throw new Error(`consumer group ${name} does not exist in ${logstore.name}`)
  refreshGroup(group, logstore, nowMs)
  return group
}

function describe(shard: Shard): ShardPosition {
  const [begin, end] = [shard.log.begin(), shard.log.end()]
  return {
    shard: shard.id,
    status: isWritable(shard) ? 'readwrite' : 'readonly',
    begin: encodeCursor(begin),
    end: encodeCursor(end),
    groups: Number(end - begin),
  }
}

/** Groups that have expired are left out. */
function groupsIn({ log }: Shard, range: CursorRange): Buffer[] {
  const skipped = Math.max(0, Number((decodeCursor(range.from) ?? 0n) - log.begin()))
  const to = decodeCursor(range.to) ?? log.end()
  const framed: Buffer[] = []
  for (let at = log.begin() + BigInt(skipped); at < to; at++) {
    const group = log.at(at)
    if (!group) break
    framed.push(group.framed)
  }
  return framed.flatMap(splitLogGroups)
}
