/** Looks at the services of a soak once a second: memory while all is well, lag always. */

import { sleep } from '../../src/base/wait.ts'
import { readMetric } from '../bench/service-process.ts'
import { afterWarmUp, minuteMeans, type Point, percentile, slopeOf } from './figures.ts'
import type { SoakService } from './service.ts'

export interface Watch {
  /** From now on the samples count as healthy, or not. */
  setHealthy(healthy: boolean): void
  figures(): WatchFigures
}

export interface WatchFigures {
  readonly memory: {
    readonly samples: number
    readonly firstMegabytes: number
    readonly lastMegabytes: number
    readonly maxMegabytes: number
    readonly slopeMegabytesPerMinute: number
    /** The mean of each minute that had a healthy time. */
    readonly minutesMegabytes: readonly number[]
  }
  readonly lagSeconds: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly healthyLagSeconds: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly maxInFlightBytes: number
}

const EVERY_MS = 1_000
const WARM_UP_MINUTES = 2

/** Watches until the signal is aborted. Memory is that of the first service, which is never started again. */
export function startWatch(services: readonly SoakService[], signal: AbortSignal): Watch {
  const memory: Point[] = []
  const lags: number[] = []
  const healthyLags: number[] = []
  let healthy = false
  let maxInFlightBytes = 0

  async function look(): Promise<void> {
    const wasHealthy = healthy
    const residentBytes = services[0]?.residentBytes()
    if (wasHealthy && residentBytes !== undefined)
      memory.push({ x: performance.now() / 60_000, y: residentBytes / 1e6 })
    const texts = await Promise.all(services.map(service => service.scrape()))
    for (const text of texts.flatMap(text => text ?? [])) {
      const lag = [...readMetric(text, 'sls2splunk_shard_lag_seconds').values()]
      lags.push(...lag)
      if (wasHealthy) healthyLags.push(...lag)
      maxInFlightBytes = Math.max(
        maxInFlightBytes,
        ...readMetric(text, 'sls2splunk_in_flight_bytes').values(),
      )
    }
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      await look()
      await sleep(EVERY_MS, signal)
    }
  }

  void watch()
  return {
    setHealthy(now) {
      healthy = now
    },
    figures: () => ({
      memory: memoryFigures(memory),
      lagSeconds: spreadOf(lags),
      healthyLagSeconds: spreadOf(healthyLags),
      maxInFlightBytes,
    }),
  }
}

function memoryFigures(all: readonly Point[]): WatchFigures['memory'] {
  const points = afterWarmUp(all, WARM_UP_MINUTES)
  return {
    samples: points.length,
    firstMegabytes: points[0]?.y ?? 0,
    lastMegabytes: points.at(-1)?.y ?? 0,
    maxMegabytes: Math.max(0, ...all.map(({ y }) => y)),
    slopeMegabytesPerMinute: slopeOf(points),
    minutesMegabytes: minuteMeans(all).map(Math.round),
  }
}

function spreadOf(values: readonly number[]): WatchFigures['lagSeconds'] {
  return { p50: percentile(values, 50), p99: percentile(values, 99), max: percentile(values, 100) }
}
