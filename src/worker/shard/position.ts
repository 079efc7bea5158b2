/**
 * The position of a shard: found at the start, moved as pages are delivered, saved in Log Service. Of a shard whose
 * ownership is disputed nothing is sent before Log Service has accepted a checkpoint.
 */

import type { Cursor } from '../../sls/cursor.ts'
import { describeFailure, type SlsFailure } from '../../sls/errors.ts'
import type { Unsaved } from '../../thread/protocol.ts'
import type { WorkerLog } from '../report/log.ts'
import type { ShardCalls } from './calls.ts'
import { type Checkpoint, createCheckpoint } from './checkpoint.ts'
import type { Claim } from './lease.ts'
import type { ShardEnd } from './runner.ts'
import { saveDuring } from './saving.ts'
import { findStart, type Start } from './start.ts'
import type { Tenure } from './tenure.ts'

/** Knowledge that the consumer has of a shard when it starts it. */
export interface ShardOwnership extends Claim {
  /** Returns a position that was reached before, for a group that has lost its own. */
  readonly known: () => Cursor | undefined
  /** True when a checkpoint of the shard was refused before: none of its logs is sent until one is accepted. */
  readonly isDisputed: boolean
}

export interface ShardPosition {
  /**
   * Finds the start and runs `work`, which moves the checkpoint; saves meanwhile and at the end. Ends without `work` when
   * the shard is gone or is released before.
   */
  hold(work: (checkpoint: Checkpoint, start: Start) => Promise<void>): Promise<void>
  /** Returns the position before which everything is delivered; undefined before a start was found. */
  current(): Cursor | undefined
  /** Returns undefined when the server has the last position, or there never was one. */
  unsaved(): Unsaved | undefined
  /** Returns what the next run of the shard has to know of this one. */
  history(): Pick<ShardEnd, 'gotFurther' | 'refusal'>
}

export interface ShardPositionParts {
  readonly calls: ShardCalls
  readonly ownership: ShardOwnership
  readonly tenure: Tenure
  readonly intervalMs: number
  readonly log: WorkerLog
}

export function createShardPosition(parts: ShardPositionParts): ShardPosition {
  const { calls, ownership, tenure, log } = parts
  const { shard } = calls
  let checkpoint: Checkpoint | undefined
  let refusal: SlsFailure | undefined

  function onLost(failure: SlsFailure): void {
    refusal = failure
    log.warn(`shard ${shard} is not ours any more: ${describeFailure(failure)}`, { shard })
    tenure.release('lost')
  }

  function begin(start: Cursor, stored: Cursor | undefined): Checkpoint {
    const { client, troubles } = calls
    const { intervalMs } = parts
    const { isOurs, onLapsed } = ownership
    const options = { client, shard, troubles, start, stored, intervalMs, cut: tenure.cut }
    return createCheckpoint({ ...options, onLost, isOurs, onLapsed })
  }

  return {
    async hold(work) {
      const start = await findStart(calls)
      if (!start) return
      const from = start.stored ?? ownership.known() ?? start.cursor
      const current = begin(from, start.stored)
      checkpoint = current
      if (ownership.isDisputed) await current.prove(tenure.ending)
      if (!tenure.ending.aborted) log.info(`shard ${shard} taken`, { shard, from })
      await saveDuring(() => work(current, start), current, { shard, tenure, log })
      log.info(`shard ${shard} released (${tenure.reason() ?? 'ended'})`, {
        shard,
        position: current.position(),
      })
    },
    current: () => checkpoint?.position(),
    unsaved() {
      const [from, to] = [checkpoint?.saved() ?? '', checkpoint?.position() ?? '']
      return from === to ? undefined : { shard, from, to }
    },
    history: () => ({ gotFurther: checkpoint?.gotFurther() ?? false, refusal }),
  }
}
