/** A consumer group as Log Service keeps it: the simulator's own rules, without its HTTP. */

import {
  type BalanceRules,
  entitled,
  mayBeat,
  checkpoint as takeCheckpoint,
  heartbeat as takeHeartbeat,
} from '../../../../src/simulator/sls/allocation.ts'
import {
  type ConsumerGroup,
  createConsumerGroup,
  refreshGroup,
} from '../../../../src/simulator/sls/consumer-group.ts'
import { createLogstore, splitShard } from '../../../../src/simulator/sls/logstore.ts'
import { isWritable } from '../../../../src/simulator/sls/shard.ts'
import type { SlsResult } from '../../../../src/sls/errors.ts'
import { failed } from './open-calls.ts'

export interface GroupServerOptions {
  readonly shards: number
  readonly inOrder: boolean
  readonly timeoutMs: number
  readonly rules: BalanceRules
  readonly nowMs: () => number
}

export type GroupServer = ReturnType<typeof createGroupServer>

export function createGroupServer({ shards, inOrder, timeoutMs, rules, nowMs }: GroupServerOptions) {
  const logstore = createLogstore('logs', { shards }, { nowMs: 0, firstCursor: () => 1n })
  const newGroup = () => createConsumerGroup('cg', timeoutMs / 1_000, inOrder)
  let group: ConsumerGroup | undefined = newGroup()
  let generation = 0

  function fresh(): ConsumerGroup | undefined {
    if (group) refreshGroup(group, logstore, nowMs())
    return group
  }

  function beat(consumer: string, reported: readonly number[]): SlsResult<readonly number[]> {
    const present = fresh()
    if (!present) return failed('ConsumerGroupNotExist', 404)
    const each = { consumer, reported, nowMs: nowMs() }
    if (!mayBeat(present.allocation, each)) return failed('NotExistConsumerWithBody', 400)
    present.allocation = takeHeartbeat(present.allocation, each, rules)
    return { kind: 'ok', value: entitled(present.allocation, consumer) }
  }

  return {
    beat,
    /** The consumer whose checkpoints are taken. */
    holderOf(shard: number): string | undefined {
      const state = fresh()?.allocation.shards.get(shard)
      return state && 'holder' in state ? state.holder : undefined
    },
    stateOf: (shard: number) => group?.allocation.shards.get(shard)?.state,
    /** A checkpoint was stored; at the end of a shard that was split it means that the shard is over. */
    saved(shard: number, atEnd: boolean): void {
      const known = logstore.shards.get(shard)
      const isOver = atEnd && known !== undefined && !isWritable(known)
      if (group) group.allocation = takeCheckpoint(group.allocation, shard, isOver)
    },
    remove(): void {
      group = undefined
      generation++
    },
    create(): void {
      group ??= newGroup()
    },
    exists: () => group !== undefined,
    /** Changes when everything that the server has promised is void. */
    generation: () => generation,
    shards: () => [...logstore.shards.keys()],
    writable: () => [...logstore.shards.values()].filter(isWritable).map(({ id }) => id),
    split(shard: number): void {
      const parent = logstore.shards.get(shard)
      if (parent) splitShard(logstore, parent, { nowMs: nowMs() })
    },
  }
}
