/** The consumer group of a source: made before the first consumer joins, and again when somebody deletes it. */

import { backoffMs } from '../../base/backoff.ts'
import { messageOf, unlessAborted } from '../../base/failure.ts'
import { sleep } from '../../base/wait.ts'
import type { Log } from '../../log/log.ts'
import { sayBug } from '../../log/owned.ts'
import type { Condition } from '../state/conditions.ts'
import type { SourceFacts } from '../state/facts.ts'
import type { Settings } from './settings.ts'

/** What the supervisor needs of Log Service; the wiring brings it along. */
export interface GroupAdmin {
  /** Makes or adjusts the group; answers what was changed and what is worth knowing, a sentence each. */
  ensure(settings: Settings, signal: AbortSignal): Promise<Ensured>
  /** Makes the group again with the positions that were known. */
  restore(settings: Settings, positions: ReadonlyMap<number, string>, signal: AbortSignal): Promise<Ensured>
  /** What Log Service says of the logstore, as far as it says anything. */
  facts(settings: Settings, signal: AbortSignal): Promise<SourceFacts>
}

export type Ensured =
  | { readonly kind: 'ok'; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string; readonly remedy: string }

export interface GroupKeeper {
  /** Tries until the group is there or the signal is aborted. */
  ensure(signal: AbortSignal): Promise<void>
  /** The same for a group that is gone; callers at the same time share one attempt. */
  restore(positions: () => ReadonlyMap<number, string>, signal: AbortSignal): Promise<void>
  /** What keeps it from working now. */
  condition(): Condition | undefined
}

const PACE = { minMs: 1_000, maxMs: 60_000 }

export interface GroupKeeperParts {
  /** Of now. */
  readonly settings: () => Settings
  readonly admin: GroupAdmin
  readonly log: Log
  /** Called when the condition is another one, or over. */
  readonly onCondition: () => void
}

export function createGroupKeeper({ settings, admin, log, onCondition }: GroupKeeperParts): GroupKeeper {
  let condition: Condition | undefined
  let restoring: Promise<void> | undefined

  async function persist(attempt: () => Promise<Ensured>, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      const result = await attempt().catch(unlessAborted(signal)).catch(unexpected)
      if (!result) break
      if (result.kind === 'ok') {
        for (const note of result.notes) log.info(note, { source: settings().source.name })
        break
      }
      const { code, text, remedy } = result
      condition = { source: settings().source.name, code, text, remedy, count: failures + 1, shards: [] }
      onCondition()
      await sleep(backoffMs(failures, PACE), signal)
    }
    condition = undefined
    onCondition()
  }

  /** An exception here is a bug; it is logged, and the group is tried again as after any other failure. */
  function unexpected(error: unknown): Ensured {
    sayBug(error, 'preparing the consumer group', log)
    const text = `preparing the consumer group failed unexpectedly: ${messageOf(error)}`
    return { kind: 'failed', code: 'internal-error', text, remedy: 'report it with the lines of the log' }
  }

  return {
    ensure: signal => persist(() => admin.ensure(settings(), signal), signal),
    restore(positions, signal) {
      restoring ??= persist(() => admin.restore(settings(), positions(), signal), signal).finally(() => {
        restoring = undefined
      })
      return restoring
    },
    condition: () => condition,
  }
}
