import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ShardDelta } from '../../../../src/thread/protocol.ts'
import { createMeter, type Meter } from '../../../../src/worker/report/meter.ts'

/** Takes a few milliseconds of this thread's time. */
function work(): void {
  const until = process.threadCpuUsage().user + 20_000
  while (process.threadCpuUsage().user < until) Math.sqrt(Math.random())
}

const byShard = (meter: Meter) => new Map(meter.take().shards.map(each => [each.shard, each]))

describe('what a shard has done', () => {
  it('is counted from one look to the next, each shard on its own', () => {
    const meter = createMeter()
    const [one, two] = [meter.shard(1), meter.shard(2)]
    one.pulled(100)
    one.encoded(5)
    one.delivered(3, 60)
    one.dropped(7)
    two.pulled(1)
    two.expired(3_600)
    const nothing = {
      readBytes: 0,
      readEvents: 0,
      deliveredBytes: 0,
      deliveredEvents: 0,
      droppedEvents: 0,
      expiredSeconds: 0,
    }
    const first = byShard(meter)
    expect(first.get(1)).toMatchObject({
      ...nothing,
      readBytes: 100,
      readEvents: 12,
      deliveredEvents: 3,
      deliveredBytes: 60,
      droppedEvents: 7,
    })
    expect(first.get(2)).toMatchObject({ ...nothing, readBytes: 1, expiredSeconds: 3_600 })
    expect(meter.take().shards).toEqual([])
    one.delivered(2, 40)
    expect(byShard(meter).get(1)).toMatchObject({ ...nothing, deliveredEvents: 2, deliveredBytes: 40 })
  })

  it('is the same whichever of its meters counted it', () => {
    const meter = createMeter()
    meter.shard(1).encoded(2)
    meter.shard(1).delivered(1, 10)
    expect(meter.shard(1).inFlightEvents()).toBe(1)
    expect(meter.take().shards).toHaveLength(1)
  })

  it('adds up at any time: read = delivered + dropped + in flight + given up', () => {
    const step = fc.record({
      kind: fc.constantFrom('encode', 'deliver', 'abandon', 'drop', 'look'),
      events: fc.integer({ min: 1, max: 100 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const meter = createMeter()
        const shard = meter.shard(4)
        const sum = { readEvents: 0, deliveredEvents: 0, droppedEvents: 0 }
        const bodies: number[] = []
        let givenUp = 0
        const look = () => {
          for (const delta of meter.take().shards) add(sum, delta)
          const inFlight = shard.inFlightEvents()
          expect(inFlight).toBe(bodies.reduce((all, events) => all + events, 0))
          expect(sum.readEvents).toBe(sum.deliveredEvents + sum.droppedEvents + inFlight + givenUp)
        }
        for (const { kind, events } of steps) {
          const body = kind === 'deliver' || kind === 'abandon' ? bodies.shift() : undefined
          if (kind === 'encode') {
            shard.encoded(events)
            bodies.push(events)
          } else if (kind === 'drop') shard.dropped(events)
          else if (kind === 'look') look()
          else if (body !== undefined && kind === 'deliver') shard.delivered(body, 10)
          else if (body !== undefined) {
            bodies.length = 0
            givenUp += shard.inFlightEvents()
            shard.abandoned()
          }
        }
        look()
      }),
    )
  })

  function add(sum: Record<'readEvents' | 'deliveredEvents' | 'droppedEvents', number>, delta: ShardDelta) {
    sum.readEvents += delta.readEvents
    sum.deliveredEvents += delta.deliveredEvents
    sum.droppedEvents += delta.droppedEvents
  }
})

describe('CPU time', () => {
  it("is the thread's own since the last look", () => {
    const meter = createMeter()
    work()
    const { cpuSeconds } = meter.take()
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.02)
    expect(meter.take().cpuSeconds).toBeLessThan(cpuSeconds)
  })

  it('is shared among the shards by the bytes they moved', () => {
    const meter = createMeter()
    meter.shard(1).pulled(1_000)
    meter.shard(2).pulled(1_000)
    meter.shard(2).delivered(0, 2_000)
    meter.shard(3).dropped(5)
    work()
    const { cpuSeconds, shards } = meter.take()
    const shares = new Map(shards.map(each => [each.shard, each.cpuSeconds / cpuSeconds]))
    expect(shares.get(1)).toBeCloseTo(0.25)
    expect(shares.get(2)).toBeCloseTo(0.75)
    expect(shares.get(3)).toBe(0)
  })

  it("is nobody's but the consumer's while no byte moves", () => {
    const meter = createMeter()
    meter.shard(1).dropped(5)
    work()
    const { cpuSeconds, shards } = meter.take()
    expect(cpuSeconds).toBeGreaterThan(0)
    expect(shards.map(each => each.cpuSeconds)).toEqual([0])
  })
})

describe('requests', () => {
  it('are put together by endpoint, operation and code', () => {
    const meter = createMeter()
    const call = { endpoint: 'splunk:8088', operation: 'event', code: '0' }
    meter.hecCall({ ...call, durationMs: 10, sentBytes: 100 })
    meter.hecCall({ ...call, durationMs: 20, sentBytes: 50 })
    meter.hecCall({ ...call, code: '9', durationMs: 30 })
    meter.hecCall({ ...call, operation: 'health', durationMs: 40 })
    meter.hecCall({ ...call, endpoint: 'other:8088', durationMs: 50 })
    const { hecCalls, slsCalls } = meter.take()
    expect(hecCalls).toEqual([
      { ...call, durationsSeconds: [0.01, 0.02], sentBytes: 150, receivedBytes: 0 },
      { ...call, code: '9', durationsSeconds: [0.03], sentBytes: 0, receivedBytes: 0 },
      { ...call, operation: 'health', durationsSeconds: [0.04], sentBytes: 0, receivedBytes: 0 },
      { ...call, endpoint: 'other:8088', durationsSeconds: [0.05], sentBytes: 0, receivedBytes: 0 },
    ])
    expect(slsCalls).toEqual([])
    expect(meter.take().hecCalls).toEqual([])
  })

  it('to Log Service need no endpoint and are counted apart', () => {
    const meter = createMeter()
    meter.slsCall({ operation: 'pull', code: 'ok', durationMs: 5, receivedBytes: 1_000 })
    const { hecCalls, slsCalls } = meter.take()
    expect(slsCalls).toEqual([
      {
        endpoint: '',
        operation: 'pull',
        code: 'ok',
        durationsSeconds: [0.005],
        sentBytes: 0,
        receivedBytes: 1_000,
      },
    ])
    expect(hecCalls).toEqual([])
  })

  it('that are made again are counted by endpoint and reason', () => {
    const meter = createMeter()
    for (const reason of ['busy', 'busy', 'timeout']) meter.hecRetry('a:1', reason)
    meter.hecRetry('b:1', 'busy')
    expect(meter.take().hecRetries).toEqual([
      { endpoint: 'a:1', reason: 'busy', count: 2 },
      { endpoint: 'a:1', reason: 'timeout', count: 1 },
      { endpoint: 'b:1', reason: 'busy', count: 1 },
    ])
    expect(meter.take().hecRetries).toEqual([])
  })
})
