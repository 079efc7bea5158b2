/** Consumers of one group that come and go, and the shards that they share, judged as a whole. */

import { sleep } from '../../../../src/base/wait.ts'
import { createKnownPositions } from '../../../../src/worker/shard/known-positions.ts'
import { createFleetShard, type FleetShard } from './fleet-shard.ts'
import { createGroupServer, type GroupServerOptions } from './group-server.ts'
import { createMember, type Member } from './member.ts'
import { TIMEOUT_MS } from './start-consumer.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface FleetOptions extends Pick<GroupServerOptions, 'shards' | 'inOrder' | 'rules'> {
  readonly time: VirtualTime
}

/** What is under way in bad weather, the timeout of whoever has gone, and some rounds of heartbeats. */
const QUIET_MS = 150_000
const STOP_MS = 15_000
/** Longest time until somebody has made the group again. */
const RESTORE_MS = 5_000
/** The first ones say what went wrong, the rest what came of it. */
const MOST_VIOLATIONS = 5

export type Fleet = ReturnType<typeof createFleet>

export function createFleet({ time, ...options }: FleetOptions) {
  const { nowMs, frozenMs } = time
  const violations: string[] = []
  const positions = createKnownPositions()
  const group = createGroupServer({ ...options, timeoutMs: TIMEOUT_MS, nowMs })
  const members: Member[] = []
  const shards = new Map<number, FleetShard>()
  const present = () => members.filter(each => each.isPresent())

  function violation(text: string): void {
    if (violations.length < MOST_VIOLATIONS && !violations.includes(text)) violations.push(text)
  }

  function shardOf(id: number): FleetShard {
    const { inOrder } = options
    const shard = shards.get(id) ?? createFleetShard({ id, group, inOrder, positions, violation })
    shards.set(id, shard)
    return shard
  }

  async function restoreGroup(signal: AbortSignal): Promise<void> {
    setTimeout(() => group.create(), Math.random() * RESTORE_MS)
    while (!group.exists() && !signal.aborted) await sleep(1_000, signal)
  }

  function join(name: string): void {
    if (present().some(each => each.name === name)) return
    const member = createMember({
      name,
      nowMs,
      frozenMs,
      positions,
      restoreGroup,
      violation,
      generation: group.generation,
      beat: reported => group.beat(name, reported),
      startRunner: (shard, starter) => shardOf(shard).start(starter),
    })
    members.push(member)
  }

  function deleteGroup(): void {
    group.remove()
    for (const { server } of shards.values()) server.forget()
  }

  /** No shard runs in two consumers whose lease still holds. */
  function look(): void {
    for (const each of present()) each.look()
    for (const id of group.shards()) {
      shardOf(id).look()
      const holders = present().filter(each => each.leaseHolds() && each.running().includes(id))
      if (holders.length > 1)
        violation(`${id} runs in ${holders.map(({ name }) => name).join()} at ${nowMs()}`)
    }
  }

  /** Every shard that is not over has one runner, and nobody has two more than somebody else. */
  function lookAtBalance(): void {
    const held = present().map(each => each.running())
    const counts = held.map(each => each.length)
    if (Math.max(...counts) - Math.min(...counts) > 1) violation(`unbalanced: ${counts.join()}`)
    for (const id of group.shards()) {
      const state = group.stateOf(id) ?? 'unknown'
      const runners = held.filter(each => each.includes(id)).length
      if (runners !== (state === 'over' ? 0 : 1)) violation(`${id} (${state}) has ${runners} runners`)
    }
  }

  /** Everything works from here on: all shards find one owner each, and all that there is arrives and is saved. */
  async function finish(): Promise<void> {
    for (const { sls, splunk, heartbeats } of members)
      for (const link of [sls, splunk, heartbeats]) link.weather = 'fine'
    join('last')
    await time.pass(QUIET_MS, look)
    lookAtBalance()
    const last = present()
    for (const each of last) each.stop('soft')
    await time.pass(STOP_MS, look)
    for (const each of last) {
      if (each.isPresent()) violation(`${each.name} does not end`)
      if (each.unsaved().length > 0) violation(`${each.name} has not saved ${each.unsaved().join()}`)
    }
    for (const id of group.shards()) shardOf(id).lookAtEnd()
  }

  function produce(groups: number): void {
    for (const id of group.writable()) shardOf(id).server.produce(groups)
  }

  return { group, present, join, deleteGroup, produce, look, finish, violations }
}
