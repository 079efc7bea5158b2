/**
 * Keeps the configured sources running, and puts new configurations into effect. A far end that is down never restarts a
 * thread; it shows as a condition, and in the metrics.
 */

import { aborted, sleep } from '../base/wait.ts'
import { type Difference, differenceOf, type SourceChange } from '../config/difference.ts'
import type { Config, SourceConfig } from '../config/types.ts'
import { owned } from '../log/owned.ts'
import type { Settings } from './sources/settings.ts'
import { createSources, type SourcesParts } from './sources/sources.ts'
import { reportOf, type StopReport } from './sources/stop-report.ts'
import type { Board } from './state/board.ts'
import type { Condition, Conditions } from './state/conditions.ts'
import type { KnownSource } from './state/facts.ts'

export interface SupervisorParts extends Omit<SourcesParts, 'killAll' | 'isStopping' | 'onNews'> {
  readonly config: Config
  readonly conditions: Conditions
  /** Events that went to the dead letters since the start. */
  readonly deadLettered: () => number
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
  const stopping = new AbortController()
  const hard = new AbortController()
  const isStopping = () => stopping.signal.aborted
  const sources = createSources({ ...parts, killAll: hard.signal, isStopping, onNews: updateConditions })
  let lastReload: Promise<unknown> = Promise.resolve()

  /** Called at each news, so that no condition is missed, and once a second, to remind of those that last. */
  function updateConditions(): void {
    // A worker that ends takes its problems along; that does not make them over.
    if (!isStopping()) conditions.update([...sources.conditions(), ...conditionsOf(board)])
  }

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      updateConditions()
      observer.forgetGoneShards()
      await sleep(1_000, signal)
    }
  }

  async function apply(next: Config): Promise<readonly string[]> {
    const difference = differenceOf(config, next)
    const { added, removed, changed } = difference
    config = next
    if (isStopping()) return []
    const replacing = Promise.all(removed.map(({ name }) => sources.end(name))).then(() => {
      if (!isStopping()) for (const source of added) sources.start(settingsOf(next, source))
    })
    const changing = changed.map(change => sources.apply(settingsOf(next, change.source), change))
    await Promise.all([replacing, ...changing])
    return describe(difference)
  }

  return {
    async run(soft, hardStop) {
      const over = new AbortController()
      soft.addEventListener('abort', () => stopping.abort())
      hardStop.addEventListener('abort', () => hard.abort(hardStop.reason))
      const watching = owned(watch(over.signal), 'watching what is wrong', log)
      for (const source of config.sources) sources.start(settingsOf(config, source))
      await aborted(soft)
      stopping.abort()
      const ended = await sources.stop()
      await lastReload
      over.abort()
      await watching
      return { ...reportOf(ended), deadLettered: parts.deadLettered() }
    },
    reload(next) {
      const reloaded = lastReload.then(() => apply(next))
      // One that fails is told to its caller, and does not keep the next from its turn.
      lastReload = reloaded.catch(() => {})
      return reloaded
    },
    sources: () => config.sources.map(source => ({ ...source, facts: sources.facts(source.name) })),
    isStopping,
    killWorker: sources.kill,
  }
}

function settingsOf({ sls, splunk, worker, deadLetters }: Config, source: SourceConfig): Settings {
  return { source, sls, splunk, worker, deadLetters }
}

/** Returns what workers report as wrong. */
function conditionsOf(board: Board): Condition[] {
  return board.consumers().flatMap(({ source, reasons }) => reasons.map(each => ({ ...each, source })))
}

function describe({ added, removed, changed, atNextStart }: Difference): readonly string[] {
  return [
    ...removed.map(({ name }) => `${name} ended`),
    ...added.map(({ name }) => `${name} added`),
    ...changed.map(describeChange),
    ...atNextStart.map(key => `${key} takes effect at the next start`),
  ]
}

function describeChange({ source, consumersBefore, group, workers }: SourceChange): string {
  const scaled =
    source.consumers === consumersBefore ? [] : [`${consumersBefore} to ${source.consumers} consumers`]
  const renewed = workers ? ['workers started again'] : []
  const adjusted = group ? ['consumer group looked at again'] : []
  return `${source.name}: ${[...scaled, ...renewed, ...adjusted].join(', ')}`
}
