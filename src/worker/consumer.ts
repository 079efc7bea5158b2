/**
 * One member of a consumer group: tells the server which shards it still works on, and starts and releases shards as
 * the answers say. A shard stays in the report until its last request has settled and its checkpoint is saved, so the
 * server never gives it away while we still work on it.
 */

import { backoffMs } from '../base/backoff.ts'
import { unlessAborted } from '../base/failure.ts'
import { formatDuration } from '../base/units.ts'
import { createAlarm, sleep } from '../base/wait.ts'
import { groupTimeoutSeconds } from '../config/group-timeout.ts'
import type { SlsClient } from '../sls/client.ts'
import { describeFailure, type SlsFailure } from '../sls/errors.ts'
import type { ShardStatus, Unconfirmed, Unsaved } from '../thread/protocol.ts'
import { slsTrouble } from './read/sls-calls.ts'
import type { WorkerLog } from './report/log.ts'
import type { Troubles } from './report/troubles.ts'
import type { KnownPositions } from './shard/known-positions.ts'
import { createLease } from './shard/lease.ts'
import { createShardPauses, disputed } from './shard/pauses.ts'
import type { Release, ShardRunner } from './shard/runner.ts'
import type { ShardOwnership } from './shard/shard.ts'

export interface ConsumerOptions {
  /** In the group. */
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

/** What the consumer knows of a shard that it begins. */
export type Hold = Pick<ShardOwnership, 'isOurs' | 'isDisputed'>

export interface Consumer {
  /**
   * Runs until `soft` is aborted and every shard has been let go; heartbeats go on until then. `hard` cuts short what
   * is still under way.
   */
  run(soft: AbortSignal, hard: AbortSignal): Promise<void>
  /** The last heartbeat worked. */
  joined(): boolean
  shards(): ShardStatus[]
  /** Pages that were given up at the stop: what of each shard is not confirmed, and will be sent again. */
  unconfirmed(): Unconfirmed[]
  /** Shards that were held when the stop came and whose last position is not saved. */
  unsaved(): Unsaved[]
}

/** A failed heartbeat is tried again well before the next one is due. */
const RETRY = { minMs: 500, maxMs: 5_000 }

export function createConsumer(options: ConsumerOptions): Consumer {
  const { client, heartbeatIntervalMs: intervalMs, troubles, log } = options
  const who = { work: 'heartbeat' } as const
  const runners = new Map<number, ShardRunner>()
  const endedAtStop: ShardRunner[] = []
  const alarm = createAlarm()
  const over = new AbortController()
  const timeoutMs = groupTimeoutSeconds(intervalMs) * 1_000
  const lease = createLease(timeoutMs)
  const pauses = createShardPauses()
  let joined = false
  let failures = 0
  let settledAt = 0
  let lastEntitled: ReadonlySet<number> = new Set()

  async function run(soft: AbortSignal, hard: AbortSignal): Promise<void> {
    const onSoft = () => {
      releaseAll('stop')
      endIfDone(soft)
      alarm.ring()
    }
    const onHard = () => releaseAll('deadline')
    soft.addEventListener('abort', onSoft)
    hard.addEventListener('abort', onHard)
    const watching = watchLease(over.signal)
    while (!over.signal.aborted) {
      await beat(soft)
      await alarm.sleep(pauseMs(), over.signal)
    }
    await watching
    joined = false
  }

  /** The last heartbeat may be cut short: with no shard left to report nobody needs its answer. */
  function endIfDone(soft: AbortSignal): void {
    if (soft.aborted && runners.size === 0) over.abort()
  }

  /** After a change the next answers matter soon: the server moves shards only between heartbeats. */
  function pauseMs(): number {
    if (failures > 0) return Math.min(backoffMs(failures - 1, RETRY), intervalMs)
    const unsettled = performance.now() - settledAt < intervalMs
    const soonMs = unsettled ? Math.max(1_000, intervalMs / 10) : intervalMs
    // A shard that has to wait begins right behind a heartbeat that still grants it.
    const waitsMs = [...lastEntitled].map(pauses.remainingMs).filter(ms => ms > 0)
    return Math.min(intervalMs, soonMs, ...waitsMs)
  }

  async function beat(soft: AbortSignal): Promise<void> {
    const sentAt = performance.now()
    const result = await client.heartbeat([...runners.keys()], over.signal).catch(unlessAborted(over.signal))
    if (!result) return
    if (result.kind === 'failed') return onFailure(result.failure, soft)
    lease.renew(sentAt)
    troubles.clear(who)
    failures = 0
    if (!joined) log.info('joined the consumer group')
    joined = true
    if (!soft.aborted) follow(new Set(result.value), sentAt, soft)
  }

  /**
   * Answered but not running: start, unless it has to wait. Running but not answered: let go, and report it until that
   * is done.
   */
  function follow(entitled: ReadonlySet<number>, sentAt: number, soft: AbortSignal): void {
    if (!isSameSet(entitled, lastEntitled)) settledAt = performance.now()
    for (const shard of lastEntitled) if (!entitled.has(shard)) troubles.clear({ work: 'ownership', shard })
    lastEntitled = entitled
    for (const [shard, runner] of runners) if (!entitled.has(shard)) runner.release('taken')
    for (const shard of entitled)
      if (!runners.has(shard)) {
        if (pauses.remainingMs(shard) > 0) sayDisputed(shard, sentAt)
        else startShard(shard, soft)
      }
  }

  /** A heartbeat that was sent after the refusal grants the shard all the same. */
  function sayDisputed(shard: number, sentAt: number): void {
    const refusal = pauses.refusal(shard)
    if (refusal && refusal.at < sentAt)
      troubles.raise({ work: 'ownership', shard }, disputed(options.name, refusal.failure))
  }

  function startShard(shard: number, soft: AbortSignal): void {
    const isDisputed = pauses.refusal(shard) !== undefined
    const runner = options.start(shard, { isOurs, isDisputed })
    runners.set(shard, runner)
    void runner.ended.then(end => {
      const { position } = runner.status()
      if (position !== undefined) options.positions.learn(shard, position)
      runners.delete(shard)
      pauses.ended(shard, end)
      if (soft.aborted) endedAtStop.push(runner)
      endIfDone(soft)
      // The next report is without the shard: another consumer can have it, or it begins again here when it may.
      alarm.ring()
    })
  }

  async function onFailure(failure: SlsFailure, soft: AbortSignal): Promise<void> {
    failures++
    joined = false
    if (failure.action === 'unregistered' || failure.action === 'group-gone') {
      log.warn(`lost all shards: ${describeFailure(failure)}`)
      await loseAll()
      if (failure.action === 'group-gone' && !soft.aborted) await options.restoreGroup(soft)
      // At once, but only the first time: a server that goes on saying so is asked at a pace.
      if (failures === 1) alarm.ring()
      return
    }
    troubles.raise(who, slsTrouble({ operation: 'the heartbeat', failure }))
  }

  /** Ends every shard at once when heartbeats have failed for so long that somebody else may own them. */
  async function watchLease(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const remainingMs = lease.remainingMs()
      await sleep(remainingMs > 0 ? remainingMs : LOOK_AGAIN_MS, signal)
      if (!signal.aborted && !isOurs()) await Promise.all([...runners.values()].map(runner => runner.ended))
    }
  }

  /** When it says no, all shards are let go already. */
  function isOurs(): boolean {
    if (lease.remainingMs() > 0) return true
    const held = [...runners.values()].filter(runner => runner.release('lost'))
    if (held.length > 0) log.warn(`lost all shards: no heartbeat has worked for ${formatDuration(timeoutMs)}`)
    joined = false
    return false
  }

  async function loseAll(): Promise<void> {
    joined = false
    releaseAll('lost')
    await Promise.all([...runners.values()].map(runner => runner.ended))
  }

  const heldAtStop = () => [...endedAtStop, ...runners.values()]

  function releaseAll(reason: Release): void {
    for (const runner of runners.values()) runner.release(reason)
  }

  return {
    run,
    joined: () => joined,
    shards: () => [...runners.values()].map(runner => runner.status()),
    unconfirmed: () => heldAtStop().flatMap(runner => runner.unfinished() ?? []),
    unsaved: () => heldAtStop().flatMap(runner => runner.unsaved() ?? []),
  }
}

function isSameSet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every(each => b.has(each))
}

/** While it has run out and no heartbeat works. */
const LOOK_AGAIN_MS = 100
