/** What it costs to be watched: the page's events and a scrape now and then, with many shards and consumers at rest. */

import { setTimeout as delay } from 'node:timers/promises'
import { type Bench, withBench } from './measure.ts'
import { type Figures, median, type Row, repeat } from './rows.ts'

const SHARDS = 64
const CONSUMERS = 16
const SETTLED_MS = 15_000
const SCRAPES = 20
const SCRAPE_INTERVAL_MS = 1_000
const PATHS = ['/', '/api/status', '/metrics'] as const

export async function benchWatch({ runs, seconds }: { readonly runs: number; readonly seconds: number }) {
  const part = 'watch'
  const name = `${SHARDS} shards, ${CONSUMERS} consumers`
  const row: Row = await repeat({ part, name }, runs, () =>
    withBench({ shards: SHARDS }, { consumers: CONSUMERS }, bench => watched(bench, 2 * seconds)),
  )
  return [row]
}

async function watched(bench: Bench, seconds: number): Promise<Figures> {
  const { service } = bench
  await delay(SETTLED_MS)
  const answerSeconds: Record<string, number> = {}
  for (const path of PATHS) answerSeconds[path] = await secondsToAnswer(service.url + path)
  const unwatchedCpuRatio = await cpuRatioOver(bench, seconds)
  const over = new AbortController()
  const watching = watch(service.url, over.signal)
  const watchedCpuRatio = await cpuRatioOver(bench, seconds)
  over.abort()
  await watching
  return {
    pageSeconds: answerSeconds['/'] ?? Number.NaN,
    statusSeconds: answerSeconds['/api/status'] ?? Number.NaN,
    metricsSeconds: answerSeconds['/metrics'] ?? Number.NaN,
    unwatchedCpuRatio,
    watchingCpuRatio: Math.max(0, watchedCpuRatio - unwatchedCpuRatio),
  }
}

/** A page that is open, and somebody who scrapes once a second, which is fifteen times as often as usual. */
async function watch(url: string, signal: AbortSignal): Promise<void> {
  const page = fetch(`${url}/api/events`, { signal }).then(async ({ body }) => {
    for await (const _ of body ?? []);
  })
  const scraping = (async () => {
    while (!signal.aborted) {
      await (await fetch(`${url}/metrics`)).text()
      await delay(SCRAPE_INTERVAL_MS)
    }
  })()
  await Promise.allSettled([page, scraping])
}

async function secondsToAnswer(url: string): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < SCRAPES; i++) {
    const startedAtMs = performance.now()
    await (await fetch(url)).text()
    taken.push((performance.now() - startedAtMs) / 1_000)
  }
  return median(taken)
}

async function cpuRatioOver({ service }: Bench, seconds: number): Promise<number> {
  const before = service.cpuSeconds()
  await delay(seconds * 1_000)
  return (service.cpuSeconds() - before) / seconds
}
