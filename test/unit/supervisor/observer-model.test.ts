/**
 * The account of every shard that the status shows, whatever happens to workers, consumers and sources: read = delivered +
 * dropped + dead letters + in flight. Two sources, whose consumers have the same names, in random sequences of reports,
 * deaths, hand-overs, removals and additions.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../src/supervisor/metrics/metrics.ts'
import { createObserver } from '../../../src/supervisor/observer.ts'
import { createAccount } from '../../../src/supervisor/state/account.ts'
import { createBoard } from '../../../src/supervisor/state/board.ts'
import { createHistory } from '../../../src/supervisor/state/history.ts'
import type { ShardDelta } from '../../../src/thread/protocol.ts'
import { heldShard, shardDelta, workerStatus } from '../../support/worker-status.ts'
import { LIMIT_MS, runs } from '../worker/model/runs.ts'

const SOURCES = ['a b', 'a-b']
const CONSUMERS = ['c1', 'c2']
const SHARDS = [0, 1]

/** What a consumer does with the events of a shard until its next report, each as far as there are events for it. */
interface Work {
  readonly read: number
  readonly delivered: number
  readonly dropped: number
  readonly deadLettered: number
  readonly abandoned: number
}

type Happening =
  /** A thread reports after such work on each shard that it holds. */
  | { readonly do: 'report'; readonly work: Work }
  /** It begins with a shard, which the consumer before it has let go: that one may not have reported since. */
  | { readonly do: 'take'; readonly shard: number }
  /** It gives up what is in flight of a shard, and lets it go; the next report says so. */
  | { readonly do: 'release'; readonly shard: number }
  | { readonly do: 'die' }
  | { readonly do: 'remove-consumer' }
  | { readonly do: 'add-consumer' }
  | { readonly do: 'remove-source' }
  | { readonly do: 'wait'; readonly ms: number }

interface Step {
  readonly source: string
  readonly consumer: string
  readonly happens: Happening
}

const events = fc.nat(20)
const shard = fc.constantFrom(...SHARDS)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('report'),
      work: fc.record({
        read: fc.nat(50),
        delivered: fc.nat(50),
        dropped: events,
        deadLettered: events,
        abandoned: events,
      }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('take'), shard }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release'), shard }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('die') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove-consumer') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add-consumer') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove-source') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1_000, 50_000, 130_000) }),
  },
)
const step: fc.Arbitrary<Step> = fc.record({
  source: fc.constantFrom(...SOURCES),
  consumer: fc.constantFrom(...CONSUMERS),
  happens: happening,
})

/** What a thread holds: events in flight of each shard; and what it has given up since its last report. */
interface Thread {
  readonly inFlight: Map<number, number>
  readonly released: Map<number, number>
}

function createWorld() {
  let nowMs = 0
  const now = () => nowMs
  const [board, account] = [createBoard(now), createAccount(now)]
  const metrics = createMetrics(board, '0')
  const history = createHistory({ board, account, cpuRatio: () => 0, now })
  const observer = createObserver({ board, account, history, metrics })
  const threads = new Map<string, Thread>()
  const keyOf = (source: string, consumer: string) => `${source}/${consumer}`
  const newThread = (): Thread => ({ inFlight: new Map(), released: new Map() })

  function add(source: string, consumer: string): void {
    observer.consumerExpected(source, consumer)
    const key = keyOf(source, consumer)
    if (!threads.has(key)) threads.set(key, newThread())
  }

  function work(thread: Thread, id: number, { read, ...wanted }: Work): ShardDelta {
    let left = (thread.inFlight.get(id) ?? 0) + read
    const take = (amount: number) => {
      const taken = Math.min(amount, left)
      left -= taken
      return taken
    }
    const delta = shardDelta(id, {
      readEvents: read,
      deliveredEvents: take(wanted.delivered),
      droppedEvents: take(wanted.dropped),
      deadLetters: { 'too-large': take(wanted.deadLettered) },
      abandonedEvents: take(wanted.abandoned),
    })
    thread.inFlight.set(id, left)
    return delta
  }

  function report(source: string, consumer: string, each: Work): void {
    const thread = threads.get(keyOf(source, consumer)) ?? newThread()
    const released = [...thread.released].map(([id, abandonedEvents]) => shardDelta(id, { abandonedEvents }))
    thread.released.clear()
    const deltas = [...thread.inFlight.keys()].map(id => work(thread, id, each))
    const shards = [...thread.inFlight].map(([id, inFlightEvents]) => heldShard(id, { inFlightEvents }))
    observer.reported(source, consumer, workerStatus({ shards, since: { shards: [...released, ...deltas] } }))
  }

  function release({ inFlight, released }: Thread, id: number): void {
    const left = inFlight.get(id)
    if (left === undefined) return
    released.set(id, (released.get(id) ?? 0) + left)
    inFlight.delete(id)
  }

  function take(source: string, thread: Thread, id: number): void {
    for (const consumer of CONSUMERS) {
      const other = threads.get(keyOf(source, consumer))
      if (other && other !== thread) release(other, id)
    }
    if (!thread.inFlight.has(id)) thread.inFlight.set(id, 0)
  }

  function removeConsumer(source: string, consumer: string): void {
    observer.threadEnded(source, consumer)
    observer.consumerGone(source, consumer)
    threads.delete(keyOf(source, consumer))
  }

  return {
    act({ source, consumer, happens }: Step) {
      const thread = threads.get(keyOf(source, consumer))
      switch (happens.do) {
        case 'report':
          return report(source, consumer, happens.work)
        case 'take':
          return thread && take(source, thread, happens.shard)
        case 'release':
          return thread && release(thread, happens.shard)
        case 'die':
          if (!thread) return
          observer.threadEnded(source, consumer)
          observer.restarting(source, consumer, 'died')
          return void threads.set(keyOf(source, consumer), newThread())
        case 'remove-consumer':
          return removeConsumer(source, consumer)
        case 'add-consumer':
          return add(source, consumer)
        case 'remove-source':
          for (const each of CONSUMERS) removeConsumer(source, each)
          return observer.sourceGone(source)
        case 'wait':
          nowMs += happens.ms
          observer.forgetGoneShards()
      }
    },
    start() {
      for (const source of SOURCES) for (const consumer of CONSUMERS) add(source, consumer)
    },
    shown: () =>
      board.shards().map(({ source, shard: id, inFlightEvents }) => ({
        ...account.shard(source, id),
        source,
        id,
        inFlightEvents,
      })),
  }
}

function expectBalance(shown: ReturnType<ReturnType<typeof createWorld>['shown']>): void {
  const names = shown.map(({ source, id }) => `${source}/${id}`)
  expect(names, 'one row for each shard').toEqual([...new Set(names)])
  for (const { readEvents, inFlightEvents, ...counts } of shown) {
    const { deliveredEvents, droppedEvents, deadLetterEvents } = counts
    expect(deliveredEvents + droppedEvents + deadLetterEvents + inFlightEvents, 'read').toBe(readEvents)
  }
}

describe('the account of a shard, whatever happens', () => {
  it(
    'balances: read = delivered + dropped + dead letters + in flight',
    () =>
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
          const world = createWorld()
          world.start()
          for (const each of steps) {
            world.act(each)
            expectBalance(world.shown())
          }
        }),
        runs(2_000),
      ),
    LIMIT_MS,
  )
})
