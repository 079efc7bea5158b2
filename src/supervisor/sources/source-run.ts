/**
 * One source while the service runs: its consumer group is made ready, then as many consumers run as are configured.
 * New settings are applied by difference: what did not change goes on as it was.
 */

import { unlessAborted } from '../../base/failure.ts'
import { sleep } from '../../base/wait.ts'
import type { SourceChange } from '../../config/difference.ts'
import type { SourceConfig } from '../../config/types.ts'
import type { Log } from '../../log/log.ts'
import { owned } from '../../log/owned.ts'
import type { Condition } from '../state/conditions.ts'
import type { SourceFacts } from '../state/facts.ts'
import type { ChildExit } from './child.ts'
import { type ConsumerLoop, type ConsumerLoopOptions, startConsumerLoop } from './consumer-loop.ts'
import type { GroupKeeper } from './group.ts'
import type { Settings } from './settings.ts'

export interface Ended {
  readonly source: string
  readonly consumer: string
  /** Of the last run, which may have ended before the stop; undefined when there was none. */
  readonly exit: ChildExit | undefined
}

export interface SourceRun {
  settings(): Settings
  /** Resolves when all that the change touches has been drained and begun anew. */
  apply(settings: Settings, change: SourceChange): Promise<void>
  /** The consumer group that was gone, with the positions that are known. */
  restoreGroup(positions: () => ReadonlyMap<number, string>): Promise<void>
  condition(): Condition | undefined
  facts(): SourceFacts
  /** Drains everything, for good; resolves when no thread runs any more. */
  stop(): Promise<readonly Ended[]>
}

export interface SourceRunParts {
  readonly settings: Settings
  readonly keeperOf: (settings: () => Settings) => GroupKeeper
  readonly factsOf: (settings: Settings, signal: AbortSignal) => Promise<SourceFacts>
  /** The name in the group of consumer number `n`, from 1. */
  readonly nameOf: (source: SourceConfig, n: number) => string
  readonly loopOf: (consumer: string, settings: () => Settings) => ConsumerLoopOptions
  /** Its consumers have contact with Splunk. */
  readonly isFlowing: () => boolean
  /** A consumer that should be there, before it is; and one that is no longer wanted, after it has ended. */
  readonly onExpected: (consumer: string) => void
  readonly onGone: (consumer: string) => void
  readonly log: Log
}

const FACTS_INTERVAL_MS = 600_000

export function startSource(parts: SourceRunParts): SourceRun {
  let { settings } = parts
  const stopping = new AbortController()
  const keeper = parts.keeperOf(() => settings)
  const expected = new Set<string>()
  const loops = new Map<string, ConsumerLoop>()
  /** Ends the preparation that is under way: the next one has other settings. */
  let preparation = new AbortController()
  let isPrepared = false
  let facts: SourceFacts = {}

  const own = (work: Promise<unknown>, what: string) =>
    owned(work, `source ${settings.source.name}: ${what}`, parts.log)

  function wanted(): readonly string[] {
    const { source } = settings
    return Array.from({ length: source.consumers }, (_, i) => parts.nameOf(source, i + 1))
  }

  /** A far end that is down keeps it busy for as long as that lasts; then the consumers begin. */
  async function prepare(): Promise<void> {
    preparation.abort()
    preparation = new AbortController()
    isPrepared = false
    expectWanted()
    // Paused: nobody needs the group.
    if (expected.size === 0) return
    const over = AbortSignal.any([preparation.signal, stopping.signal])
    await keeper.ensure(over)
    if (over.aborted) return
    isPrepared = true
    startMissing()
    await keepFacts(over)
  }

  /** Shards are split and merged while the service runs. What is known of them decorates: it ends nothing. */
  async function keepFacts(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await own(lookAtFacts(signal), 'looking at its logstore')
      await sleep(FACTS_INTERVAL_MS, signal)
    }
  }

  async function lookAtFacts(signal: AbortSignal): Promise<void> {
    facts = (await parts.factsOf(settings, signal).catch(unlessAborted(signal))) ?? facts
  }

  function expectWanted(): void {
    for (const consumer of wanted()) {
      expected.add(consumer)
      parts.onExpected(consumer)
    }
  }

  function startMissing(): void {
    expectWanted()
    for (const consumer of expected)
      if (!loops.has(consumer)) loops.set(consumer, startConsumerLoop(parts.loopOf(consumer, () => settings)))
  }

  async function stopSurplus(): Promise<void> {
    const names = new Set(wanted())
    const surplus = [...expected].filter(consumer => !names.has(consumer))
    for (const consumer of surplus) expected.delete(consumer)
    await Promise.all(surplus.map(stopConsumer))
  }

  async function stopConsumer(consumer: string): Promise<void> {
    const loop = loops.get(consumer)
    loop?.stop()
    await loop?.ended
    loops.delete(consumer)
    parts.onGone(consumer)
  }

  /** One after the other, so that the others of the source work on meanwhile; at once where none of them can. */
  async function renew(begunBefore: readonly ConsumerLoop[]): Promise<void> {
    const staying = begunBefore.filter(({ consumer }) => loops.has(consumer))
    if (!parts.isFlowing()) {
      await Promise.all(staying.map(loop => loop.renew()))
      return
    }
    for (const loop of staying) if (!stopping.signal.aborted) await loop.renew()
  }

  void own(prepare(), 'preparing it')
  return {
    settings: () => settings,
    async apply(next, { group, workers }) {
      settings = next
      const begunBefore = [...loops.values()]
      const surplus = stopSurplus()
      if (group || !isPrepared) void own(prepare(), 'preparing it')
      else startMissing()
      await surplus
      if (workers) await renew(begunBefore)
    },
    restoreGroup: positions => keeper.restore(positions, stopping.signal),
    condition: keeper.condition,
    facts: () => facts,
    async stop() {
      stopping.abort()
      for (const loop of loops.values()) loop.stop()
      return Promise.all([...loops.values()].map(endedOf))
    },
  }

  async function endedOf({ consumer, ended }: ConsumerLoop): Promise<Ended> {
    return { source: settings.source.name, consumer, exit: await ended }
  }
}
