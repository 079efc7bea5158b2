/** Counts what a worker does; once a second all that has come together is taken and sent up. */

import type { CallDelta, RetryDelta, ShardDelta, StatusDelta } from '../../thread/protocol.ts'

export interface ShardMeter {
  pulled(bytes: number): void
  /** Counts events put into a body; they are in flight until delivered. */
  encoded(events: number): void
  delivered(events: number, bytes: number): void
  dropped(events: number): void
  /** Counts an event that is among the dead letters. */
  deadLettered(reason: string): void
  expired(seconds: number): void
  inFlightEvents(): number
  /** Notes that what is in flight is given up: it will be read again. */
  abandoned(): void
  /** Notes that a page begins. */
  pageBegins(): void
  /** Returns how many events of the page under way are delivered or dead letters: reading the page again repeats them. */
  settledOfPage(): number
}

export interface Call {
  readonly endpoint?: string
  readonly operation: string
  readonly code: string
  readonly durationMs: number
  readonly sentBytes?: number
  readonly receivedBytes?: number
}

export interface Meter {
  shard(shard: number): ShardMeter
  slsCall(call: Call): void
  hecCall(call: Call): void
  hecRetry(endpoint: string, reason: string): void
  /** Returns everything since the last time; the counts start again at 0. */
  take(): StatusDelta
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type ShardCounts = Mutable<ShardDelta>

export function createMeter(): Meter {
  const shards = new Map<number, ShardCounts>()
  const inFlight = new Map<number, number>()
  const settled = new Map<number, number>()
  const slsCalls = createCallCounts()
  const hecCalls = createCallCounts()
  const retries = new Map<string, Mutable<RetryDelta>>()
  // From the start of the thread: loading this program is the consumer's work, too.
  let cpu = { user: 0, system: 0 }

  function takeCpuSeconds(): number {
    const now = process.threadCpuUsage()
    const micros = now.user + now.system - cpu.user - cpu.system
    cpu = now
    return micros / 1e6
  }

  return {
    shard: id => createShardMeter(id, { shards, inFlight, settled }),
    slsCall: slsCalls.add,
    hecCall: hecCalls.add,
    hecRetry(endpoint, reason) {
      const entry = retries.get(`${endpoint} ${reason}`) ?? { endpoint, reason, count: 0 }
      entry.count++
      retries.set(`${endpoint} ${reason}`, entry)
    },
    take() {
      const cpuSeconds = takeCpuSeconds()
      const taken = [...shards.values()]
      shards.clear()
      shareCpu(taken, cpuSeconds)
      const hecRetries = [...retries.values()]
      retries.clear()
      return { cpuSeconds, shards: taken, slsCalls: slsCalls.take(), hecCalls: hecCalls.take(), hecRetries }
    },
  }
}

interface Counts {
  readonly shards: Map<number, ShardCounts>
  readonly inFlight: Map<number, number>
  readonly settled: Map<number, number>
}

function createShardMeter(shard: number, { shards, inFlight, settled }: Counts): ShardMeter {
  const counts = () => {
    const present = shards.get(shard) ?? emptyCounts(shard)
    shards.set(shard, present)
    return present
  }
  const add = (to: Map<number, number>, events: number) => to.set(shard, (to.get(shard) ?? 0) + events)
  const land = (events: number) => {
    add(inFlight, -events)
    add(settled, events)
  }
  return {
    pulled(bytes) {
      counts().readBytes += bytes
    },
    encoded(events) {
      counts().readEvents += events
      add(inFlight, events)
    },
    delivered(events, bytes) {
      counts().deliveredEvents += events
      counts().deliveredBytes += bytes
      land(events)
    },
    dropped(events) {
      counts().readEvents += events
      counts().droppedEvents += events
    },
    deadLettered(reason) {
      const present = counts()
      const before = present.deadLetters ?? {}
      present.deadLetters = { ...before, [reason]: (before[reason] ?? 0) + 1 }
      land(1)
    },
    expired(seconds) {
      counts().expiredSeconds += seconds
    },
    inFlightEvents: () => inFlight.get(shard) ?? 0,
    abandoned() {
      const events = inFlight.get(shard) ?? 0
      if (events === 0) return
      const present = counts()
      present.abandonedEvents = (present.abandonedEvents ?? 0) + events
      inFlight.set(shard, 0)
    },
    pageBegins: () => void settled.set(shard, 0),
    settledOfPage: () => settled.get(shard) ?? 0,
  }
}

function emptyCounts(shard: number): ShardCounts {
  return {
    shard,
    readBytes: 0,
    readEvents: 0,
    deliveredBytes: 0,
    deliveredEvents: 0,
    droppedEvents: 0,
    cpuSeconds: 0,
    expiredSeconds: 0,
  }
}

/**
 * A thread's clock cannot tell shards apart, and within a thread a byte costs the same whichever shard it came from:
 * so the time is shared by bytes. A second in which no byte moved is the consumer's alone.
 */
function shareCpu(shards: readonly ShardCounts[], cpuSeconds: number): void {
  const bytesOf = (shard: ShardCounts) => shard.readBytes + shard.deliveredBytes
  const total = shards.reduce((sum, shard) => sum + bytesOf(shard), 0)
  if (total === 0) return
  for (const shard of shards) shard.cpuSeconds = (cpuSeconds * bytesOf(shard)) / total
}

interface CallCounts {
  add(call: Call): void
  take(): CallDelta[]
}

function createCallCounts(): CallCounts {
  const counts = new Map<string, Mutable<CallDelta> & { durationsSeconds: number[] }>()
  return {
    add({ endpoint = '', operation, code, durationMs, sentBytes = 0, receivedBytes = 0 }) {
      const key = `${endpoint} ${operation} ${code}`
      const none = { endpoint, operation, code, durationsSeconds: [], sentBytes: 0, receivedBytes: 0 }
      const entry = counts.get(key) ?? none
      counts.set(key, entry)
      entry.durationsSeconds.push(durationMs / 1_000)
      entry.sentBytes += sentBytes
      entry.receivedBytes += receivedBytes
    },
    take() {
      const taken = [...counts.values()]
      counts.clear()
      return taken
    },
  }
}
