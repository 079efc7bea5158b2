/** One consumer of the fleet with its runners, and what must hold of its reports, its lease and its end. */

import type { SlsClient } from '../../../../src/sls/client.ts'
import type { SlsResult } from '../../../../src/sls/errors.ts'
import type { KnownPositions } from '../../../../src/worker/known-positions.ts'
import type { ShardRunner } from '../../../../src/worker/shard.ts'
import { createLink } from './link.ts'
import { ask } from './open-calls.ts'
import { HEARTBEAT_MS, startConsumer, TIMEOUT_MS } from './start-consumer.ts'

/** Requests of a shard wait longer than a heartbeat may. */
const PATIENCE_MS = 10_000
const SPLUNK_PATIENCE_MS = 20_000
/** From the second level of a stop: the last save, and what was under way. */
const HARD_STOP_MS = 10_000
/** From one heartbeat to the next: its answer, and the pause. */
const LONGEST_SILENCE_MS = 2 * HEARTBEAT_MS
/** So late may the end of a lease be noticed. */
export const WATCH_SLACK_MS = 100

export interface MemberOptions {
  readonly name: string
  readonly nowMs: () => number
  readonly positions: KnownPositions
  readonly beat: (reported: readonly number[]) => SlsResult<readonly number[]>
  readonly generation: () => number
  readonly startRunner: (shard: number, member: Member) => ShardRunner
  readonly restoreGroup: (signal: AbortSignal) => Promise<void>
  readonly violation: (text: string) => void
}

export type Member = ReturnType<typeof createMember>

export function createMember(options: MemberOptions) {
  const { name, nowMs } = options
  const heartbeats = createLink(HEARTBEAT_MS)
  const sls = createLink(PATIENCE_MS)
  const splunk = createLink(SPLUNK_PATIENCE_MS)
  const soft = new AbortController()
  const hard = new AbortController()
  const running = new Map<number, ShardRunner>()
  const endedAt = new Map<number, number>()
  const unsaved = new Set<number>()
  let reportedAt = nowMs()
  let leaseUntil = 0
  let generation = -1
  let answered: readonly number[] | undefined
  let dropped = false
  let endBy = Number.POSITIVE_INFINITY
  let dead = false
  let ended = false

  const violation = (text: string) => {
    if (!dead) options.violation(`${name} at ${nowMs()}: ${text}`)
  }
  const leaseHolds = () => nowMs() < leaseUntil && generation === options.generation()

  /** What is reported has to be what runs; one that ends at this very moment may be in or not. */
  function onReport(reported: readonly number[]): void {
    const missing = [...running.keys()].filter(shard => !reported.includes(shard))
    if (missing.length > 0) violation(`does not report ${missing.join()}, which still run`)
    const wrong = reported.filter(shard => !running.has(shard) && endedAt.get(shard) !== nowMs())
    if (wrong.length > 0) violation(`reports ${wrong.join()}, which do not run`)
    if (dropped && reported.length > 0) violation(`reports ${reported.join()} after it was forgotten`)
    dropped = false
    reportedAt = nowMs()
  }

  function onAnswer(result: SlsResult<readonly number[]>, { sentAt, promisedIn }: Promised): void {
    if (result.kind === 'ok') {
      leaseUntil = Math.max(leaseUntil, sentAt + TIMEOUT_MS)
      generation = promisedIn
      answered = result.value
      return
    }
    dropped = ['unregistered', 'group-gone'].includes(result.failure.action)
  }

  const client: SlsClient = {
    ...NO_CALLS,
    async heartbeat(reported, signal) {
      const sentAt = nowMs()
      if (!dead && !signal.aborted) onReport(reported)
      let promisedIn = -1
      const act = () => {
        promisedIn = options.generation()
        return options.beat(reported)
      }
      const result = await ask(heartbeats, { what: `${name} heartbeat`, act }, signal)
      onAnswer(result, { sentAt, promisedIn })
      return result
    },
  }

  function startRunner(shard: number): ShardRunner {
    if (running.has(shard)) violation(`starts ${shard}, which runs`)
    if (soft.signal.aborted) violation(`starts ${shard} in its stop`)
    const runner = options.startRunner(shard, member)
    running.set(shard, runner)
    void runner.ended.then(() => {
      if (nowMs() > leaseUntil + WATCH_SLACK_MS) violation(`${shard} ran until after its lease`)
      running.delete(shard)
      if (soft.signal.aborted && !runner.isSaved()) unsaved.add(shard)
      endedAt.set(shard, nowMs())
    })
    return runner
  }

  /** What must hold whenever nothing more can happen without time passing. */
  function look(): void {
    if (nowMs() > endBy && !ended) violation('has not ended')
    if (running.size > 0 && nowMs() > leaseUntil + WATCH_SLACK_MS)
      violation(`runs ${[...running.keys()].join()} without a lease`)
    if (running.size > 0 && nowMs() > reportedAt + LONGEST_SILENCE_MS) violation('is silent')
    if (dropped && running.size > 0) violation(`still runs ${[...running.keys()].join()}, and was forgotten`)
    if (answered && !soft.signal.aborted) lookAtAnswer(answered)
    answered = undefined
  }

  function lookAtAnswer(shards: readonly number[]): void {
    for (const shard of shards)
      if (!running.has(shard) && endedAt.get(shard) !== nowMs()) violation(`does not start ${shard}`)
    for (const [shard, runner] of running)
      if (!shards.includes(shard) && runner.status().state !== 'draining') violation(`keeps ${shard}`)
  }

  function stop(level: 'soft' | 'hard'): void {
    soft.abort()
    if (level === 'soft') return
    hard.abort()
    endBy = Math.min(endBy, nowMs() + HARD_STOP_MS)
  }

  const member = {
    name,
    sls,
    splunk,
    heartbeats,
    running: () => [...running.keys()],
    leaseHolds,
    leaseUntil: () => leaseUntil,
    isDead: () => dead,
    ended: () => ended,
    stopping: () => soft.signal.aborted,
    look,
    stop,
    /** The process is gone: whatever it still does in here reaches nobody. */
    kill() {
      dead = true
      for (const link of [heartbeats, sls, splunk]) link.cease()
      stop('hard')
    },
    unsaved: () => consumer.unsaved(),
  }
  const consumer = startConsumer({
    client,
    positions: options.positions,
    start: startRunner,
    restoreGroup: options.restoreGroup,
  })
  void consumer.run(soft.signal, hard.signal).then(() => {
    if (running.size > 0) violation(`ends while ${[...running.keys()].join()} run`)
    const said = consumer.unsaved().toSorted().join()
    if (said !== [...unsaved].toSorted().join())
      violation(`says ${said} is unsaved, not ${[...unsaved].join()}`)
    ended = true
  })
  return member
}

/** When a heartbeat was sent, and to which group: one that is deleted and made again has promised nothing. */
interface Promised {
  readonly sentAt: number
  readonly promisedIn: number
}

const never = () => Promise.reject(new Error('a member makes no such request'))
const NO_CALLS = {
  checkpointOf: never,
  cursorAt: never,
  timeOf: never,
  pull: never,
  saveCheckpoint: never,
  close: () => {},
}
