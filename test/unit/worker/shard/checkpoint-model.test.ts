/**
 * One shard under everything that can happen to it, against a reference that knows what Splunk has. Random pages, their
 * requests settled in any order, saves that fail or are refused, releases and hand-overs at any moment.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Release } from '../../../../src/worker/shard/runner.ts'
import type { Outcome } from '../model/open-calls.ts'
import { LIMIT_MS, runs } from '../model/runs.ts'
import { createShardScene, type ShardScene } from '../model/shard-scene.ts'
import { createVirtualTime, type VirtualTime } from '../model/virtual-time.ts'

type Step =
  /** One request meets its fate. */
  | { readonly do: 'settle'; readonly which: number; readonly outcome: Outcome }
  /** Everything that is under way works, so many times over. */
  | { readonly do: 'work'; readonly rounds: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'produce'; readonly groups: number }
  | { readonly do: 'expire'; readonly groups: number }
  | { readonly do: 'release'; readonly which: number; readonly reason: Release }
  /** The server gives the shard to a consumer, which starts at once. */
  | { readonly do: 'give'; readonly to: string }
  /** The lease of a runner is over, and it has not noticed. */
  | { readonly do: 'lapse'; readonly which: number }
  | { readonly do: 'forget' }
  /** A save that its caller has given up arrives after all. */
  | { readonly do: 'arrive'; readonly which: number }

const outcome: fc.Arbitrary<Outcome> = fc.record({
  how: fc.constantFrom('ok', 'ok', 'ok', 'done', 'unheard', 'failed', 'timed-out'),
  pick: fc.nat(99),
})
const which = fc.nat(9)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('settle'), which, outcome }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('work'), rounds: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.oneof(fc.nat(1_500), fc.nat(30_000)) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('produce'), groups: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire'), groups: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('release'),
      which,
      reason: fc.constantFrom<Release>('stop', 'taken', 'deadline', 'lost'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('give'), to: fc.constantFrom('a', 'b') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lapse'), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('arrive'), which }) },
)

interface Scenario {
  readonly seed: number
  readonly strays: boolean
  readonly inOrder: boolean
  readonly steps: readonly Step[]
}

const scenario = (strays: boolean): fc.Arbitrary<Scenario> =>
  fc.record({
    seed: fc.nat(),
    strays: fc.constant(strays),
    inOrder: fc.boolean(),
    steps: fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }),
  })

async function act(scene: ShardScene, virtual: VirtualTime, each: Step): Promise<void> {
  const { calls, server } = scene
  switch (each.do) {
    case 'settle':
      return at(calls.list(), each.which)?.settle(each.outcome)
    case 'work':
      for (let i = 0; i < each.rounds; i++) {
        for (const call of [...calls.list()]) call.settle({ how: 'ok', pick: i })
        await virtual.settle()
      }
      return
    case 'wait':
      return virtual.pass(each.ms, scene.look)
    case 'produce':
      return server.produce(each.groups)
    case 'expire':
      server.expire(each.groups)
      return scene.judge.expired(server.begin())
    case 'release': {
      const one = at(scene.alive(), each.which)
      return one && scene.release(one, each.reason)
    }
    case 'give':
      return scene.start(each.to)
    case 'lapse': {
      const one = at(scene.alive(), each.which)
      return one && scene.lapse(one)
    }
    case 'forget':
      return scene.forget()
    case 'arrive':
      return at(scene.onTheWay.splice(each.which % Math.max(1, scene.onTheWay.length), 1), 0)?.()
  }
}

function at<T>(list: readonly T[], which: number): T | undefined {
  return list[which % Math.max(1, list.length)]
}

async function play({ seed, strays, inOrder, steps }: Scenario): Promise<void> {
  const time = createVirtualTime(seed)
  try {
    const scene = createShardScene({ time, inOrder, strays })
    scene.server.produce(5)
    scene.start('a')
    for (const each of steps) {
      await act(scene, time, each)
      await time.settle()
      scene.look()
      expect(scene.judge.violations()).toEqual([])
    }
    await scene.finish()
    expect(scene.judge.violations()).toEqual([])
    const { judge, server } = scene
    expect([judge.settledUpTo(), server.stored()], 'delivered and saved').toEqual([
      server.end(),
      server.end(),
    ])
    expect([scene.alive().length, scene.calls.list().length, time.timers()], 'left').toEqual([0, 0, 0])
  } finally {
    time.close()
  }
}

describe('a shard, whatever happens to it', () => {
  it(
    'saves only what is delivered, never goes back, and repeats only what was not saved',
    () => fc.assert(fc.asyncProperty(scenario(false), play), runs(700)),
    LIMIT_MS,
  )

  it(
    'loses nothing either when saves arrive that were given up long ago',
    () => fc.assert(fc.asyncProperty(scenario(true), play), runs(400)),
    LIMIT_MS,
  )
})
