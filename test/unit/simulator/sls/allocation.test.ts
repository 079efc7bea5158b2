import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Allocation,
  type BalanceRules,
  checkpoint,
  emptyAllocation,
  entitled,
  expireConsumers,
  heartbeat,
  highestShard,
  mayBeat,
  type ShardLineage,
  syncShards,
} from '../../../../src/simulator/sls/allocation.ts'
import type { ShardState } from '../../../../src/simulator/sls/shard-state.ts'

const defaults: BalanceRules = {
  rebalanceAt: 'registration',
  movedShard: highestShard,
  emptyHeartbeat: 'keep',
}
const TIMEOUT_MS = 60_000

const roots = (count: number): ShardLineage[] =>
  Array.from({ length: count }, (_, id) => ({ id, ancestors: [] }))

/** A group as its consumers see it: heartbeats in, answers out. */
function createGroup(shards = roots(4), { rules = defaults, inOrder = false } = {}) {
  let allocation: Allocation = emptyAllocation
  let lineages: readonly ShardLineage[] = shards
  let nowMs = 0
  const refresh = () => {
    allocation = expireConsumers(syncShards(allocation, lineages, inOrder), nowMs, TIMEOUT_MS)
  }
  return {
    beat(consumer: string, reported: readonly number[]): number[] | 'refused' {
      refresh()
      if (!mayBeat(allocation, { consumer, reported, nowMs })) return 'refused'
      allocation = heartbeat(allocation, { consumer, reported, nowMs }, rules)
      return entitled(allocation, consumer)
    },
    commit(shard: number, atEnd: boolean) {
      refresh()
      allocation = checkpoint(allocation, shard, atEnd)
    },
    pass(ms: number) {
      nowMs += ms
    },
    reshard(next: readonly ShardLineage[]) {
      lineages = next
    },
    state(shard: number): ShardState | undefined {
      refresh()
      return allocation.shards.get(shard)
    },
    allocation: () => allocation,
  }
}

describe('trace A: a second consumer joins', () => {
  it('gets its half only when the first has drained it', () => {
    const group = createGroup()
    expect(group.beat('a', [])).toEqual([0, 1, 2, 3])
    expect(group.beat('b', [])).toEqual([])
    expect(group.state(2)).toEqual({ state: 'transfer', holder: 'a', next: 'b' })
    expect(group.state(3)).toEqual({ state: 'transfer', holder: 'a', next: 'b' })
    expect(group.beat('a', [0, 1, 2, 3])).toEqual([0, 1])
    expect(group.beat('b', [])).toEqual([])
    expect(group.beat('a', [0, 1, 2, 3])).toEqual([0, 1])
    expect(group.beat('a', [0, 1])).toEqual([0, 1])
    expect(group.beat('b', [])).toEqual([2, 3])
    expect(group.state(2)).toEqual({ state: 'already_alloc', holder: 'b' })
  })

  it('waits for the holder’s own heartbeat where the rule says so', () => {
    const group = createGroup(roots(4), { rules: { ...defaults, rebalanceAt: 'holder-heartbeat' } })
    group.beat('a', [])
    expect(group.beat('b', [])).toEqual([])
    expect(group.state(3)).toEqual({ state: 'already_alloc', holder: 'a' })
    expect(group.beat('a', [0, 1, 2, 3])).toEqual([0, 1])
    expect(group.state(3)).toEqual({ state: 'transfer', holder: 'a', next: 'b' })
  })
})

describe('trace B: a shard is split in order', () => {
  const before = [{ id: 0, ancestors: [] }]
  const after = [...before, { id: 3, ancestors: [0] }, { id: 4, ancestors: [0] }]

  it('gives the children out when the parent’s end is committed', () => {
    const group = createGroup(before, { inOrder: true })
    group.beat('a', [])
    group.reshard(after)
    expect(group.beat('a', [0])).toEqual([0])
    expect(group.state(3)).toEqual({ state: 'wait' })
    group.commit(0, true)
    expect(group.state(0)).toEqual({ state: 'over' })
    expect(group.beat('a', [0])).toEqual([3, 4])
  })

  it('gives them out at once without order', () => {
    const group = createGroup(before)
    group.beat('a', [])
    group.reshard(after)
    expect(group.beat('a', [0])).toEqual([0, 3, 4])
  })

  it('gives them out when the parent has expired', () => {
    const group = createGroup(before, { inOrder: true })
    group.beat('a', [])
    group.reshard(after)
    group.beat('a', [0])
    group.reshard(after.slice(1))
    expect(group.beat('a', [0])).toEqual([3, 4])
  })

  it('waits for every ancestor of a merged shard', () => {
    const merged = [
      { id: 0, ancestors: [] },
      { id: 5, ancestors: [] },
      { id: 4, ancestors: [0] },
      { id: 6, ancestors: [0, 4, 5] },
    ]
    const group = createGroup(merged, { inOrder: true })
    expect(group.beat('a', [])).toEqual([0, 5])
    group.commit(0, true)
    expect(group.beat('a', [0, 5])).toEqual([4, 5])
    group.commit(5, true)
    expect(group.beat('a', [4, 5])).toEqual([4])
    group.commit(4, true)
    expect(group.beat('a', [4])).toEqual([6])
  })
})

describe('trace C: a consumer falls silent', () => {
  it('loses its shards after the timeout and must begin with an empty list', () => {
    const group = createGroup(roots(2))
    group.beat('a', [])
    group.pass(TIMEOUT_MS)
    expect(group.state(0)).toEqual({ state: 'already_alloc', holder: 'a' })
    group.pass(1)
    expect(group.state(0)).toEqual({ state: 'not_alloc' })
    expect(group.beat('b', [])).toEqual([0, 1])
    expect(group.beat('a', [0, 1])).toBe('refused')
    expect(group.beat('a', [])).toEqual([])
    expect(group.beat('b', [0, 1])).toEqual([0])
  })

  it('leaves the holder its shards when it was the one to get them', () => {
    const group = createGroup()
    group.beat('a', [])
    group.beat('b', [])
    for (let beats = 0; beats < 3; beats++) {
      group.pass(TIMEOUT_MS / 2)
      group.beat('a', [0, 1, 2, 3])
    }
    expect(group.beat('a', [0, 1, 2, 3])).toEqual([0, 1, 2, 3])
  })
})

describe('a heartbeat of nothing from a consumer that holds shards', () => {
  it('is answered with them', () => {
    const group = createGroup()
    group.beat('a', [])
    expect(group.beat('a', [])).toEqual([0, 1, 2, 3])
  })

  it('gives them up where the rule says so', () => {
    const group = createGroup(roots(3), { rules: { ...defaults, emptyHeartbeat: 'release' } })
    group.beat('a', [])
    group.beat('b', [])
    expect(group.state(2)).toEqual({ state: 'transfer', holder: 'a', next: 'b' })
    group.beat('a', [])
    expect(group.beat('b', [])).not.toEqual([])
  })
})

it('a checkpoint elsewhere makes a finished shard live again', () => {
  const group = createGroup(roots(1))
  group.beat('a', [])
  group.commit(0, true)
  expect(group.beat('a', [0])).toEqual([])
  group.commit(0, false)
  expect(group.beat('a', [])).toEqual([0])
})

describe('whatever happens', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const name = fc.constantFrom(...names)
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('beat'), consumer: name, drains: fc.boolean() }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('pass'), ms: fc.integer({ min: 0, max: 50_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('crash'), consumer: name }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('split'), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('finish'), pick: fc.nat() }) },
  )
  type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

  /** Consumers that behave as the protocol asks, with what each believes it holds. */
  function createFleet(rules: BalanceRules, inOrder: boolean) {
    let shards = roots(4)
    const group = createGroup(shards, { rules, inOrder })
    const reports = new Map<string, number[]>()
    const answers = new Map<string, number[]>()

    const beat = (consumer: string, drains = false) => {
      const answer = group.beat(consumer, reports.get(consumer) ?? [])
      if (answer === 'refused') {
        reports.set(consumer, [])
        answers.set(consumer, [])
        return
      }
      answers.set(consumer, answer)
      const draining = drains ? (reports.get(consumer) ?? []) : []
      reports.set(consumer, [...new Set([...answer, ...draining])])
    }
    const apply = (step: Action) => {
      if ('drains' in step) beat(step.consumer, step.drains)
      else if ('ms' in step) group.pass(step.ms)
      else if ('consumer' in step) reports.set(step.consumer, [])
      else if (step.type === 'split') split(step.pick)
      else group.commit(shards[step.pick % shards.length]?.id ?? 0, true)
    }
    const split = (pick: number) => {
      const parent = shards[pick % shards.length]
      if (!parent || shards.length > 12) return
      const ancestors = [parent.id, ...parent.ancestors]
      shards = [...shards, { id: shards.length, ancestors }, { id: shards.length + 1, ancestors }]
      group.reshard(shards)
    }
    return { apply, beat, answers, group, shardIds: () => shards.map(({ id }) => id) }
  }

  const fleets = fc.record({
    rules: fc.record({
      rebalanceAt: fc.constantFrom('registration' as const, 'holder-heartbeat' as const),
      movedShard: fc.constant(highestShard),
      emptyHeartbeat: fc.constant('keep' as const),
    }),
    inOrder: fc.boolean(),
    actions: fc.array(action, { maxLength: 60 }),
  })

  it('no two live consumers have been answered the same shard', () => {
    fc.assert(
      fc.property(fleets, ({ rules, inOrder, actions }) => {
        const fleet = createFleet(rules, inOrder)
        for (const step of actions) {
          fleet.apply(step)
          const { consumers } = fleet.group.allocation()
          const held = [...fleet.answers]
            .filter(([consumer]) => consumers.has(consumer))
            .flatMap(([, ids]) => ids)
          expect(new Set(held).size).toBe(held.length)
        }
      }),
    )
  })

  it('settles with every assignable shard held once and no two consumers more than one apart', () => {
    fc.assert(
      fc.property(fleets, ({ rules, inOrder, actions }) => {
        const fleet = createFleet(rules, inOrder)
        for (const step of actions) fleet.apply(step)
        for (let round = 0; round < 20; round++) for (const consumer of names) fleet.beat(consumer)
        const counts = names.map(consumer => fleet.answers.get(consumer)?.length ?? 0)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        const assignable = fleet.shardIds().filter(id => isAssignable(fleet.group.state(id)))
        expect(
          [...names.flatMap(consumer => fleet.answers.get(consumer) ?? [])].sort((a, b) => a - b),
        ).toEqual(assignable)
      }),
    )
  })
})

function isAssignable(shard: ShardState | undefined): boolean {
  return shard !== undefined && shard.state !== 'wait' && shard.state !== 'over'
}
