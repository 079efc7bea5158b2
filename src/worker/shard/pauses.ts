/**
 * Shards that were lost or ended by themselves: each waits longer before it begins again, until a run of it gets further.
 * Heartbeats alone do not make a shard ours: they may go on granting one whose checkpoints are refused.
 */

import { type BackoffRange, backoffMs } from '../../base/backoff.ts'
import { describeFailure, type SlsFailure } from '../../sls/errors.ts'
import { slsTrouble } from '../read/sls-calls.ts'
import type { Trouble } from '../report/troubles.ts'
import type { ShardEnd } from './runner.ts'

export interface ShardPauses {
  /** Notes that a run of the shard has ended. */
  ended(shard: number, end: ShardEnd): void
  /** Returns the milliseconds until the shard may begin again; 0: now. */
  remainingMs(shard: number): number
  /** Returns the last refusal of a checkpoint since the shard got further; `at` is of `performance.now()`. */
  refusal(shard: number): Refusal | undefined
}

export interface Refusal {
  readonly failure: SlsFailure
  readonly at: number
}

interface Pause {
  readonly failures: number
  readonly until: number
  readonly refusal: Refusal | undefined
}

const NONE: Pause = { failures: 0, until: 0, refusal: undefined }

const RANGE: BackoffRange = { minMs: 1_000, maxMs: 60_000 }

export function createShardPauses(
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
): ShardPauses {
  const pauses = new Map<number, Pause>()
  return {
    ended(shard, { released, gotFurther, refusal: failure }) {
      if (gotFurther) pauses.delete(shard)
      if (released === 'taken' || released === 'stop') return
      const { failures, refusal: before } = pauses.get(shard) ?? NONE
      const refusal = failure ? { failure, at: now() } : before
      const until = now() + backoffMs(failures, RANGE, random)
      pauses.set(shard, { failures: failures + 1, until, refusal })
    },
    remainingMs: shard => Math.max(0, (pauses.get(shard)?.until ?? 0) - now()),
    refusal: shard => pauses.get(shard)?.refusal,
  }
}

/**
 * Describes heartbeats that grant shards to `consumer` whose checkpoints are refused. A refusal that is not about who
 * owns the shard keeps its own code.
 */
export function disputed(consumer: string, failure: SlsFailure): Trouble {
  if (failure.action !== 'not-owner' && failure.action !== 'unregistered')
    return slsTrouble({ operation: 'saving a checkpoint', failure })
  const refused = describeFailure({ ...failure, requestId: '' })
  return {
    code: 'shard-disputed',
    text: `Log Service contradicts itself: heartbeats grant ${consumer} shards whose checkpoints it refuses (${refused}); nothing of them is sent`,
    remedy: `give each service its own instance: another program may use the name ${consumer}. If none does, report it to Alibaba Cloud; it is tried again by itself`,
  }
}
