/**
 * Keeps the configured consumers running: one loop for each, which runs its thread, looks at how it ended, waits, and
 * runs it again. A far end that is down never restarts a thread; it shows as a condition, and in the metrics.
 */

import type { Config, SourceConfig } from '../config/types.ts'
import type { Log } from '../log.ts'
import { createMarker, type Mark, readMark } from '../marker.ts'
import type { FromWorker, ToWorker, Unconfirmed, Unsaved, WorkerStatus } from '../protocol.ts'
import { formatDuration } from '../units.ts'
import { sleep } from '../wait.ts'
import type { Board } from './board.ts'
import { type ChildExit, runChild } from './child.ts'
import type { Conditions } from './conditions.ts'
import { createGroupKeeper, type GroupAdmin, type GroupKeeper } from './group.ts'
import type { Metrics } from './metrics.ts'
import { createQuarantine } from './quarantine.ts'
import { FIRST_RUN, nextRestart } from './restart.ts'

export interface SupervisorParts {
  readonly config: Config
  readonly workerFile: string
  /** The name in the group of a source's consumer number `n`, from 1. */
  readonly nameOf: (source: SourceConfig, n: number) => string
  readonly admin: GroupAdmin
  readonly board: Board
  readonly metrics: Metrics
  readonly conditions: Conditions
  readonly log: Log
}

export interface Supervisor {
  /** Resolves when `soft` is aborted and every worker has ended; `hard` ends them at once. */
  run(soft: AbortSignal, hard: AbortSignal): Promise<StopReport>
  /** Kills a worker's thread, as a test or a demonstration of the restart. */
  killWorker(consumer: string): void
}

export interface StopReport {
  /** Events that were sent and are not confirmed, by shard: they will be sent again. */
  readonly unconfirmed: readonly (Unconfirmed & { readonly source: string })[]
  /** Shards whose last position is not saved: what was delivered since their checkpoint will be sent again. */
  readonly unsaved: readonly (Unsaved & { readonly source: string })[]
  /** Events that went to the dead letters since the start. */
  readonly deadLettered: number
  /** Workers that had to be killed. */
  readonly killed: readonly string[]
}

const READY_WITHIN_MS = 60_000
/** A worker ends its drain by itself after `drain_timeout` and saves its last checkpoints; then it is killed. */
const DRAIN_GRACE_MS = 15_000

interface Child {
  readonly source: SourceConfig
  readonly consumer: string
  readonly keeper: GroupKeeper
}

export function createSupervisor(parts: SupervisorParts): Supervisor {
  const { config, board, metrics, conditions, log } = parts
  const keepers = new Map(
    config.sources.map(source => [
      source.name,
      createGroupKeeper({ source, admin: parts.admin, log, onCondition: updateConditions }),
    ]),
  )
  const killers = new Map<string, AbortController>()
  const lines = new Map<string, Line>()
  const quarantine = createQuarantine()
  let isStopping = false
  let deadLettered = 0

  async function superviseSource(
    source: SourceConfig,
    keeper: GroupKeeper,
    signals: Signals,
  ): Promise<Ended[]> {
    const consumers = Array.from({ length: source.consumers }, (_, i) => parts.nameOf(source, i + 1))
    if (consumers.length === 0) log.info('paused: consumers is 0', { source: source.name })
    for (const consumer of consumers) board.expect(source.name, consumer)
    if (consumers.length > 0) await keeper.ensure(signals.soft)
    return Promise.all(consumers.map(consumer => superviseChild({ source, consumer, keeper }, signals)))
  }

  async function superviseChild(child: Child, signals: Signals): Promise<Ended> {
    let history = FIRST_RUN
    let last: ChildExit | undefined
    while (!signals.soft.aborted) {
      const startedAt = performance.now()
      const exit = await run(child, signals)
      board.onEnded(child.consumer)
      lines.delete(child.consumer)
      last = exit
      if (signals.soft.aborted) return { child, exit }
      const restart = nextRestart(history, performance.now() - startedAt, config.worker.restartBackoff)
      history = restart.history
      sayRestart(child, exit, restart.afterMs)
      await sleep(restart.afterMs, signals.soft)
    }
    return { child, exit: last }
  }

  async function run(child: Child, signals: Signals): Promise<ChildExit> {
    const marker = createMarker()
    const exit = await runMarked(child, signals, marker)
    const mark = readMark(marker)
    if (mark && isDeath(exit)) onDeathAt(child, mark)
    return exit
  }

  /** The page that was being worked on may be why. */
  function onDeathAt({ source }: Child, mark: Mark): void {
    const entry = quarantine.onDeath(source.name, mark)
    if (!entry) return
    for (const line of lines.values())
      if (line.source === source) line.reply({ type: 'quarantine', entries: [entry] })
    const { shard, cursor } = entry
    const what =
      entry.how === 'bury'
        ? 'it goes to the dead letters unread. To do: look at it (sls2splunk dead-letters show)'
        : `its ${mark.groups} log groups are read one at a time from now on`
    log.error(`a page of shard ${shard} has ended its worker three times in a row: ${what}`, {
      source: source.name,
      shard,
      cursor,
    })
  }

  function runMarked(child: Child, { soft, hard }: Signals, marker: SharedArrayBuffer): Promise<ChildExit> {
    const killer = new AbortController()
    killers.set(child.consumer, killer)
    const { source, consumer } = child
    const { sls, splunk, worker, deadLetters } = config
    const quarantined = quarantine.of(source.name)
    return runChild({
      workerFile: parts.workerFile,
      input: { consumer, source, sls, splunk, worker, deadLetters, marker, quarantine: quarantined },
      heapLimitBytes: worker.memoryLimitBytes,
      readyWithinMs: READY_WITHIN_MS,
      silentAtMostMs: worker.stalledAfterMs,
      drainWithinMs: worker.drainTimeoutMs + DRAIN_GRACE_MS,
      drain: soft,
      kill: AbortSignal.any([hard, killer.signal]),
      onMessage: (message, reply) => onMessage(child, message, { reply, killer, soft }),
    })
  }

  function onMessage(child: Child, message: FromWorker, { reply, killer, soft }: Handling): void {
    const { source, consumer, keeper } = child
    if (message.type === 'ready') {
      lines.set(consumer, { source, reply })
      tellPositions(source)
      // Also what was added since the thread began: until now it could not be told.
      reply({ type: 'quarantine', entries: quarantine.of(source.name) })
    }
    if (message.type === 'status') onStatus(child, message.status, killer)
    if (message.type === 'log') {
      const { level, message: text, fields } = message.line
      log.write(level, text, { source: source.name, consumer, ...fields })
    }
    if (message.type === 'group-gone') {
      // Before the group is there again: whoever gets a shard of it must not begin at its beginning.
      tellPositions(source)
      const restored = keeper.restore(() => board.positions(source.name), soft)
      void restored.then(() => reply({ type: 'group-restored' }))
    }
  }

  function tellPositions(source: SourceConfig): void {
    const positions = board.positions(source.name)
    for (const line of lines.values())
      if (line.source === source) line.reply({ type: 'positions', positions })
  }

  function onStatus({ source, consumer }: Child, status: WorkerStatus, killer: AbortController): void {
    metrics.onStatus(source.name, consumer, board.onStatus(consumer, status))
    deadLettered += deadLettersIn(status)
    updateConditions()
    if (status.memoryBytes > config.worker.memoryLimitBytes) killer.abort(MEMORY_LIMIT)
  }

  function sayRestart({ source, consumer }: Child, exit: ChildExit, afterMs: number): void {
    const reason = reasonOf(exit)
    board.onRestart(consumer)
    metrics.onRestart(source.name, consumer, reason)
    const text = `worker ended (${describeExit(exit)}), starts again in ${formatDuration(afterMs)}${reason === MEMORY_LIMIT ? RAISE_LIMIT : ''}`
    log.error(text, { source: source.name, consumer, reason })
  }

  /** Whenever something is told, so that nothing is passed over; and now and then, to remind of what lasts. */
  function updateConditions(): void {
    // A worker that ends takes its troubles along; that does not make them over.
    if (isStopping) return
    const ofWorkers = board
      .consumers()
      .flatMap(({ source, reasons }) => reasons.map(each => ({ ...each, source })))
    const ofGroups = [...keepers.values()].flatMap(keeper => keeper.condition() ?? [])
    conditions.update([...ofGroups, ...ofWorkers])
  }

  async function watchConditions(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      updateConditions()
      await sleep(1_000, signal)
    }
  }

  return {
    async run(soft, hard) {
      const over = new AbortController()
      soft.addEventListener('abort', () => {
        isStopping = true
      })
      const watching = watchConditions(over.signal)
      const sources = config.sources.flatMap(source => {
        const keeper = keepers.get(source.name)
        return keeper ? [superviseSource(source, keeper, { soft, hard })] : []
      })
      const ended = (await Promise.all(sources)).flat()
      over.abort()
      await watching
      return { ...reportOf(ended), deadLettered }
    },
    killWorker: consumer => killers.get(consumer)?.abort('asked for'),
  }
}

/** Not for the stop's or somebody's sake, nor for passing the memory limit, which all shards do together. */
function isDeath({ kind }: ChildExit): boolean {
  return kind === 'died' || kind === 'failed' || kind === 'stalled'
}

const MEMORY_LIMIT = 'memory-limit'
const RAISE_LIMIT = '. To do, if it happens again: raise worker.memory_limit'

interface Signals {
  readonly soft: AbortSignal
  readonly hard: AbortSignal
}

/** How to reach a worker that runs. */
interface Line {
  readonly source: SourceConfig
  readonly reply: (answer: ToWorker) => void
}

interface Handling {
  readonly reply: (answer: ToWorker) => void
  readonly killer: AbortController
  readonly soft: AbortSignal
}

interface Ended {
  readonly child: Child
  /** Of the last run, which may have ended before the stop; undefined when there was none. */
  readonly exit: ChildExit | undefined
}

function deadLettersIn({ since }: WorkerStatus): number {
  const counts = since.shards.flatMap(({ deadLetters = {} }) => Object.values(deadLetters))
  return counts.reduce((sum, count) => sum + count, 0)
}

function reportOf(ended: readonly Ended[]): Omit<StopReport, 'deadLettered'> {
  const unconfirmed = ended.flatMap(({ child, exit }) =>
    exit?.kind === 'drained' ? exit.unconfirmed.map(each => ({ ...each, source: child.source.name })) : [],
  )
  const unsaved = ended.flatMap(({ child, exit }) =>
    exit?.kind === 'drained' ? exit.unsaved.map(each => ({ ...each, source: child.source.name })) : [],
  )
  const killed = ended.filter(({ exit }) => exit !== undefined && exit.kind !== 'drained')
  return { unconfirmed, unsaved, killed: killed.map(({ child }) => child.consumer) }
}

function reasonOf(exit: ChildExit): string {
  if (exit.kind === 'killed') return exit.why
  return exit.kind === 'failed' ? exit.failure.code : exit.kind
}

function describeExit(exit: ChildExit): string {
  switch (exit.kind) {
    case 'failed':
      return exit.failure.stack ?? exit.failure.message
    case 'died':
      return exit.message
    case 'stalled':
      return 'no sign of life; killed'
    case 'never-ready':
      return 'never became ready; killed'
    case 'undrained':
      return 'not drained in time; killed'
    case 'killed':
      return `killed: ${exit.why}`
    case 'drained':
      return 'it drained without being asked to'
  }
}
