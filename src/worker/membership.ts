/**
 * This consumer's membership in its group, as the answers to its heartbeats have it, and the lease on its shards that they
 * renew.
 */

import { backoffMs } from '../base/backoff.ts'
import { unlessAborted } from '../base/failure.ts'
import { groupTimeoutSeconds } from '../config/group-timeout.ts'
import type { SlsClient } from '../sls/client.ts'
import type { SlsFailure } from '../sls/errors.ts'
import { slsTrouble } from './read/sls-calls.ts'
import type { WorkerLog } from './report/log.ts'
import type { Troubles } from './report/troubles.ts'
import { createLease, type Lease } from './shard/lease.ts'

export type Beat =
  /** `sentAt`: of `performance.now()`. */
  | { readonly kind: 'granted'; readonly shards: ReadonlySet<number>; readonly sentAt: number }
  /** The group or this consumer's place in it is gone. `isFirst`: the heartbeat before it worked. */
  | { readonly kind: 'expelled'; readonly failure: SlsFailure; readonly isFirst: boolean }
  | { readonly kind: 'failed' }
  | { readonly kind: 'aborted' }

export interface Membership {
  /** Sends one heartbeat that reports these shards. */
  beat(shards: readonly number[], signal: AbortSignal): Promise<Beat>
  /** True when the last heartbeat worked and the lease has not run out since. */
  joined(): boolean
  /** Milliseconds to the next try after a heartbeat that failed; undefined after one that worked. */
  retryMs(): number | undefined
  /** Says that nothing is held as a member any more, until a heartbeat works again. */
  leave(): void
  readonly lease: Lease
  /** Duration of the lease. */
  readonly timeoutMs: number
}

export interface MembershipOptions {
  readonly client: Pick<SlsClient, 'heartbeat'>
  readonly intervalMs: number
  readonly troubles: Troubles
  readonly log: WorkerLog
}

type State = { readonly kind: 'joined' } | { readonly kind: 'outside'; readonly failures: number }

/** A failed heartbeat is tried again well before the next one is due. */
const RETRY = { minMs: 500, maxMs: 5_000 }

export function createMembership({ client, intervalMs, troubles, log }: MembershipOptions): Membership {
  const who = { work: 'heartbeat' } as const
  const timeoutMs = groupTimeoutSeconds(intervalMs) * 1_000
  const lease = createLease(timeoutMs)
  let state: State = { kind: 'outside', failures: 0 }

  const failures = () => (state.kind === 'joined' ? 0 : state.failures)

  function join(sentAt: number): void {
    lease.renew(sentAt)
    troubles.clear(who)
    if (state.kind === 'outside') log.info('joined the consumer group')
    state = { kind: 'joined' }
  }

  function fail(failure: SlsFailure): Beat {
    const count = failures() + 1
    state = { kind: 'outside', failures: count }
    if (failure.action === 'unregistered' || failure.action === 'group-gone')
      return { kind: 'expelled', failure, isFirst: count === 1 }
    troubles.raise(who, slsTrouble({ operation: 'the heartbeat', failure }))
    return { kind: 'failed' }
  }

  return {
    lease,
    timeoutMs,
    async beat(shards, signal) {
      const sentAt = performance.now()
      const result = await client.heartbeat(shards, signal).catch(unlessAborted(signal))
      if (!result) return { kind: 'aborted' }
      if (result.kind === 'failed') return fail(result.failure)
      join(sentAt)
      return { kind: 'granted', shards: new Set(result.value), sentAt }
    },
    joined: () => state.kind === 'joined',
    retryMs() {
      const count = failures()
      return count === 0 ? undefined : Math.min(backoffMs(count - 1, RETRY), intervalMs)
    },
    leave() {
      state = { kind: 'outside', failures: failures() }
    },
  }
}
