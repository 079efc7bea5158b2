/**
 * Consumers that join, leave, die and lose sight of either far end, against the simulator's rules of who holds what: who
 * runs a shard when, what is reported, and where everything ends when the weather clears.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highestShard, randomShard } from '../../../src/simulator/sls/allocation.ts'
import { createFleet, type Fleet } from './model/fleet.ts'
import type { Weather } from './model/link.ts'
import { LIMIT_MS, runs } from './model/runs.ts'
import { createVirtualTime, type VirtualTime } from './model/virtual-time.ts'

type Step =
  | { readonly do: 'join'; readonly name: string }
  /** `busy`: in the middle of pages that Splunk takes slowly. */
  | { readonly do: 'stop'; readonly name: string; readonly level: 'soft' | 'hard'; readonly busy: boolean }
  | { readonly do: 'kill'; readonly name: string }
  | {
      readonly do: 'weather'
      readonly name: string
      readonly on: 'heartbeats' | 'sls' | 'splunk'
      readonly weather: Weather
    }
  | { readonly do: 'delete' }
  | { readonly do: 'recreate' }
  | { readonly do: 'split'; readonly which: number }
  | { readonly do: 'produce'; readonly groups: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** All consumers stand still, as a host does that is suspended. */
  | { readonly do: 'freeze'; readonly ms: number }

const name = fc.constantFrom('a', 'b', 'c')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('join'), name }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('stop'),
      name,
      level: fc.constantFrom('soft', 'hard'),
      busy: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill'), name }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('weather'),
      name,
      on: fc.constantFrom('heartbeats', 'heartbeats', 'sls', 'splunk', 'splunk'),
      weather: fc.constantFrom<Weather>('fine', 'slow', 'slow', 'refused', 'deaf', 'cut'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('delete', 'recreate') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('freeze'), ms: fc.nat(30_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('split'), which: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('produce'), groups: fc.integer({ min: 1, max: 8 }) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      ms: fc.oneof(fc.nat(2_000), fc.nat(20_000), fc.nat(20_000)),
    }),
  },
)

interface Scenario {
  readonly seed: number
  readonly shards: number
  readonly inOrder: boolean
  /** Where nobody ever stands still all limits of time are exact. */
  readonly freezes: boolean
  readonly rebalanceAt: 'registration' | 'holder-heartbeat'
  readonly moves: 'highest' | 'random'
  readonly emptyHeartbeat: 'keep' | 'release'
  readonly steps: readonly Step[]
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  shards: fc.integer({ min: 1, max: 5 }),
  inOrder: fc.boolean(),
  freezes: fc.boolean(),
  rebalanceAt: fc.constantFrom('registration', 'holder-heartbeat'),
  moves: fc.constantFrom('highest', 'random'),
  emptyHeartbeat: fc.constantFrom('keep', 'release'),
  steps: fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
})

async function act(fleet: Fleet, time: VirtualTime, each: Step): Promise<void> {
  const named = (name: string) => fleet.present().find(member => member.name === name)
  switch (each.do) {
    case 'join':
      return fleet.join(each.name)
    case 'stop': {
      const member = named(each.name)
      if (member && each.busy) {
        member.splunk.weather = 'slow'
        fleet.produce(3)
        await time.pass(FETCHED_MS, fleet.look)
      }
      return member?.stop(each.level)
    }
    case 'kill':
      return named(each.name)?.kill()
    case 'weather': {
      const member = named(each.name)
      if (member) member[each.on].weather = each.weather
      return
    }
    case 'delete':
      return fleet.deleteGroup()
    case 'recreate':
      fleet.deleteGroup()
      return fleet.group.create()
    case 'split': {
      const writable = fleet.group.writable()
      const shard = writable[each.which % writable.length]
      if (shard !== undefined && writable.length < MOST_SHARDS) fleet.group.split(shard)
      return
    }
    case 'produce':
      return fleet.produce(each.groups)
    case 'freeze':
      return time.freeze(each.ms)
    case 'wait':
      return time.pass(each.ms, fleet.look)
  }
}

const MOST_SHARDS = 7
/** Until whoever is caught up has read what is new. */
const FETCHED_MS = 2_200

async function play({ seed, moves, freezes, ...options }: Scenario): Promise<void> {
  const time = createVirtualTime(seed)
  try {
    const { shards, inOrder, rebalanceAt, emptyHeartbeat } = options
    const movedShard = moves === 'highest' ? highestShard : randomShard
    const fleet = createFleet({ time, shards, inOrder, rules: { rebalanceAt, emptyHeartbeat, movedShard } })
    fleet.produce(5)
    fleet.join('a')
    const steps = options.steps.filter(each => freezes || each.do !== 'freeze')
    for (const each of steps) {
      await act(fleet, time, each)
      await time.settle()
      fleet.look()
      expect(fleet.violations).toEqual([])
    }
    await fleet.finish()
    expect(fleet.violations).toEqual([])
    expect(time.timers(), 'timers left').toBe(0)
  } finally {
    time.close()
  }
}

describe('a group of consumers, whatever happens to it', () => {
  it(
    'has no shard twice, reports what runs, ends with its lease, and comes to rest with every shard once',
    () => fc.assert(fc.asyncProperty(scenario, play), runs(150)),
    LIMIT_MS,
  )
})
