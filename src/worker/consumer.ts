/**
 * One member of a consumer group: tells the server which shards it still works on, and starts and releases shards as
 * the answers say. A shard stays in the report until its last request has settled and its checkpoint is saved, so the
 * server never gives it to another consumer while this one still works on it.
 */

import { formatDuration } from '../base/units.ts'
import { createAlarm } from '../base/wait.ts'
import type { SlsClient } from '../sls/client.ts'
import { describeFailure, type SlsFailure } from '../sls/errors.ts'
import type { ShardStatus, Unconfirmed, Unsaved } from '../thread/protocol.ts'
import { createGrants } from './grants.ts'
import { createMembership } from './membership.ts'
import type { WorkerLog } from './report/log.ts'
import type { Troubles } from './report/troubles.ts'
import { createRunners } from './runners.ts'
import type { KnownPositions } from './shard/known-positions.ts'
import { watchLease } from './shard/lease.ts'
import type { ShardOwnership } from './shard/position.ts'
import type { ShardEnd, ShardRunner } from './shard/runner.ts'

export interface ConsumerOptions {
  /** Name of this consumer in the group. */
  readonly name: string
  readonly client: SlsClient
  readonly heartbeatIntervalMs: number
  readonly start: (shard: number, hold: Hold) => ShardRunner
  readonly positions: KnownPositions
  readonly troubles: Troubles
  readonly log: WorkerLog
  /** Asks for the group to be made again; resolves when it is, or when the signal is aborted. */
  readonly restoreGroup: (signal: AbortSignal) => Promise<void>
}

/** Knowledge that the consumer has of a shard when it starts it. */
export type Hold = Omit<ShardOwnership, 'known'>

export interface Consumer {
  /**
   * Runs until `soft` is aborted and every shard has been released; heartbeats go on until then. `hard` cuts short what
   * is still under way.
   */
  run(soft: AbortSignal, hard: AbortSignal): Promise<void>
  /** True when the last heartbeat worked. */
  joined(): boolean
  shards(): ShardStatus[]
  /** Returns, by shard, the events of pages that were given up at the stop: they will be sent again. */
  unconfirmed(): Unconfirmed[]
  /** Returns the shards that were held when the stop came and whose last position is not saved. */
  unsaved(): Unsaved[]
}

export function createConsumer(options: ConsumerOptions): Consumer {
  const { name, client, heartbeatIntervalMs: intervalMs, positions, troubles, log, restoreGroup } = options
  const alarm = createAlarm()
  const over = new AbortController()
  const membership = createMembership({ client, intervalMs, troubles, log })
  const { lease } = membership
  const runners = createRunners({ positions, onEnded })
  const claim = { isOurs: () => lease.remainingMs() > 0, onLapsed }
  const start = (shard: number, isDisputed: boolean) =>
    runners.add(options.start(shard, { ...claim, isDisputed }))
  const grants = createGrants({ consumer: name, intervalMs, runners, start, troubles })

  async function run(soft: AbortSignal, hard: AbortSignal): Promise<void> {
    soft.addEventListener('abort', onStop)
    hard.addEventListener('abort', () => runners.releaseAll('deadline'))
    const watching = watchLease(lease, loseLapsed, over.signal)
    while (!over.signal.aborted) {
      await beat(soft)
      await alarm.sleep(membership.retryMs() ?? grants.pauseMs(), over.signal)
    }
    await watching
    membership.leave()
  }

  function onStop(): void {
    runners.stop()
    endIfOver()
    alarm.ring()
  }

  function onEnded(shard: number, end: ShardEnd): void {
    grants.ended(shard, end)
    endIfOver()
    // The next report is without the shard: another consumer can have it, or it starts again here when it may.
    alarm.ring()
  }

  /** The last heartbeat may be cut short: with no shard left to report its answer is of no use. */
  function endIfOver(): void {
    if (runners.isOver()) over.abort()
  }

  async function beat(soft: AbortSignal): Promise<void> {
    const answer = await membership.beat(runners.shards(), over.signal)
    if (answer.kind === 'granted' && !soft.aborted) grants.follow(answer.shards, answer.sentAt)
    if (answer.kind !== 'expelled') return
    await loseAll(answer.failure, soft)
    // At once, but only the first time: a server that goes on saying so is asked at a pace.
    if (answer.isFirst) alarm.ring()
  }

  async function loseAll(failure: SlsFailure, soft: AbortSignal): Promise<void> {
    log.warn(`lost all shards: ${describeFailure(failure)}`)
    runners.releaseAll('lost')
    await runners.ended()
    if (failure.action === 'group-gone' && !soft.aborted) await restoreGroup(soft)
  }

  /** Heartbeats have failed for so long that another consumer may hold the shards: all are released at once. */
  function onLapsed(): void {
    const released = runners.releaseAll('lost')
    const duration = formatDuration(membership.timeoutMs)
    if (released > 0) log.warn(`lost all shards: no heartbeat has worked for ${duration}`)
    membership.leave()
  }

  async function loseLapsed(): Promise<void> {
    onLapsed()
    await runners.ended()
  }

  return {
    run,
    joined: membership.joined,
    shards: runners.statuses,
    unconfirmed: runners.unconfirmed,
    unsaved: runners.unsaved,
  }
}
