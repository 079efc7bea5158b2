/** The last ten minutes in steps of five seconds: what the page draws, and what a shard's forecast looks back on. */

import type { History } from '../../status/document.ts'
import type { Account } from './account.ts'
import type { Board } from './board.ts'
import { FORECAST_WINDOW_MS, type LagSample } from './forecast.ts'

export interface StatusHistory {
  /** Looks at the board; to be called every `HISTORY_INTERVAL_MS`. */
  sample(): void
  /** Returns what the page draws. */
  series(): History
  /** Lags of a shard over the forecast's window, from old to new; empty while no consumer of this service holds it. */
  lagsOf(source: string, shard: number): readonly LagSample[]
  /** The source has ended for good: its shards and consumers are forgotten. */
  sourceGone(source: string): void
}

export const HISTORY_INTERVAL_MS = 5_000
const STEPS = 120

interface Step {
  readonly atMs: number
  readonly throughput: number
  readonly lagSeconds: number | null
  readonly cpuRatio: number
  readonly latencyP99Seconds: number | null
  /** By source and shard, as `SOURCE/SHARD`. */
  readonly shards: ReadonlyMap<string, ShardStep>
  /** By name. */
  readonly consumers: ReadonlyMap<string, ConsumerStep>
}

interface ConsumerStep {
  readonly source: string
  readonly throughput: number
}

interface ShardStep extends ConsumerStep {
  readonly lagSeconds: number | undefined
}

export interface HistoryParts {
  readonly board: Board
  readonly account: Account
  /** CPU of the whole process, 1 is one core. */
  readonly cpuRatio: () => number
  readonly now?: () => number
}

export function createHistory({
  board,
  account,
  cpuRatio,
  now = () => performance.now(),
}: HistoryParts): StatusHistory {
  let steps: readonly Step[] = []
  return {
    sample() {
      steps = [...steps, lookAt({ board, account, cpuRatio, atMs: now() })].slice(-STEPS)
    },
    series: () => seriesOf(steps),
    lagsOf(source, shard) {
      const key = keyOf(source, shard)
      const recent = steps.filter(({ atMs }) => now() - atMs <= FORECAST_WINDOW_MS)
      return recent.flatMap(({ atMs, shards }) => {
        const lagSeconds = shards.get(key)?.lagSeconds
        return lagSeconds === undefined ? [] : [{ atMs, lagSeconds }]
      })
    },
    sourceGone(gone) {
      steps = steps.map(step => ({
        ...step,
        shards: without(gone, step.shards),
        consumers: without(gone, step.consumers),
      }))
    },
  }
}

const keyOf = (source: string, shard: number) => `${source}/${shard}`

function without<S extends ConsumerStep>(gone: string, steps: ReadonlyMap<string, S>): Map<string, S> {
  return new Map([...steps].filter(([, { source }]) => source !== gone))
}

function lookAt({ board, account, cpuRatio, atMs }: Omit<HistoryParts, 'now'> & { atMs: number }): Step {
  const [shards, consumers] = [board.shards(), board.consumers()]
  const lags = shards.flatMap(({ lagSeconds }) => lagSeconds ?? [])
  const latencies = board
    .endpoints()
    .flatMap(({ source, endpoint }) => account.endpoint(source, endpoint).latencySeconds?.p99 ?? [])
  return {
    atMs,
    throughput: Math.round(consumers.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0)),
    lagSeconds: lags.length > 0 ? rounded(Math.max(...lags)) : null,
    cpuRatio: rounded(cpuRatio()),
    latencyP99Seconds: latencies.length > 0 ? rounded(Math.max(...latencies)) : null,
    shards: new Map(
      shards.map(({ source, shard, bytesPerSecond, lagSeconds }) => [
        keyOf(source, shard),
        { source, throughput: Math.round(bytesPerSecond), lagSeconds },
      ]),
    ),
    consumers: new Map(
      consumers.map(({ source, consumer, bytesPerSecond }) => [
        consumer,
        { source, throughput: Math.round(bytesPerSecond) },
      ]),
    ),
  }
}

/** To three digits behind the point: what is drawn needs no more, and is sent every second. */
const rounded = (value: number) => Math.round(value * 1_000) / 1_000

/** Draws shards and consumers that are there now; before they were, they had nothing. */
function seriesOf(steps: readonly Step[]): History {
  const linesOf = (stepsIn: (step: Step) => ReadonlyMap<string, ConsumerStep>) => {
    const last = steps.at(-1)
    const names = last ? [...stepsIn(last).keys()] : []
    return Object.fromEntries(
      names.map(name => [name, steps.map(step => stepsIn(step).get(name)?.throughput ?? 0)]),
    )
  }
  return {
    interval_seconds: HISTORY_INTERVAL_MS / 1_000,
    throughput_bytes_per_second: steps.map(({ throughput }) => throughput),
    lag_seconds: steps.map(({ lagSeconds }) => lagSeconds),
    cpu_ratio: steps.map(step => step.cpuRatio),
    hec_latency_p99_seconds: steps.map(({ latencyP99Seconds }) => latencyP99Seconds),
    shards: linesOf(({ shards }) => shards),
    consumers: linesOf(({ consumers }) => consumers),
  }
}
