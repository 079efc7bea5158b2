/** What a status says has happened, added up for the status page: logs of each shard, requests to each endpoint. */

import type { CallDelta, ShardDelta, WorkerStatus } from '../../thread/protocol.ts'
import { createRate } from './rate.ts'

export interface ShardAccount {
  readonly readEvents: number
  readonly deliveredEvents: number
  readonly droppedEvents: number
  readonly deadLetterEvents: number
}

export interface EndpointAccount {
  /** Requests with events, by what was answered: HEC's code, else `http_STATUS`, else the network's error code. */
  readonly answers: Readonly<Record<string, number>>
  /** Of requests with events in the last minute; undefined when there was none. */
  readonly latencySeconds: { readonly p50: number; readonly p99: number } | undefined
}

export interface Account {
  add(source: string, status: WorkerStatus): void
  shard(source: string, shard: number): ShardAccount
  endpoint(source: string, endpoint: string): EndpointAccount
  deliveredEventsPerSecond(): number
  /** Forgets what was counted of a source that has ended for good. */
  forgetSource(source: string): void
}

interface SourceEntry {
  readonly shards: Map<number, ShardAccount>
  readonly endpoints: Map<string, EndpointEntry>
}

const LATENCY_WINDOW_MS = 60_000
/** A busy endpoint's requests are sampled: so many of a minute say enough. */
const MAX_LATENCIES = 1_000

interface EndpointEntry {
  readonly answers: Map<string, number>
  readonly latencies: { readonly atMs: number; readonly seconds: number }[]
}

const NOTHING: ShardAccount = { readEvents: 0, deliveredEvents: 0, droppedEvents: 0, deadLetterEvents: 0 }
const NO_REQUEST: EndpointEntry = { answers: new Map(), latencies: [] }

export function createAccount(now: () => number = () => performance.now()): Account {
  const sources = new Map<string, SourceEntry>()
  const delivered = createRate()

  function sourceEntry(source: string): SourceEntry {
    const entry = sources.get(source) ?? { shards: new Map(), endpoints: new Map() }
    sources.set(source, entry)
    return entry
  }

  function addShard({ shards }: SourceEntry, delta: ShardDelta): void {
    const before = shards.get(delta.shard) ?? NOTHING
    const dead = Object.values(delta.deadLetters ?? {}).reduce((sum, count) => sum + count, 0)
    shards.set(delta.shard, {
      readEvents: before.readEvents + delta.readEvents,
      deliveredEvents: before.deliveredEvents + delta.deliveredEvents,
      droppedEvents: before.droppedEvents + delta.droppedEvents,
      deadLetterEvents: before.deadLetterEvents + dead,
    })
    delivered.add(delta.deliveredEvents, now())
  }

  function addCall({ endpoints }: SourceEntry, call: CallDelta): void {
    const { endpoint, operation, code, durationsSeconds } = call
    if (operation !== 'event') return
    const entry: EndpointEntry = endpoints.get(endpoint) ?? { answers: new Map(), latencies: [] }
    endpoints.set(endpoint, entry)
    entry.answers.set(code, (entry.answers.get(code) ?? 0) + durationsSeconds.length)
    for (const seconds of durationsSeconds) entry.latencies.push({ atMs: now(), seconds })
    entry.latencies.splice(0, entry.latencies.length - MAX_LATENCIES)
  }

  return {
    add(source, { since }) {
      const entry = sourceEntry(source)
      for (const delta of since.shards) addShard(entry, delta)
      for (const call of since.hecCalls) addCall(entry, call)
    },
    shard: (source, shard) => sources.get(source)?.shards.get(shard) ?? NOTHING,
    endpoint(source, endpoint) {
      const { answers, latencies } = sources.get(source)?.endpoints.get(endpoint) ?? NO_REQUEST
      const recent = latencies.filter(({ atMs }) => now() - atMs <= LATENCY_WINDOW_MS)
      return {
        answers: Object.fromEntries(answers),
        latencySeconds: quantilesOf(recent.map(({ seconds }) => seconds)),
      }
    },
    deliveredEventsPerSecond: () => delivered.perSecond(now()),
    forgetSource: source => void sources.delete(source),
  }
}

function quantilesOf(values: readonly number[]): { readonly p50: number; readonly p99: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
  const [p50, p99] = [at(0.5), at(0.99)]
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99 }
}
