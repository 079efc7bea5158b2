/** How old logs are when Splunk has them: from their receipt by Log Service until the answer of HEC. */

import { setTimeout as delay } from 'node:timers/promises'
import { flooded } from './max.ts'
import { withBench } from './measure.ts'
import { PACE_BYTES_PER_SECOND } from './paced.ts'
import { type Figures, quantile, type Row, repeat } from './rows.ts'

export interface LatencyOptions {
  readonly runs: number
  readonly seconds: number
}

const WARM_UP_MS = 6_000
const BUSY = 0.8

export async function benchLatency({ runs, seconds }: LatencyOptions): Promise<Row[]> {
  const part = 'latency'
  const at = (fetchInterval: string, bytesPerSecond: number) => () =>
    latency({ fetchInterval, bytesPerSecond, seconds })
  const { rawBytesPerSecond = 0 } = await flooded({ shards: 1, watchesLatency: true }, {}, seconds)
  return [
    await repeat({ part, name: '2 MB/s, fetch_interval 1s' }, runs, at('1s', PACE_BYTES_PER_SECOND)),
    await repeat({ part, name: '2 MB/s, fetch_interval 100ms' }, runs, at('100ms', PACE_BYTES_PER_SECOND)),
    await repeat({ part, name: '80 % of the most, 100ms' }, runs, at('100ms', rawBytesPerSecond * BUSY)),
  ]
}

interface Load {
  readonly fetchInterval: string
  readonly bytesPerSecond: number
  readonly seconds: number
}

async function latency({ fetchInterval, bytesPerSecond, seconds }: Load): Promise<Figures> {
  const setup = { source: { fetch_interval: fetchInterval } }
  return withBench({ shards: 1, watchesLatency: true }, setup, async ({ load }) => {
    await load.pace(bytesPerSecond)
    await delay(WARM_UP_MS)
    await load.latencies()
    await delay(seconds * 1_000)
    const all = await load.latencies()
    const secondsAt = (part: number) => quantile(all, part) / 1_000
    return { p50Seconds: secondsAt(0.5), p99Seconds: secondsAt(0.99), rawBytesPerSecond: bytesPerSecond }
  })
}
