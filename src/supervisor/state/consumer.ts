/** One consumer: the last report of its thread, its rates, and how often it was restarted. */

import type { ShardStatus, WorkerStatus } from '../../thread/protocol.ts'
import type { Testimony } from './endpoints.ts'
import { createRate } from './rate.ts'
import type { ConsumerView } from './views.ts'

/** A shard as the consumer that holds it reports it. */
export interface Holding extends ShardStatus {
  readonly owner: string
  /** When this consumer first reported it, by the clock of the board. */
  readonly sinceMs: number
}

export interface Consumer {
  reported(report: WorkerStatus): void
  /** Returns what the thread held: its events in flight will be read again. */
  threadEnded(): readonly Holding[]
  restarting(): void
  holdings(): readonly Holding[]
  testimony(): Testimony
  view(): ConsumerView
}

/** The thread that runs has reported. */
interface Running {
  readonly report: WorkerStatus
  readonly atMs: number
  readonly holdings: readonly Holding[]
}

export function createConsumer(source: string, consumer: string, now: () => number): Consumer {
  const bytes = createRate()
  const cpu = createRate()
  let running: Running | undefined
  let restarts = 0
  let restartedAtMs: number | undefined

  const holdings = () => running?.holdings ?? []

  function held(shard: ShardStatus): Holding {
    const before = holdings().find(each => each.shard === shard.shard)
    return { ...shard, owner: consumer, sinceMs: before?.sinceMs ?? now() }
  }

  const isBusy = () =>
    bytes.perSecond(now()) > 0 || holdings().some(({ inFlightEvents }) => inFlightEvents > 0)

  return {
    reported(report) {
      running = { report, atMs: now(), holdings: report.shards.map(held) }
      for (const { readBytes } of report.since.shards) bytes.add(readBytes, now())
      cpu.add(report.since.cpuSeconds, now())
    },
    threadEnded() {
      const left = holdings()
      running = undefined
      return left
    },
    restarting() {
      restarts++
      restartedAtMs = now()
    },
    holdings,
    testimony: () => ({ source, busy: isBusy(), endpoints: running?.report.endpoints ?? [] }),
    view: () => ({
      source,
      consumer,
      busy: isBusy(),
      up: running !== undefined,
      joined: running?.report.joined ?? false,
      splunkUp: running?.report.splunkUp,
      restarts,
      silentMs: running && now() - running.atMs,
      sinceRestartMs: restartedAtMs === undefined ? undefined : now() - restartedAtMs,
      bytesPerSecond: bytes.perSecond(now()),
      cpuRatio: cpu.perSecond(now()),
      inFlightBytes: running?.report.inFlightBytes ?? 0,
      memoryBytes: running?.report.memoryBytes ?? 0,
      reasons: running?.report.reasons ?? [],
    }),
  }
}
