/**
 * What is known of every consumer and shard now: the last status of each, and rates over the last seconds. Everything
 * that is shown (metrics, readiness, the table) reads from here; only statuses change it.
 */

import type { ShardDelta, ShardState, StatusReason, WorkerStatus } from '../../thread/protocol.ts'
import { createRate, type Rate } from './rate.ts'
import { type Witness, witnessesOf } from './witnesses.ts'

export interface ConsumerView extends Witness {
  readonly consumer: string
  /** The thread runs and has reported. */
  readonly up: boolean
  readonly joined: boolean
  readonly splunkUp: boolean | undefined
  readonly restarts: number
  /** Since its thread has said something; undefined while there is none. */
  readonly silentMs: number | undefined
  /** Since its thread ended last, against its will; undefined when it never did. */
  readonly sinceRestartMs: number | undefined
  readonly bytesPerSecond: number
  readonly cpuRatio: number
  readonly inFlightBytes: number
  /** Heap and buffers of the thread. */
  readonly memoryBytes: number
  readonly reasons: readonly StatusReason[]
}

export interface ShardView {
  readonly source: string
  readonly shard: number
  readonly owner: string
  readonly state: ShardState
  readonly bytesPerSecond: number
  readonly cpuRatio: number
  readonly lagSeconds: number | undefined
  readonly inFlightEvents: number
  readonly position: string | undefined
}

/** A HEC endpoint as all workers of a source see it together. */
export interface EndpointView {
  readonly source: string
  readonly endpoint: string
  /** The last contact of one worker at least worked, of those that have something to deliver. */
  readonly up: boolean
  readonly pendingAcks: number
}

export interface Board {
  /** A consumer that should be there. */
  expect(source: string, consumer: string): void
  /** Answers with the status in which events that are read again are not counted as read once more. */
  onStatus(consumer: string, status: WorkerStatus): WorkerStatus
  onEnded(consumer: string): void
  onRestart(consumer: string): void
  /** A consumer that is no longer wanted, and has ended. */
  forget(consumer: string): void
  /** A source that is not read any more: a later one of its name begins without what was known. */
  forgetSource(source: string): void
  consumers(): ConsumerView[]
  /** Shards that a consumer of ours holds. */
  shards(): ShardView[]
  endpoints(): EndpointView[]
  /** Last known positions of a source's shards, also of those that nobody of ours has held for ever so long. */
  positions(source: string): ReadonlyMap<number, string>
  /** Shards that nobody of ours has held for a while; named once. */
  takeGone(): { readonly source: string; readonly shard: number }[]
}

interface ConsumerEntry {
  readonly source: string
  readonly consumer: string
  readonly bytes: Rate
  readonly cpu: Rate
  status: WorkerStatus | undefined
  restarts: number
  restartedAtMs: number | undefined
  statusAtMs: number
}

interface ShardEntry {
  readonly source: string
  readonly shard: number
  readonly bytes: Rate
  readonly cpu: Rate
  seenAtMs: number
  /** Read and given up, also by workers that died: in flight until they are read again. */
  owedEvents: number
}

/** A shard on its way from one consumer to the next is gone for a heartbeat or two only. */
const GONE_AFTER_MS = 120_000

export function createBoard(now: () => number = () => performance.now()): Board {
  const consumers = new Map<string, ConsumerEntry>()
  const shards = new Map<string, ShardEntry>()
  /** By source and shard. Not forgotten while the source is there: a consumer group that is made again goes on from here. */
  const positions = new Map<string, Map<number, string>>()

  function shardEntry(source: string, shard: number): ShardEntry {
    const key = `${source} ${shard}`
    const entry = shards.get(key) ?? newShard(source, shard)
    shards.set(key, entry)
    entry.seenAtMs = now()
    return entry
  }

  function positionsOf(source: string): Map<number, string> {
    const known = positions.get(source) ?? new Map<number, string>()
    positions.set(source, known)
    return known
  }

  function addDeltas(entry: ConsumerEntry, { since }: WorkerStatus): void {
    for (const delta of since.shards) {
      const shard = shardEntry(entry.source, delta.shard)
      shard.bytes.add(delta.readBytes, now())
      shard.cpu.add(delta.cpuSeconds, now())
      entry.bytes.add(delta.readBytes, now())
    }
    entry.cpu.add(since.cpuSeconds, now())
  }

  /** So that read = delivered + dropped + in flight, whatever becomes of workers and shards. */
  function settleOwed(shard: ShardEntry, delta: ShardDelta): ShardDelta {
    const owed = shard.owedEvents + (delta.abandonedEvents ?? 0)
    const again = Math.min(owed, delta.readEvents)
    shard.owedEvents = owed - again
    return { ...delta, readEvents: delta.readEvents - again }
  }

  function isBusy({ bytes, status }: ConsumerEntry): boolean {
    return (
      bytes.perSecond(now()) > 0 || (status?.shards ?? []).some(({ inFlightEvents }) => inFlightEvents > 0)
    )
  }

  function viewConsumer(entry: ConsumerEntry): ConsumerView {
    const { source, consumer, status, restarts, restartedAtMs } = entry
    return {
      source,
      consumer,
      busy: isBusy(entry),
      up: status !== undefined,
      joined: status?.joined ?? false,
      splunkUp: status?.splunkUp,
      restarts,
      silentMs: status && now() - entry.statusAtMs,
      sinceRestartMs: restartedAtMs === undefined ? undefined : now() - restartedAtMs,
      bytesPerSecond: entry.bytes.perSecond(now()),
      cpuRatio: entry.cpu.perSecond(now()),
      inFlightBytes: status?.inFlightBytes ?? 0,
      memoryBytes: status?.memoryBytes ?? 0,
      reasons: status?.reasons ?? [],
    }
  }

  /** Of all consumers, but up only where a witness says so. */
  function viewEndpoints(): EndpointView[] {
    const entries = [...consumers.values()].map(entry => ({ ...entry, busy: isBusy(entry) }))
    const heard = new Set(witnessesOf(entries))
    return entries
      .flatMap(entry => endpointsOf(entry, heard.has(entry)))
      .reduce<EndpointView[]>(mergeEndpoint, [])
  }

  function viewShards({ source, consumer, status }: ConsumerEntry): ShardView[] {
    return (status?.shards ?? []).map(held => {
      const entry = shardEntry(source, held.shard)
      return {
        source,
        shard: held.shard,
        owner: consumer,
        state: held.state,
        bytesPerSecond: entry.bytes.perSecond(now()),
        cpuRatio: entry.cpu.perSecond(now()),
        lagSeconds: held.lagSeconds,
        inFlightEvents: held.inFlightEvents + entry.owedEvents,
        position: held.position,
      }
    })
  }

  return {
    expect(source, consumer) {
      const fresh = {
        source,
        consumer,
        bytes: createRate(),
        cpu: createRate(),
        status: undefined,
        restarts: 0,
        restartedAtMs: undefined,
        statusAtMs: 0,
      }
      if (!consumers.has(consumer)) consumers.set(consumer, fresh)
    },
    onStatus(consumer, status) {
      const entry = consumers.get(consumer)
      if (!entry) return status
      entry.status = status
      entry.statusAtMs = now()
      addDeltas(entry, status)
      for (const { shard, position } of status.shards) {
        shardEntry(entry.source, shard)
        if (position !== undefined) positionsOf(entry.source).set(shard, position)
      }
      const settled = status.since.shards.map(delta =>
        settleOwed(shardEntry(entry.source, delta.shard), delta),
      )
      return { ...status, since: { ...status.since, shards: settled } }
    },
    onEnded(consumer) {
      const entry = consumers.get(consumer)
      if (!entry) return
      for (const { shard, inFlightEvents } of entry.status?.shards ?? [])
        shardEntry(entry.source, shard).owedEvents += inFlightEvents
      entry.status = undefined
    },
    onRestart(consumer) {
      const entry = consumers.get(consumer)
      if (!entry) return
      entry.restarts++
      entry.restartedAtMs = now()
    },
    forget: consumer => void consumers.delete(consumer),
    forgetSource(source) {
      positions.delete(source)
      for (const [key, entry] of consumers) if (entry.source === source) consumers.delete(key)
      for (const [key, entry] of shards) if (entry.source === source) shards.delete(key)
    },
    consumers: () => [...consumers.values()].map(viewConsumer),
    shards: () =>
      [...consumers.values()]
        .flatMap(viewShards)
        .sort((a, b) => a.source.localeCompare(b.source) || a.shard - b.shard),
    endpoints: viewEndpoints,
    positions: source => new Map(positionsOf(source)),
    takeGone() {
      const gone = [...shards].filter(([, { seenAtMs }]) => now() - seenAtMs > GONE_AFTER_MS)
      for (const [key] of gone) shards.delete(key)
      return gone.map(([, { source, shard }]) => ({ source, shard }))
    },
  }
}

function endpointsOf({ source, status }: ConsumerEntry, isWitness: boolean): EndpointView[] {
  const endpoints = status?.endpoints ?? []
  return endpoints.map(({ up, ...each }) => ({ source, ...each, up: isWitness && up === true }))
}

function mergeEndpoint(merged: readonly EndpointView[], report: EndpointView): EndpointView[] {
  const isSame = (each: EndpointView) => each.source === report.source && each.endpoint === report.endpoint
  const before = merged.find(isSame)
  const up = report.up || (before?.up ?? false)
  const pendingAcks = (before?.pendingAcks ?? 0) + report.pendingAcks
  return [...merged.filter(each => !isSame(each)), { ...report, up, pendingAcks }]
}

function newShard(source: string, shard: number): ShardEntry {
  return { source, shard, bytes: createRate(), cpu: createRate(), seenAtMs: 0, owedEvents: 0 }
}
