/**
 * Keeps the configured sources running, and puts new configurations into effect. A far end that is down never restarts a
 * thread; it shows as a condition, and in the metrics.
 */

import { aborted, sleep } from '../base/wait.ts'
import { differenceOf, type SourceChange } from '../config/difference.ts'
import type { Config, SourceConfig } from '../config/types.ts'
import type { Log } from '../log/log.ts'
import { owned } from '../log/owned.ts'
import { createGroupKeeper, type GroupAdmin } from './sources/group.ts'
import type { Observer } from './sources/observer.ts'
import type { Settings } from './sources/settings.ts'
import { type SourceRun, startSource } from './sources/source-run.ts'
import { reportOf, type StopReport } from './sources/stop-report.ts'
import { createWorkers } from './sources/workers.ts'
import type { Board } from './state/board.ts'
import type { Conditions } from './state/conditions.ts'
import type { KnownSource } from './state/facts.ts'

export interface SupervisorParts {
  readonly config: Config
  readonly workerFile: string
  /** The name in the group of a source's consumer number `n`, from 1. */
  readonly nameOf: (source: SourceConfig, n: number) => string
  readonly admin: GroupAdmin
  readonly board: Board
  readonly observer: Observer
  readonly conditions: Conditions
  readonly log: Log
}

export interface Supervisor {
  /** Resolves when `soft` is aborted and every worker has ended; `hard` ends them at once. */
  run(soft: AbortSignal, hard: AbortSignal): Promise<StopReport>
  /**
   * Puts a configuration into effect by what it changes, one after the other when called again; resolves with what was
   * done, a few words each, when it is done.
   */
  reload(config: Config): Promise<readonly string[]>
  /** As they are configured now, with what Log Service has said of them. */
  sources(): readonly KnownSource[]
  isStopping(): boolean
  /** Kills a worker's thread, as a test or a demonstration of the restart. */
  killWorker(consumer: string): void
}

export function createSupervisor(parts: SupervisorParts): Supervisor {
  const { board, observer, conditions, log } = parts
  let { config } = parts
  const sources = new Map<string, SourceRun>()
  const stopping = new AbortController()
  const hard = new AbortController()
  const workers = createWorkers({
    ...parts,
    positions: board.positions,
    kill: hard.signal,
    isStopping: () => stopping.signal.aborted,
    onStatus: updateConditions,
    restoreGroup: async source => sources.get(source)?.restoreGroup(() => board.positions(source)),
  })
  let lastReload: Promise<unknown> = Promise.resolve()

  const settingsOf = (source: SourceConfig): Settings => {
    const { sls, splunk, worker, deadLetters } = config
    return { source, sls, splunk, worker, deadLetters }
  }

  function start(source: SourceConfig): void {
    if (source.consumers === 0) log.info('paused: consumers is 0', { source: source.name })
    const run = startSource({
      settings: settingsOf(source),
      keeperOf: settings =>
        createGroupKeeper({ settings, admin: parts.admin, log, onCondition: updateConditions }),
      factsOf: parts.admin.facts,
      nameOf: parts.nameOf,
      loopOf: workers.loopOf,
      isFlowing: () => consumersOf(source).every(({ splunkUp }) => splunkUp === true),
      onExpected: consumer => observer.consumerExpected(source.name, consumer),
      onGone: consumer => observer.consumerGone(source.name, consumer),
      log,
    })
    sources.set(source.name, run)
  }

  async function end(source: SourceConfig): Promise<void> {
    await sources.get(source.name)?.stop()
    sources.delete(source.name)
    observer.sourceGone(source.name)
    workers.forgetSource(source.name)
  }

  const consumersOf = ({ name }: SourceConfig) => board.consumers().filter(({ source }) => source === name)

  /** Whenever something is told, so that nothing is passed over; and now and then, to remind of what lasts. */
  function updateConditions(): void {
    // A worker that ends takes its troubles along; that does not make them over.
    if (stopping.signal.aborted) return
    const ofWorkers = board
      .consumers()
      .flatMap(({ source, reasons }) => reasons.map(each => ({ ...each, source })))
    const ofGroups = [...sources.values()].flatMap(source => source.condition() ?? [])
    conditions.update([...ofGroups, ...ofWorkers])
  }

  async function watchConditions(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      updateConditions()
      observer.forgetGoneShards()
      await sleep(1_000, signal)
    }
  }

  async function apply(next: Config): Promise<readonly string[]> {
    const { added, removed, changed, atNextStart } = differenceOf(config, next)
    config = next
    if (stopping.signal.aborted) return []
    const replacing = Promise.all(removed.map(end)).then(() => {
      if (!stopping.signal.aborted) added.forEach(start)
    })
    const changing = changed.map(change =>
      sources.get(change.source.name)?.apply(settingsOf(change.source), change),
    )
    await Promise.all([replacing, ...changing])
    return [
      ...removed.map(({ name }) => `${name} ended`),
      ...added.map(({ name }) => `${name} added`),
      ...changed.map(describeChange),
      ...atNextStart.map(key => `${key} takes effect at the next start`),
    ]
  }

  return {
    async run(soft, hardStop) {
      const over = new AbortController()
      soft.addEventListener('abort', () => stopping.abort())
      hardStop.addEventListener('abort', () => hard.abort(hardStop.reason))
      const watching = owned(watchConditions(over.signal), 'watching what is wrong', log)
      config.sources.forEach(start)
      await aborted(soft)
      stopping.abort()
      const ended = await Promise.all([...sources.values()].map(source => source.stop()))
      await lastReload
      over.abort()
      await watching
      return { ...reportOf(ended.flat()), deadLettered: workers.deadLettered() }
    },
    reload(next) {
      const reloaded = lastReload.then(() => apply(next))
      // One that fails is told of once, and keeps nobody from the next.
      lastReload = reloaded.catch(() => {})
      return reloaded
    },
    sources: () =>
      config.sources.map(source => ({ ...source, facts: sources.get(source.name)?.facts() ?? {} })),
    isStopping: () => stopping.signal.aborted,
    killWorker: workers.kill,
  }
}

function describeChange({ source, consumersBefore, group, workers }: SourceChange): string {
  const scaled =
    source.consumers === consumersBefore ? [] : [`${consumersBefore} to ${source.consumers} consumers`]
  const renewed = workers ? ['workers begun anew'] : []
  const adjusted = group ? ['consumer group looked at again'] : []
  return `${source.name}: ${[...scaled, ...renewed, ...adjusted].join(', ')}`
}
