/** Pages of which Splunk does not take every event at once: rounds, selection, order, and what the meter says. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeLogGroupList } from '../../../../src/simulator/wire.ts'
import type { Delivered, HeldEvents } from '../../../../src/splunk/deliver.ts'
import { bytesOf, type Events, indexOf } from '../../../../src/splunk/pieces.ts'
import type { ShardDelta } from '../../../../src/thread/protocol.ts'
import { createBuffers } from '../../../../src/worker/deliver/buffers.ts'
import { deliverPage } from '../../../../src/worker/deliver/deliver-page.ts'
import { createEncode } from '../../../../src/worker/encode/page-encoder.ts'
import { createPlanner } from '../../../../src/worker/encode/plan.ts'
import { createMeter, type ShardMeter } from '../../../../src/worker/report/meter.ts'
import { ROUTED } from '../encode/pages.ts'
import { heldPage } from '../read/held-page.ts'

interface Group {
  /** What its events ask for; `dropped`: a route drops them. */
  readonly index: string
  readonly logs: number
}

/** Events are numbered over all groups, those of dropped ones included. */
function pageOf(groups: readonly Group[]): Buffer {
  let next = 0
  return encodeLogGroupList(
    groups.map(({ index, logs }) => ({
      topic: index === 'dropped' ? 'dropped' : 'kept',
      tags: [{ key: 'x', value: index }],
      logs: Array.from({ length: logs }, () => ({
        timeSeconds: 1,
        contents: [{ key: 'n', value: String(next++) }],
      })),
    })),
  )
}

const numbersOf = (groups: readonly Group[], isWanted: (index: string) => boolean) => {
  const all = groups.flatMap(({ index, logs }) => Array.from({ length: logs }, () => index))
  return all.flatMap((index, number) => (isWanted(index) ? [number] : []))
}

/** Splunk and the dead letters behind `createDeliver`, as far as a page sees them. */
function createSplunk(meter: ShardMeter, inOrder: boolean) {
  const refusedIndexes = new Set<string>()
  const poison = new Set<number>()
  const accepted: number[] = []
  const buried: number[] = []
  const requests: number[][] = []
  const state = { hasRoom: true }

  async function deliver(events: Events, signal: AbortSignal): Promise<Delivered> {
    const logs = events.offsets.map((_, at) => ({
      number: events.numbers[at] ?? -1,
      n: Number(/"n":"(\d+)"/.exec(Buffer.from(bytesOf(events, at)).toString())?.[1]),
      index: indexOf(events, at),
    }))
    requests.push(logs.map(({ n }) => n))
    await Promise.resolve()
    signal.throwIfAborted()
    const held: HeldEvents[] = []
    let [taken, refused] = [0, 0]
    for (const { number, n, index } of logs) {
      const [before] = held
      if (inOrder && before) held.push({ ...before, numbers: [number] })
      else if (refusedIndexes.has(index)) held.push({ numbers: [number], reason: 'index-refused', index })
      else if (!poison.has(n)) taken += accepted.push(n) > 0 ? 1 : 0
      else if (!state.hasRoom) held.push({ numbers: [number], reason: 'event-refused' })
      else {
        buried.push(n)
        meter.deadLettered('event-refused')
        refused++
      }
    }
    return { accepted: taken, refused, held }
  }
  return { deliver, refusedIndexes, poison, accepted, buried, requests, state }
}

function start(groups: readonly Group[], { inOrder = false, bufferBytes = 400 } = {}) {
  const page = pageOf(groups)
  const meter = createMeter()
  const shard = meter.shard(0)
  const splunk = createSplunk(shard, inOrder)
  const buffers = createBuffers(3, bufferBytes)
  const stop = new AbortController()
  const sum = { read: 0, delivered: 0, dropped: 0, buried: 0, abandoned: 0, bytes: 0 }
  let holds = 0
  let over = false
  const run = () => {
    const done = deliverPage(
      heldPage(page),
      {
        ending: new AbortController().signal,
        encode: createEncode(createPlanner(ROUTED)),
        deliver: splunk.deliver,
        buffers,
        meter: shard,
        inOrder,
        onHold: () => void holds++,
        uninterrupted: work => work(),
      },
      stop.signal,
    ).finally(() => {
      over = true
    })
    done.catch(() => undefined)
    return done
  }

  function add(delta: ShardDelta): void {
    expect(delta.deliveredBytes).toBeGreaterThanOrEqual(0)
    sum.read += delta.readEvents
    sum.delivered += delta.deliveredEvents
    sum.dropped += delta.droppedEvents
    sum.buried += Object.values(delta.deadLetters ?? {}).reduce((all, count) => all + count, 0)
    sum.abandoned += delta.abandonedEvents ?? 0
    sum.bytes += delta.deliveredBytes
  }

  /** What holds at any time. */
  function look(): typeof sum {
    for (const delta of meter.take().shards) add(delta)
    const { read, delivered, dropped, buried, abandoned } = sum
    expect(read).toBe(delivered + dropped + buried + abandoned + shard.inFlightEvents())
    return sum
  }

  return { page, splunk, shard, buffers, stop, run, look, holds: () => holds, isOver: () => over }
}

const tick = () => new Promise(resolve => setImmediate(resolve))

/** Until nothing happens any more before the next round. */
async function settle(look: () => void): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await tick()
    look()
  }
}

const nextRound = () => vi.advanceTimersByTime(60_000)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe('a page of which some has to wait', () => {
  it('is delivered but for the events of the refused index, which follow when it is allowed', async () => {
    const groups = [
      { index: 'main', logs: 4 },
      { index: 'audit', logs: 3 },
      { index: 'main', logs: 4 },
    ]
    const { splunk, run, look, isOver, holds, shard } = start(groups)
    splunk.refusedIndexes.add('audit')
    const done = run()
    await settle(look)
    expect(splunk.accepted.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 7, 8, 9, 10])
    expect([isOver(), shard.inFlightEvents(), holds()]).toEqual([false, 3, 1])
    splunk.refusedIndexes.clear()
    nextRound()
    await expect(done).resolves.toEqual({ kind: 'delivered' })
    expect(splunk.accepted.slice(8)).toEqual([4, 5, 6])
    expect(look()).toMatchObject({ read: 11, delivered: 11 })
  })

  it('does not try events of an index that was refused in this round: one request finds it out', async () => {
    const groups = [{ index: 'audit', logs: 40 }]
    const { splunk, run, look, stop } = start(groups, { inOrder: true })
    splunk.refusedIndexes.add('audit')
    const done = run()
    await settle(look)
    expect(splunk.requests).toHaveLength(1)
    nextRound()
    await settle(look)
    expect(splunk.requests).toHaveLength(2)
    expect(look()).toMatchObject({ read: 40, delivered: 0 })
    stop.abort('enough')
    await expect(done).rejects.toBe('enough')
  })

  it('tries each refused index by itself: one that is allowed again does not wait for the other', async () => {
    const groups = ['a', 'b', 'a', 'b', 'c'].map(index => ({ index, logs: 2 }))
    const { splunk, run, look, stop } = start(groups)
    for (const index of ['a', 'b']) splunk.refusedIndexes.add(index)
    const done = run()
    await settle(look)
    expect(splunk.accepted).toEqual([8, 9])
    splunk.refusedIndexes.delete('b')
    nextRound()
    await settle(look)
    expect(splunk.accepted).toEqual([8, 9, 2, 3, 6, 7])
    stop.abort('enough')
    await expect(done).rejects.toBe('enough')
    expect(look()).toMatchObject({ read: 10, delivered: 6, abandoned: 4 })
  })

  it('ends without a round more when the rest goes to the dead letters', async () => {
    const { splunk, run, look, holds } = start([{ index: 'main', logs: 5 }])
    splunk.poison.add(2)
    await expect(run()).resolves.toEqual({ kind: 'delivered' })
    expect([splunk.accepted, splunk.buried, holds()]).toEqual([[0, 1, 3, 4], [2], 0])
    expect(look()).toMatchObject({ read: 5, delivered: 4, buried: 1 })
  })

  it('gives every buffer back before it waits', async () => {
    const { splunk, run, look, buffers, stop } = start([{ index: 'audit', logs: 30 }])
    splunk.refusedIndexes.add('audit')
    const done = run()
    await settle(look)
    expect(buffers.lentBytes()).toBe(0)
    stop.abort('enough')
    await expect(done).rejects.toBe('enough')
  })

  it('that is stopped while it waits ends at once, what waits counted as given up', async () => {
    const { splunk, run, look, stop, buffers } = start([{ index: 'audit', logs: 3 }])
    splunk.refusedIndexes.add('audit')
    const done = run()
    await settle(look)
    stop.abort('enough')
    await expect(done).rejects.toBe('enough')
    expect(look()).toMatchObject({ read: 3, delivered: 0, abandoned: 3 })
    expect(buffers.lentBytes()).toBe(0)
  })

  it('never counts more bytes than it has, however small its logs and however often it is read', async () => {
    const groups = Array.from({ length: 20 }, (_, at) => ({
      index: at % 2 === 0 ? 'main' : 'audit',
      logs: 1,
    }))
    const { page, splunk, run, look } = start(groups)
    splunk.refusedIndexes.add('audit')
    const done = run()
    await settle(look)
    splunk.refusedIndexes.clear()
    nextRound()
    await done
    expect(look().bytes).toBe(page.length)
  })
})

const groups = fc.array(
  fc.record({ index: fc.constantFrom('main', 'audit', 'other', 'dropped'), logs: fc.nat({ max: 6 }) }),
  { minLength: 1, maxLength: 8 },
)
const scripts = fc.record({
  groups,
  inOrder: fc.boolean(),
  bufferBytes: fc.constantFrom(150, 400, 5_000),
  /** After which round each is mended. */
  refused: fc.dictionary(fc.constantFrom('main', 'audit', 'other'), fc.nat({ max: 3 }), { maxKeys: 3 }),
  poison: fc.uniqueArray(fc.nat({ max: 40 }), { maxLength: 6 }),
  fullUntil: fc.nat({ max: 3 }),
})

it('whatever is refused and mended when, each event ends once, in order where asked for, and the meter adds up', async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async ({ groups, inOrder, bufferBytes, refused, poison, fullUntil }) => {
      const { page, splunk, run, look, isOver, shard, buffers } = start(groups, { inOrder, bufferBytes })
      for (const index of Object.keys(refused)) splunk.refusedIndexes.add(index)
      for (const n of poison) splunk.poison.add(n)
      splunk.state.hasRoom = fullUntil === 0
      const done = run()
      for (let round = 1; !isOver() && round < 20; round++) {
        await settle(look)
        for (const [index, until] of Object.entries(refused))
          if (until < round) splunk.refusedIndexes.delete(index)
        splunk.state.hasRoom ||= fullUntil <= round
        nextRound()
      }
      await expect(done).resolves.toEqual({ kind: 'delivered' })
      const kept = numbersOf(groups, index => index !== 'dropped')
      const good = kept.filter(n => !splunk.poison.has(n))
      const inAnyOrder = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)
      expect(inOrder ? splunk.accepted : inAnyOrder(splunk.accepted)).toEqual(good)
      expect(inAnyOrder(splunk.buried)).toEqual(kept.filter(n => splunk.poison.has(n)))
      const { read, delivered, dropped, buried, bytes } = look()
      expect([read, delivered, buried]).toEqual([kept.length + dropped, good.length, splunk.buried.length])
      expect(bytes).toBeLessThanOrEqual(page.length)
      expect([shard.inFlightEvents(), buffers.lentBytes()]).toEqual([0, 0])
    }),
    { numRuns: 150 },
  )
})
