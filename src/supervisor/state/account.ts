/** Sums of what reports say has happened, for the status page: logs of each shard, requests to each endpoint. */

import type { CallDelta, ShardDelta, WorkerStatus } from '../../thread/protocol.ts'
import { createRate } from './rate.ts'

export interface ShardAccount {
  readonly readEvents: number
  readonly deliveredEvents: number
  readonly droppedEvents: number
  readonly deadLetterEvents: number
}

export interface EndpointAccount {
  /** Requests with events by the answer: HEC's code, else `http_STATUS`, else the network's error code. */
  readonly answers: Readonly<Record<string, number>>
  /** Latency of requests with events in the last minute; undefined when there was none. */
  readonly latencySeconds: { readonly p50: number; readonly p99: number } | undefined
}

export interface Account {
  /** Adds a report in which events that were read again are not counted as read. */
  reported(source: string, report: WorkerStatus): void
  /** No consumer has held the shard for long: its counts begin at zero when one does again. */
  shardGone(source: string, shard: number): void
  /** The source has ended for good: the counts of a later one of its name begin at zero. */
  sourceGone(source: string): void
  shard(source: string, shard: number): ShardAccount
  endpoint(source: string, endpoint: string): EndpointAccount
  deliveredEventsPerSecond(): number
  /** Events that went to the dead letters since the start, also those of sources that have ended. */
  deadLettered(): number
}

interface SourceAccount {
  readonly shards: Map<number, ShardAccount>
  readonly endpoints: Map<string, Requests>
}

interface Requests {
  readonly answers: Map<string, number>
  readonly latencies: { readonly atMs: number; readonly seconds: number }[]
}

const LATENCY_WINDOW_MS = 60_000
/** Latencies kept of each endpoint: a sample of a busy minute says enough. */
const MAX_LATENCIES = 1_000

const NOTHING: ShardAccount = { readEvents: 0, deliveredEvents: 0, droppedEvents: 0, deadLetterEvents: 0 }
const newRequests = (): Requests => ({ answers: new Map(), latencies: [] })

export function createAccount(now: () => number = () => performance.now()): Account {
  const sources = new Map<string, SourceAccount>()
  const delivered = createRate()
  let deadLettered = 0

  function accountOf(source: string): SourceAccount {
    const account = sources.get(source) ?? { shards: new Map(), endpoints: new Map() }
    sources.set(source, account)
    return account
  }

  function addShard({ shards }: SourceAccount, delta: ShardDelta): void {
    const before = shards.get(delta.shard) ?? NOTHING
    const dead = Object.values(delta.deadLetters ?? {}).reduce((sum, count) => sum + count, 0)
    shards.set(delta.shard, {
      readEvents: before.readEvents + delta.readEvents,
      deliveredEvents: before.deliveredEvents + delta.deliveredEvents,
      droppedEvents: before.droppedEvents + delta.droppedEvents,
      deadLetterEvents: before.deadLetterEvents + dead,
    })
    delivered.add(delta.deliveredEvents, now())
    deadLettered += dead
  }

  function addCall({ endpoints }: SourceAccount, call: CallDelta): void {
    const { endpoint, operation, code, durationsSeconds } = call
    if (operation !== 'event') return
    const requests = endpoints.get(endpoint) ?? newRequests()
    endpoints.set(endpoint, requests)
    requests.answers.set(code, (requests.answers.get(code) ?? 0) + durationsSeconds.length)
    for (const seconds of durationsSeconds) requests.latencies.push({ atMs: now(), seconds })
    requests.latencies.splice(0, requests.latencies.length - MAX_LATENCIES)
  }

  return {
    reported(source, { since }) {
      const account = accountOf(source)
      for (const delta of since.shards) addShard(account, delta)
      for (const call of since.hecCalls) addCall(account, call)
    },
    shardGone: (source, shard) => void sources.get(source)?.shards.delete(shard),
    sourceGone: source => void sources.delete(source),
    shard: (source, shard) => sources.get(source)?.shards.get(shard) ?? NOTHING,
    endpoint(source, endpoint) {
      const { answers, latencies } = sources.get(source)?.endpoints.get(endpoint) ?? newRequests()
      const recent = latencies.filter(({ atMs }) => now() - atMs <= LATENCY_WINDOW_MS)
      return {
        answers: Object.fromEntries(answers),
        latencySeconds: quantilesOf(recent.map(({ seconds }) => seconds)),
      }
    },
    deliveredEventsPerSecond: () => delivered.perSecond(now()),
    deadLettered: () => deadLettered,
  }
}

function quantilesOf(values: readonly number[]): { readonly p50: number; readonly p99: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
  const [p50, p99] = [at(0.5), at(0.99)]
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99 }
}
