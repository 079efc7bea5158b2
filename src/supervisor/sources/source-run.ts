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
import type { ConsumerLoopOptions } from './consumer-loop.ts'
import { type ConsumerSetParts, createConsumerSet, type StoppedConsumer } from './consumer-set.ts'
import type { GroupKeeper } from './group.ts'
import type { Settings } from './settings.ts'

export interface SourceRun {
  /** Resolves when all that the change touches has been drained and runs again. */
  apply(settings: Settings, change: SourceChange): Promise<void>
  /** Makes the consumer group that was gone again, with the positions that are known. */
  restoreGroup(positions: () => ReadonlyMap<number, string>): Promise<void>
  /** What keeps its consumer group from working now. */
  condition(): Condition | undefined
  facts(): SourceFacts
  /** Drains everything, for good; resolves when no thread runs any more. */
  stop(): Promise<readonly StoppedConsumer[]>
}

export interface SourceRunParts extends Omit<ConsumerSetParts, 'loopOf'> {
  readonly settings: Settings
  readonly keeperOf: (settings: () => Settings) => GroupKeeper
  readonly factsOf: (settings: Settings, signal: AbortSignal) => Promise<SourceFacts>
  /** The name in the group of consumer number `n`, from 1. */
  readonly nameOf: (source: SourceConfig, n: number) => string
  readonly loopOf: (consumer: string, settings: () => Settings) => ConsumerLoopOptions
  /** Its consumers have contact with Splunk. */
  readonly isFlowing: () => boolean
  readonly log: Log
}

const FACTS_INTERVAL_MS = 600_000

export function startSource(parts: SourceRunParts): SourceRun {
  let { settings } = parts
  const stopping = new AbortController()
  const keeper = parts.keeperOf(() => settings)
  const consumers = createConsumerSet({ ...parts, loopOf: name => parts.loopOf(name, () => settings) })
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

  /** Makes the group ready, for as long as that takes while a far end is down; then the consumers begin. */
  async function prepare(): Promise<void> {
    preparation.abort()
    preparation = new AbortController()
    isPrepared = false
    consumers.expect(wanted())
    // A paused source needs no group.
    if (wanted().length === 0) return
    const over = AbortSignal.any([preparation.signal, stopping.signal])
    await keeper.ensure(over)
    if (over.aborted) return
    isPrepared = true
    startMissing()
    await keepFacts(over)
  }

  function startMissing(): void {
    consumers.expect(wanted())
    consumers.startMissing()
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

  void own(prepare(), 'preparing it')
  return {
    async apply(next, { group, workers }) {
      settings = next
      const begunBefore = consumers.running()
      const surplus = consumers.retain(wanted())
      if (group || !isPrepared) void own(prepare(), 'preparing it')
      else startMissing()
      await surplus
      if (workers) await consumers.renew(begunBefore, parts.isFlowing())
    },
    restoreGroup: positions => keeper.restore(positions, stopping.signal),
    condition: keeper.condition,
    facts: () => facts,
    stop() {
      stopping.abort()
      return consumers.stop()
    },
  }
}
