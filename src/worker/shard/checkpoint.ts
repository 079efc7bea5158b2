/**
 * The checkpoint of one shard: moves forward as pages are delivered, is saved every few seconds, and is never claimed
 * to be saved when the server did not say so. One save at a time, so what is saved never goes back.
 */

import { backoffMs } from '../../base/backoff.ts'
import { unlessAborted } from '../../base/failure.ts'
import { sleep } from '../../base/wait.ts'
import type { SlsClient } from '../../sls/client.ts'
import type { Cursor } from '../../sls/cursor.ts'
import type { SlsFailure } from '../../sls/errors.ts'
import { isPassing, slsTrouble } from '../read/sls-calls.ts'
import type { Troubles } from '../report/troubles.ts'
import type { Claim } from './lease.ts'

export interface Checkpoint {
  /** Notes that everything before `cursor` is delivered. */
  advance(cursor: Cursor): void
  position(): Cursor
  /** Returns what the server has; undefined when it has none. */
  saved(): Cursor | undefined
  /** True when the server has another one than it had at the start. */
  gotFurther(): boolean
  /** Saves the position as it stands until the server accepts it, or refuses it, or the signal is aborted. */
  prove(signal: AbortSignal): Promise<void>
  /** Saves every interval until the signal is aborted. */
  keepSaving(signal: AbortSignal): Promise<void>
  /** Saves what is not saved yet; gives up when the signal is aborted. */
  flush(signal: AbortSignal): Promise<void>
}

export interface CheckpointOptions extends Claim {
  readonly client: SlsClient
  readonly shard: number
  readonly start: Cursor
  /** The checkpoint that the server has; undefined when it has none: then even the unmoved start is saved. */
  readonly stored: Cursor | undefined
  readonly intervalMs: number
  readonly troubles: Troubles
  /** Aborted when even a save under way has to end; the server may still act on it, which does no harm. */
  readonly cut: AbortSignal
  /** Called when the server says that the shard is not ours: nothing may be saved or sent any more. */
  readonly onLost: (failure: SlsFailure) => void
}

/**
 * The server finds a read-only shard finished only while it stores a checkpoint that equals its end. A shard that was
 * split after its last checkpoint would never be finished, so a resting checkpoint is stored again now and then.
 */
const RESAVE_AFTER_INTERVALS = 6

export function createCheckpoint(options: CheckpointOptions): Checkpoint {
  const { client, shard, troubles } = options
  const who = { work: 'checkpoint', shard } as const
  let position = options.start
  let saved = options.stored
  let restingIntervals = 0
  let lost = false

  /** Saves the position; false when the server has not accepted it. */
  async function save(signal: AbortSignal): Promise<boolean> {
    if (!options.isOurs()) {
      options.onLapsed()
      lost = true
      return false
    }
    const saving = position
    const result = await client.saveCheckpoint(shard, saving, signal)
    if (result.kind === 'ok') {
      saved = saving
      troubles.clear(who)
      troubles.clear({ work: 'ownership', shard })
      return true
    }
    if (isPassing(result.failure.action)) {
      troubles.raise(who, slsTrouble({ operation: 'saving a checkpoint', failure: result.failure }))
      return false
    }
    lost = true
    troubles.clear(who)
    options.onLost(result.failure)
    return false
  }

  function isDue(): boolean {
    restingIntervals = position === saved ? restingIntervals + 1 : 0
    return position !== saved || restingIntervals % RESAVE_AFTER_INTERVALS === 0
  }

  return {
    advance(cursor) {
      position = cursor
    },
    position: () => position,
    saved: () => saved,
    gotFurther: () => saved !== options.stored,
    async prove(signal) {
      for (let failures = 0; !lost && !signal.aborted; failures++) {
        if (await save(options.cut).catch(unlessAborted(options.cut))) return
        if (!lost) await sleep(backoffMs(failures, PROVE_AGAIN), signal)
      }
    },
    async keepSaving(signal) {
      while (!signal.aborted && !lost) {
        await sleep(options.intervalMs, signal)
        // A save that has begun goes on beyond the signal: the final one waits for it, so that none goes back.
        if (!signal.aborted && !lost && isDue()) await save(options.cut).catch(unlessAborted(options.cut))
      }
    },
    async flush(signal) {
      while (position !== saved && !lost && !signal.aborted) {
        await save(signal).catch(unlessAborted(signal))
        if (position !== saved && !lost) await sleep(FLUSH_RETRY_MS, signal)
      }
      troubles.clear(who)
    },
  }
}

const FLUSH_RETRY_MS = 500
const PROVE_AGAIN = { minMs: 500, maxMs: 8_000 }
