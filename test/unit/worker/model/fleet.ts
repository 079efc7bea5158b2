/** Consumers of one group that come and go, and the shards that they share, judged as a whole. */

import { createKnownPositions } from '../../../../src/worker/known-positions.ts'
import type { ShardRunner } from '../../../../src/worker/shard.ts'
import { sleep } from '../../../../src/wait.ts'
import { createGroupServer, type GroupServerOptions } from './group-server.ts'
import { createMember, type Member } from './member.ts'
import { createShardJudge, type ShardJudge } from './shard-judge.ts'
import { createShardServer, positionOf, type ShardServer } from './shard-server.ts'
import { createSplunk } from './splunk.ts'
import { TIMEOUT_MS } from './start-consumer.ts'
import { startRunner } from './start-runner.ts'
import type { VirtualTime } from './virtual-time.ts'

interface Shard {
  readonly server: ShardServer
  readonly judge: ShardJudge
  readonly deliverFor: ReturnType<typeof createSplunk>
  readonly refused: Set<string>
}

export interface FleetOptions extends Pick<GroupServerOptions, 'shards' | 'inOrder' | 'rules'> {
  readonly time: VirtualTime
}

export type Fleet = ReturnType<typeof createFleet>

export function createFleet({ time, ...options }: FleetOptions) {
  const { nowMs } = time
  const violations: string[] = []
  const violation = (text: string) => {
    if (violations.length < MOST_VIOLATIONS && !violations.includes(text)) violations.push(text)
  }
  const positions = createKnownPositions()
  const group = createGroupServer({ ...options, timeoutMs: TIMEOUT_MS, nowMs })
  const members: Member[] = []
  const shards = new Map<number, Shard>()
  const owners = new Map<string, Member>()
  let runners = 0

  const isDead = (client: string) => owners.get(client)?.isDead() ?? true

  function shardOf(id: number): Shard {
    const shard = shards.get(id) ?? createShard(id)
    shards.set(id, shard)
    return shard
  }

  function createShard(id: number): Shard {
    const refused = new Set<string>()
    const judge = createShardJudge(() => server.end())
    const server: ShardServer = createShardServer({
      owner: () => group.holderOf(id),
      onSaved(client, position, previous) {
        judge.saved(client, position, previous)
        group.saved(id, position === server.end())
      },
      onRequest: (client, operation, position) => {
        if (!isDead(client)) judge.requested(client, operation, position)
      },
      onStored: judge.stored,
      onBegin: judge.elsewhere,
      onStray: () => {},
      onRefused: client => void refused.add(client),
    })
    const deliverFor = createSplunk({
      onSend: client => {
        if (!isDead(client)) judge.requested(client, 'send')
      },
      onAccepted: judge.accepted,
    })
    return { server, judge, deliverFor, refused }
  }

  function startShard(id: number, member: Member): ShardRunner {
    const { server, judge, deliverFor } = shardOf(id)
    const client = `${member.name}#${runners++}`
    owners.set(client, member)
    const known = () => {
      const position = positions.of(id)
      if (position !== undefined) judge.elsewhere(client, positionOf(position))
      return position
    }
    const parts = { shard: id, inOrder: options.inOrder, known }
    const connection = { client, consumer: member.name, calls: member.sls }
    const { runner, lentBytes } = startRunner({
      ...parts,
      client: server.connect(connection),
      deliver: deliverFor(client, member.splunk),
    })
    void runner.ended.then(() => {
      judge.lost(client)
      if (lentBytes() !== 0) violation(`${client} has not given back all memory`)
    })
    return runner
  }

  async function restoreGroup(signal: AbortSignal): Promise<void> {
    setTimeout(() => group.create(), Math.random() * 5_000)
    while (!group.exists() && !signal.aborted) await sleep(1_000, signal)
  }

  function join(name: string): void {
    if (members.some(each => each.name === name && !each.isDead() && !each.ended())) return
    const member: Member = createMember({
      name,
      nowMs,
      positions,
      beat: reported => group.beat(name, reported),
      generation: group.generation,
      startRunner: startShard,
      restoreGroup,
      violation,
    })
    members.push(member)
  }

  function deleteGroup(): void {
    group.remove()
    for (const { server } of shards.values()) server.forget()
  }

  const present = () => members.filter(each => !each.isDead() && !each.ended())

  /** No shard runs in two consumers whose lease still holds. */
  function look(): void {
    for (const each of present()) each.look()
    for (const id of group.shards()) {
      const { judge, refused } = shardOf(id)
      for (const client of refused) judge.lost(client)
      for (const text of judge.violations()) violation(`shard ${id}: ${text}`)
      const holders = present().filter(each => each.leaseHolds() && each.running().includes(id))
      if (holders.length > 1)
        violation(`${id} runs in ${holders.map(({ name }) => name).join()} at ${nowMs()}`)
    }
  }

  /** Every shard that is not over has one runner, and nobody has two more than somebody else. */
  function lookAtBalance(): void {
    const counts = present().map(each => each.running().length)
    if (Math.max(...counts) - Math.min(...counts) > 1) violation(`unbalanced: ${counts.join()}`)
    for (const id of group.shards()) {
      const runners = present().filter(each => each.running().includes(id)).length
      const state = group.stateOf(id) ?? 'unknown'
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
      if (!each.ended()) violation(`${each.name} does not end`)
      if (each.unsaved().length > 0) violation(`${each.name} has not saved ${each.unsaved().join()}`)
    }
    for (const id of group.shards()) {
      const { judge, server } = shardOf(id)
      const state = [judge.settledUpTo(), server.stored() ?? 0, server.end()]
      if (new Set(state).size > 1) violation(`${id}: delivered, saved, end: ${state.join()}`)
    }
  }

  return {
    group,
    present,
    finish,
    join,
    deleteGroup,
    look,
    shardOf,
    violations,
    produce: (groups: number) => {
      for (const id of group.writable()) shardOf(id).server.produce(groups)
    },
  }
}

/** What is under way in bad weather, the timeout of whoever has gone, and some rounds of heartbeats. */
const QUIET_MS = 150_000
const STOP_MS = 15_000
/** The first ones say what went wrong, the rest what came of it. */
const MOST_VIOLATIONS = 5
