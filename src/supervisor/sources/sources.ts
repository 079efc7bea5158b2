/** The sources that run: each is started, changed and ended by itself. */

import type { SourceChange } from '../../config/difference.ts'
import type { SourceConfig } from '../../config/types.ts'
import type { Log } from '../../log/log.ts'
import type { Board } from '../state/board.ts'
import type { Condition } from '../state/conditions.ts'
import type { SourceFacts } from '../state/facts.ts'
import { createGroupKeeper, type GroupAdmin } from './group.ts'
import type { Observer } from './observer.ts'
import type { Settings } from './settings.ts'
import { type SourceRun, startSource } from './source-run.ts'
import type { Ended } from './stop-report.ts'
import { createWorkers, type Workers } from './workers.ts'

export interface Sources {
  start(settings: Settings): void
  /** Resolves when all that the change touches has been drained and runs again. */
  apply(settings: Settings, change: SourceChange): Promise<void>
  /** Resolves when its threads have ended and nothing of it is remembered. */
  end(name: string): Promise<void>
  /** Drains all of them, for good; resolves when no thread runs any more. */
  stop(): Promise<readonly Ended[]>
  /** Returns what keeps consumer groups from working now. */
  conditions(): Condition[]
  facts(name: string): SourceFacts
  /** Kills the thread of a consumer, of each source that has one of this name. */
  kill(consumer: string): void
}

export interface SourcesParts {
  readonly workerFile: string
  /** The name in the group of a source's consumer number `n`, from 1. */
  readonly nameOf: (source: SourceConfig, n: number) => string
  readonly admin: GroupAdmin
  readonly board: Board
  readonly observer: Observer
  readonly log: Log
  /** Ends every thread at once. */
  readonly killAll: AbortSignal
  readonly isStopping: () => boolean
  /** Called when a report has come, or a group works or does not work any more. */
  readonly onNews: () => void
}

interface Running {
  readonly run: SourceRun
  readonly workers: Workers
}

export function createSources(parts: SourcesParts): Sources {
  const { board, observer, log } = parts
  const sources = new Map<string, Running>()

  function start(settings: Settings): void {
    const { name, consumers } = settings.source
    if (consumers === 0) log.info('paused: consumers is 0', { source: name })
    const positions = () => board.positions(name)
    const workers = createWorkers({
      ...parts,
      source: name,
      positions,
      onReport: parts.onNews,
      restoreGroup: () => run.restoreGroup(positions),
    })
    const run = startSource({
      settings,
      keeperOf: now =>
        createGroupKeeper({ settings: now, admin: parts.admin, log, onCondition: parts.onNews }),
      factsOf: parts.admin.facts,
      nameOf: parts.nameOf,
      loopOf: workers.loopOf,
      isFlowing: () => consumersOf(name).every(({ splunkUp }) => splunkUp === true),
      onExpected: consumer => observer.consumerExpected(name, consumer),
      onGone: consumer => observer.consumerGone(name, consumer),
      log,
    })
    sources.set(name, { run, workers })
  }

  const consumersOf = (name: string) => board.consumers().filter(({ source }) => source === name)

  async function stop(name: string): Promise<readonly Ended[]> {
    const ended = (await sources.get(name)?.run.stop()) ?? []
    return ended.map(each => ({ ...each, source: name }))
  }

  return {
    start,
    apply: async (settings, change) => sources.get(settings.source.name)?.run.apply(settings, change),
    async end(name) {
      await stop(name)
      sources.delete(name)
      observer.sourceGone(name)
    },
    stop: async () => (await Promise.all([...sources.keys()].map(stop))).flat(),
    conditions: () => [...sources.values()].flatMap(({ run }) => run.condition() ?? []),
    facts: name => sources.get(name)?.run.facts() ?? {},
    kill(consumer) {
      for (const { workers } of sources.values()) workers.kill(consumer)
    },
  }
}
