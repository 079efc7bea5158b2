/** What it costs to keep up: consumers at 2 MB/s each, and the CPU the service takes for it. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Setup } from './config.ts'
import type { LoadSideOptions } from './load-side.ts'
import { type Bench, ratesWithin, untilCaughtUp, untilStored, withBench } from './measure.ts'
import { type Figures, type Row, repeat } from './rows.ts'

export const PACE_BYTES_PER_SECOND = 2_000_000
/** For each consumer, at full speed: what runs for weeks is compiled. */
const WARM_EVENTS = 300_000
const WARM_AHEAD_BYTES = 60_000_000
const SETTLE_MS = 4_000
/** The CPU is told in steps of 10 ms: of two percent in five seconds, a tenth. */
const LEAST_SECONDS = 10

interface Variant {
  readonly name: string
  readonly consumers: number
  readonly load?: Partial<LoadSideOptions>
  readonly setup?: Setup
}

const VARIANTS: readonly Variant[] = [
  { name: '1 consumer, plain HTTP', consumers: 1 },
  { name: '1 consumer, TLS + gzip', consumers: 1, load: { tls: true }, setup: { compression: 'gzip' } },
  { name: '2 consumers, plain HTTP', consumers: 2 },
  { name: '4 consumers, plain HTTP', consumers: 4 },
  { name: '8 consumers, plain HTTP', consumers: 8 },
]

export async function benchPaced({ runs, seconds }: { runs: number; seconds: number }): Promise<Row[]> {
  const rows: Row[] = []
  for (const variant of VARIANTS)
    rows.push(
      await repeat({ part: 'paced', name: variant.name }, runs, () =>
        paced(variant, Math.max(seconds, LEAST_SECONDS)),
      ),
    )
  return rows
}

async function paced({ consumers, load, setup }: Variant, seconds: number): Promise<Figures> {
  return withBench({ shards: consumers, ...load }, { consumers, ...setup }, async bench => {
    await bench.load.flood(WARM_AHEAD_BYTES * consumers)
    await untilStored(bench.load, WARM_EVENTS * consumers)
    const bytesPerSecond = PACE_BYTES_PER_SECOND * consumers
    await bench.load.pace(bytesPerSecond)
    await untilCaughtUp(bench.load, bytesPerSecond * 2)
    await delay(SETTLE_MS)
    const threadsBefore = await threadSeconds(bench)
    const { rawBytesPerSecond, cpuRatio, residentBytes } = await ratesWithin(bench, seconds)
    const threads = await threadSeconds(bench)
    return {
      rawBytesPerSecond,
      cpuRatio,
      perConsumerRatio: cpuRatio / consumers,
      consumerThreadRatio: (threads.consumers - threadsBefore.consumers) / seconds / consumers,
      supervisorRatio: (threads.supervisor - threadsBefore.supervisor) / seconds,
      residentBytes,
    }
  })
}

/** By the service's own metrics. */
async function threadSeconds({ service }: Bench) {
  const sum = async (name: string) => [...(await service.metric(name)).values()].reduce((a, b) => a + b, 0)
  return {
    consumers: await sum('sls2splunk_consumer_cpu_seconds_total'),
    supervisor: await sum('sls2splunk_supervisor_cpu_seconds_total'),
  }
}
