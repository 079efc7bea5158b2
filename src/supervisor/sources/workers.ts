/** The worker threads of all sources: what each run is given, what is made of its messages, what is said of its end. */

import { formatDuration } from '../../base/units.ts'
import type { Log } from '../../log/log.ts'
import { owned, sayBug } from '../../log/owned.ts'
import { createMarker, type Mark, readMark } from '../../thread/marker.ts'
import type { FromWorker, ToWorker, WorkerStatus } from '../../thread/protocol.ts'
import { type ChildExit, runChild } from './child.ts'
import type { ConsumerLoopOptions } from './consumer-loop.ts'
import { BAD_MESSAGE, describeExit, isDeath, MEMORY_LIMIT, reasonOf } from './exits.ts'
import type { Observer } from './observer.ts'
import { createQuarantine } from './quarantine.ts'
import type { Settings } from './settings.ts'
import { reportOf } from './stop-report.ts'

export interface Workers {
  /** How a consumer is run with the settings of the moment. */
  loopOf(consumer: string, settings: () => Settings): ConsumerLoopOptions
  /** A source that is not read any more: a later one of its name has other pages. */
  forgetSource(source: string): void
  /** Events that went to the dead letters since the start. */
  deadLettered(): number
  /** Kills a worker's thread, as a test or a demonstration of the restart. */
  kill(consumer: string): void
}

export interface WorkersParts {
  readonly workerFile: string
  readonly observer: Observer
  /** Where the shards of a source stand, as far as anything is known of them. */
  readonly positions: (source: string) => ReadonlyMap<number, string>
  readonly log: Log
  /** Ends every run at once. */
  readonly kill: AbortSignal
  readonly isStopping: () => boolean
  /** Called after the observer was told. */
  readonly onStatus: () => void
  readonly restoreGroup: (source: string) => Promise<void>
}

const READY_WITHIN_MS = 60_000
/** A worker ends its drain by itself after `drain_timeout` and saves its last checkpoints; then it is killed. */
const DRAIN_GRACE_MS = 15_000
const RAISE_LIMIT = '. To do, if it happens again: raise worker.memory_limit'

/** A consumer, and what its source is run with now. */
interface Child {
  readonly consumer: string
  readonly settings: () => Settings
}

/** How to reach a worker that runs. */
interface Line {
  readonly source: string
  readonly reply: (answer: ToWorker) => void
}

interface Running {
  readonly drain: AbortSignal
  readonly begun: () => void
  readonly marker: SharedArrayBuffer
}

interface Handling {
  readonly reply: (answer: ToWorker) => void
  readonly killer: AbortController
  readonly begun: () => void
}

export function createWorkers(parts: WorkersParts): Workers {
  const { observer, log } = parts
  const killers = new Map<string, AbortController>()
  const lines = new Map<string, Line>()
  const quarantine = createQuarantine()
  let deadLettered = 0

  function loopOf(consumer: string, settings: () => Settings): ConsumerLoopOptions {
    const child = { consumer, settings }
    return {
      consumer,
      run: (drain, begun) => run(child, drain, begun),
      restartBackoff: () => settings().worker.restartBackoff,
      onRestart: (exit, afterMs) => sayRestart(child, exit, afterMs),
      onDrained: exit => sayDrained(child, exit),
    }
  }

  async function run(child: Child, drain: AbortSignal, begun: () => void): Promise<ChildExit> {
    const marker = createMarker()
    const exit = await runMarked(child, { drain, begun, marker })
    const mark = readMark(marker)
    if (mark && isDeath(exit)) onDeathAt(child, mark)
    observer.threadEnded(child.settings().source.name, child.consumer)
    lines.delete(child.consumer)
    return exit
  }

  /** The page that was being worked on may be why. */
  function onDeathAt({ settings }: Child, mark: Mark): void {
    const { name } = settings().source
    const entry = quarantine.onDeath(name, mark)
    if (!entry) return
    for (const line of linesOf(name)) line.reply({ type: 'quarantine', entries: [entry] })
    const { shard, cursor } = entry
    const what =
      entry.how === 'bury'
        ? 'it goes to the dead letters unread. To do: look at it (sls2splunk dead-letters show)'
        : `its ${mark.groups} log groups are read one at a time from now on`
    log.error(`a page of shard ${shard} has ended its worker three times in a row: ${what}`, {
      source: name,
      shard,
      cursor,
    })
  }

  function runMarked(child: Child, { drain, begun, marker }: Running): Promise<ChildExit> {
    const killer = new AbortController()
    const { consumer } = child
    killers.set(consumer, killer)
    const { worker, ...settings } = child.settings()
    const quarantined = quarantine.of(settings.source.name)
    return runChild({
      workerFile: parts.workerFile,
      input: { consumer, ...settings, worker, marker, quarantine: quarantined },
      heapLimitBytes: worker.memoryLimitBytes,
      readyWithinMs: READY_WITHIN_MS,
      silentAtMostMs: worker.stalledAfterMs,
      drainWithinMs: worker.drainTimeoutMs + DRAIN_GRACE_MS,
      drain,
      kill: AbortSignal.any([parts.kill, killer.signal]),
      onMessage: (message, reply) => takeMessage(child, message, { reply, killer, begun }),
    })
  }

  /** A message that this side stumbles over ends its worker, never the service. */
  function takeMessage(child: Child, message: FromWorker, handling: Handling): void {
    try {
      onMessage(child, message, handling)
    } catch (error) {
      sayBug(error, `${child.consumer}: taking its ${message.type} message`, log)
      handling.killer.abort(BAD_MESSAGE)
    }
  }

  function onMessage(child: Child, message: FromWorker, { reply, killer, begun }: Handling): void {
    const { consumer } = child
    const { name: source } = child.settings().source
    if (message.type === 'ready') {
      lines.set(consumer, { source, reply })
      tellPositions(source)
      // Also what was added since the thread began: until now it could not be told.
      reply({ type: 'quarantine', entries: quarantine.of(source) })
      begun()
    }
    if (message.type === 'status') onStatus(child, message.status, killer)
    if (message.type === 'log') {
      const { level, message: text, fields } = message.line
      log.write(level, text, { source, consumer, ...fields })
    }
    if (message.type === 'group-gone') {
      // Before the group is there again: whoever gets a shard of it must not begin at its beginning.
      tellPositions(source)
      const restored = parts.restoreGroup(source).then(() => reply({ type: 'group-restored' }))
      void owned(restored, `source ${source}: making its group again`, log)
    }
  }

  const linesOf = (source: string) => [...lines.values()].filter(line => line.source === source)

  function tellPositions(source: string): void {
    const positions = parts.positions(source)
    for (const line of linesOf(source)) line.reply({ type: 'positions', positions })
  }

  function onStatus({ consumer, settings }: Child, status: WorkerStatus, killer: AbortController): void {
    const { source, worker } = settings()
    observer.reported(source.name, consumer, status)
    deadLettered += deadLettersIn(status)
    parts.onStatus()
    if (status.memoryBytes > worker.memoryLimitBytes) killer.abort(MEMORY_LIMIT)
  }

  function sayRestart({ consumer, settings }: Child, exit: ChildExit, afterMs: number): void {
    const reason = reasonOf(exit)
    const source = settings().source.name
    observer.restarting(source, consumer, reason)
    const text = `worker ended (${describeExit(exit)}), starts again in ${formatDuration(afterMs)}${reason === MEMORY_LIMIT ? RAISE_LIMIT : ''}`
    log.error(text, { source, consumer, reason })
  }

  /** At a stop it is part of the last words. */
  function sayDrained({ consumer, settings }: Child, exit: ChildExit): void {
    if (parts.isStopping()) return
    const source = settings().source.name
    const { unconfirmed, unsaved, killed } = reportOf([{ source, consumer, exit }])
    if (killed.length > 0) log.warn(`worker not drained (${describeExit(exit)})`, { source, consumer })
    else if (unconfirmed.length + unsaved.length > 0)
      log.warn('worker drained; some logs will be sent again', { source, consumer })
    else log.info('worker drained', { source, consumer })
  }

  return {
    loopOf,
    forgetSource: quarantine.forget,
    deadLettered: () => deadLettered,
    kill: consumer => killers.get(consumer)?.abort('asked for'),
  }
}

function deadLettersIn({ since }: WorkerStatus): number {
  const counts = since.shards.flatMap(({ deadLetters = {} }) => Object.values(deadLetters))
  return counts.reduce((sum, count) => sum + count, 0)
}
