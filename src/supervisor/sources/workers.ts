/** The worker threads of one source: what each run is given, and what follows from its end. */

import type { WorkerConfig } from '../../config/types.ts'
import type { Log } from '../../log/log.ts'
import { createMarker, type Mark, readMark } from '../../thread/marker.ts'
import { type ChildExit, runChild } from './child.ts'
import type { ConsumerLoopOptions } from './consumer-loop.ts'
import { isDeath, reasonOf } from './exits.ts'
import { createLines, type LinesParts } from './lines.ts'
import type { Observer } from './observer.ts'
import { createQuarantine } from './quarantine.ts'
import type { Settings } from './settings.ts'
import { sayDrained, sayQuarantined, sayRestart } from './worker-log.ts'

export interface Workers {
  /** Returns how a consumer is run; `settings`: those of the moment. */
  loopOf(consumer: string, settings: () => Settings): ConsumerLoopOptions
  /** Kills a consumer's thread, as a test or a demonstration of the restart. */
  kill(consumer: string): void
}

export interface WorkersParts extends Omit<LinesParts, 'quarantined'> {
  readonly workerFile: string
  readonly source: string
  readonly observer: Observer
  readonly log: Log
  /** Ends every run at once. */
  readonly killAll: AbortSignal
  readonly isStopping: () => boolean
}

const READY_WITHIN_MS = 60_000
/** A worker ends its drain by itself after `drain_timeout` and saves its last checkpoints; then it is killed. */
const DRAIN_GRACE_MS = 15_000

interface Run {
  readonly drain: AbortSignal
  readonly begun: () => void
}

export function createWorkers(parts: WorkersParts): Workers {
  const { source, observer, log } = parts
  const quarantine = createQuarantine()
  const lines = createLines({ ...parts, quarantined: quarantine.entries })
  /** By consumer, while its thread runs. */
  const killers = new Map<string, AbortController>()

  async function run(consumer: string, settings: Settings, { drain, begun }: Run): Promise<ChildExit> {
    const { worker } = settings
    const marker = createMarker()
    const killer = new AbortController()
    killers.set(consumer, killer)
    const kill = (why: string) => killer.abort(why)
    const sender = { consumer, memoryLimitBytes: worker.memoryLimitBytes, kill, begun }
    const exit = await runChild({
      ...limitsOf(worker),
      workerFile: parts.workerFile,
      input: { ...settings, consumer, marker, quarantine: quarantine.entries() },
      drain,
      kill: AbortSignal.any([parts.killAll, killer.signal]),
      onMessage: (message, reply) => lines.take(message, { ...sender, reply }),
    })
    const mark = readMark(marker)
    if (mark && isDeath(exit)) onDeathAt(mark)
    observer.threadEnded(source, consumer)
    lines.close(consumer)
    killers.delete(consumer)
    return exit
  }

  /** The page that was being worked on may be why. */
  function onDeathAt(mark: Mark): void {
    const entry = quarantine.onDeath(mark)
    if (!entry) return
    lines.tell({ type: 'quarantine', entries: [entry] })
    sayQuarantined(log, source, entry, mark.groups)
  }

  return {
    loopOf: (consumer, settings) => ({
      consumer,
      run: (drain, begun) => run(consumer, settings(), { drain, begun }),
      restartBackoff: () => settings().worker.restartBackoff,
      onRestart(exit, afterMs) {
        observer.restarting(source, consumer, reasonOf(exit))
        sayRestart(log, { source, consumer }, exit, afterMs)
      },
      onDrained(exit) {
        // At a stop the last line of the log says it for all.
        if (!parts.isStopping()) sayDrained(log, { source, consumer }, exit)
      },
    }),
    kill: consumer => killers.get(consumer)?.abort('asked for'),
  }
}

function limitsOf(worker: WorkerConfig) {
  return {
    heapLimitBytes: worker.memoryLimitBytes,
    readyWithinMs: READY_WITHIN_MS,
    silentAtMostMs: worker.stalledAfterMs,
    drainWithinMs: worker.drainTimeoutMs + DRAIN_GRACE_MS,
  }
}
