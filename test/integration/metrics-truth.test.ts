/** What the metrics say is what happened. */

import { afterAll, describe, expect, it } from 'vitest'
import { KINDS } from '../../src/simulator/generator/kinds.ts'
import { eventually } from '../support/eventually.ts'
import { LOGSTORE, PROJECT, startFarEnds } from '../support/far-ends.ts'
import { everythingArrives, expectNothingOpen, expectSoundEnd } from '../support/invariants.ts'
import { createWorkplace, yamlOf } from '../support/process.ts'
import type { RunningService } from '../support/service.ts'

afterAll(expectNothingOpen)

const DROPPED = KINDS.oss.topic
const DROP_OSS = [
  {
    match: [{ on: { kind: 'topic' }, patterns: [{ kind: 'exact', text: DROPPED }] }],
    action: { kind: 'drop' },
  },
] as const
const isDropped = (group: Buffer) => group.includes(DROPPED)

describe.concurrent('the metrics', () => {
  it('count what Log Service served and what Splunk accepted, byte by byte and event by event', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 4 }, onTestFinished)
    const { service } = far.start({ consumers: 2 })
    const held = () => [...far.holdings().values()].map(shards => shards.length)
    await eventually(() => held().join() === '2,2', { withinMs: 20_000, what: 'both hold two shards' })
    const stopStream = far.stream()
    await eventually(() => far.hec.counters.events > 2_000, { withinMs: 30_000, what: 'logs are delivered' })
    stopStream()
    await everythingArrives(far)
    const shards = [0, 1, 2, 3]
    const served = shards.map(shard => far.sls.journal.served(PROJECT, LOGSTORE, shard).bytes)
    const issued = shards.map(shard => far.ledger.report().shards.get(shard)?.issued)
    const of = async (name: string) => valuesOf(await scrape(service), name)
    await eventually(async () => sum(await of('shard_delivered_events_total')) === sum(issued), {
      withinMs: 10_000,
      what: 'the last status has come',
    })
    expect(await of('shard_read_bytes_total')).toEqual(served)
    expect(await of('shard_delivered_bytes_total')).toEqual(served)
    expect(await of('shard_read_events_total')).toEqual(issued)
    expect(await of('shard_delivered_events_total')).toEqual(issued)
    expect(await of('shard_dropped_events_total')).toEqual([0, 0, 0, 0])
    expect(await of('shard_owner')).toEqual([1, 1, 1, 1])
    await eventually(async () => (await of('shard_lag_seconds')).join() === '0,0,0,0', {
      withinMs: 10_000,
      what: 'no shard lags',
    })
    const { wireBytes } = far.hec.counters
    expect(await of('hec_sent_bytes_total')).toEqual([wireBytes])
    const [ofShards, ofConsumers] = await Promise.all([
      of('shard_throughput_bytes_per_second'),
      of('consumer_throughput_bytes_per_second'),
    ])
    // Rates begin with the first status of each; they differ by what that makes of the first seconds.
    expect(sum(ofShards) / sum(ofConsumers)).toBeGreaterThan(0.5)
    expect(sum(ofShards) / sum(ofConsumers)).toBeLessThan(2)
    await expectSoundEnd(far)
  })

  it('keep read = delivered + dropped + in flight, while Splunk is slow, a worker dies and a shard is lost', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 4, isDropped }, onTestFinished)
    far.hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 700 } })
    const stopStream = far.stream()
    const running = far.start({ consumers: 2, overrides: { source: { routes: DROP_OSS } } })
    const { service } = running
    const isInFlight = () => service.board.shards().some(({ inFlightEvents }) => inFlightEvents > 0)
    const watch = () => {
      const until = performance.now() + 2_500
      return eventually(
        async () => {
          expectBalance(await balanceOf(running))
          return performance.now() > until
        },
        { withinMs: 20_000, what: 'the account balances for two seconds' },
      )
    }
    await eventually(isInFlight, { withinMs: 20_000, what: 'events are in flight' })
    await watch()
    service.supervisor.killWorker('test-logs-1')
    await watch()
    const consumer = 'test-logs-2'
    const refused = { kind: 'error', code: 'ConsumerNotMatch' } as const
    far.sls.faults.add({ call: 'UpdateCheckPoint', consumer, fault: refused, times: 2 })
    await watch()
    stopStream()
    far.hec.faults.clear()
    await everythingArrives(far)
    await eventually(
      async () => {
        const balance = await balanceOf(running)
        expectBalance(balance)
        return balance.every(({ inFlight }) => inFlight === 0)
      },
      { withinMs: 10_000, what: 'nothing is in flight' },
    )
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
  })

  it('count what a route drops, all of it too, and the checkpoint moves past it', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 2, kinds: ['oss'], isDropped }, onTestFinished)
    const running = far.start({ overrides: { source: { routes: DROP_OSS } } })
    far.produce([0, 1], 10)
    const dropped = async () => valuesOf(await scrape(running.service), 'shard_dropped_events_total')
    await eventually(async () => (await dropped()).join() === '100,100', {
      withinMs: 20_000,
      what: 'two hundred dropped logs are counted',
      state: () => running.logLines,
    })
    expect(valuesOf(await scrape(running.service), 'shard_read_events_total')).toEqual([100, 100])
    expect(far.hec.events).toEqual([])
    await expectSoundEnd(far)
  })
})

it('account for the CPU time of the process: each consumer, and the supervisor', async ({
  onTestFinished,
}) => {
  const far = await startFarEnds({ shards: 4, logsPerGroup: 50 }, onTestFinished)
  const { run } = createWorkplace(onTestFinished)
  far.produce([0, 1, 2, 3], 300)
  const service = run(yamlOf(far))
  await everythingArrives(far)
  const total = async (name: string) => sum(valuesOf((await service.get('/metrics')).text, name))
  await eventually(async () => (await total('shard_delivered_events_total')) >= far.ledger.report().issued, {
    withinMs: 10_000,
    what: 'the last status has come',
  })
  const { text } = await service.get('/metrics')
  const consumers = sum(valuesOf(text, 'consumer_cpu_seconds_total'))
  const supervisor = sum(valuesOf(text, 'supervisor_cpu_seconds_total'))
  const whole = Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])
  const share = (consumers + supervisor) / whole
  console.log(
    `CPU seconds: consumers ${consumers.toFixed(2)}, supervisor ${supervisor.toFixed(2)}, process ${whole.toFixed(2)}; accounted for: ${(share * 100).toFixed(0)} %`,
  )
  // Compilation and garbage collection are the work of helper threads, and count for more in so short a run.
  expect(share).toBeGreaterThan(0.8)
  expect(share).toBeLessThan(1.05)
  expect(sum(valuesOf(text, 'shard_cpu_seconds_total'))).toBeLessThanOrEqual(consumers + 0.001)
})

async function scrape(service: RunningService['service']): Promise<string> {
  return (await service.metrics.render(undefined)).text
}

/** Values of a metric, by shard where there are shards. */
function valuesOf(text: string, name: string): number[] {
  const lines = text.matchAll(new RegExp(`^sls2splunk_${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))
  const shardOf = (labels: string) => Number(/shard="(\d+)"/.exec(labels)?.[1] ?? 0)
  return [...lines]
    .map(([, labels = '', value]) => ({ shard: shardOf(labels), value: Number(value) }))
    .toSorted((a, b) => a.shard - b.shard)
    .map(({ value }) => value)
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}

interface Balance {
  readonly shard: number
  readonly read: number
  readonly delivered: number
  readonly dropped: number
  readonly inFlight: number
}

/** The account of every shard, as of the last statuses. */
async function balanceOf({ service }: RunningService): Promise<Balance[]> {
  const inFlight = () =>
    service.board.shards().map(({ shard, inFlightEvents }) => [shard, inFlightEvents] as const)
  for (;;) {
    const flying = new Map(inFlight())
    const text = await scrape(service)
    if (inFlight().some(([shard, events]) => flying.get(shard) !== events)) continue
    const [read, delivered, dropped] = ['read', 'delivered', 'dropped'].map(what =>
      valuesOf(text, `shard_${what}_events_total`),
    )
    return (read ?? []).map((events, shard) => ({
      shard,
      read: events,
      delivered: delivered?.[shard] ?? 0,
      dropped: dropped?.[shard] ?? 0,
      inFlight: flying.get(shard) ?? 0,
    }))
  }
}

function expectBalance(balance: readonly Balance[]): void {
  for (const { shard, read, delivered, dropped, inFlight } of balance)
    expect(read, `read of shard ${shard}`).toBe(delivered + dropped + inFlight)
}
