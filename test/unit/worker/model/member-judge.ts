/** The reference for one consumer: what it reports, how long its lease holds, what it runs and when it has to end. */

import type { SlsResult } from '../../../../src/sls/errors.ts'
import type { ShardRunner } from '../../../../src/worker/shard/runner.ts'
import { HEARTBEAT_MS, TIMEOUT_MS } from './start-consumer.ts'

/** So late may the end of a lease be noticed. */
const WATCH_SLACK_MS = 100
/** From one heartbeat to the next: its answer, and the pause. */
const LONGEST_SILENCE_MS = 2 * HEARTBEAT_MS
/** A shard that was lost, or ended by itself, waits at most so long before it begins again. */
const LONGEST_PAUSE_MS = 60_000
/** From the second level of a stop: the last save. */
const HARD_STOP_MS = 10_000

export interface MemberJudgeOptions {
  readonly nowMs: () => number
  /** Of the group: what it promised before is void when it is deleted and made again. */
  readonly generation: () => number
  /** For so long all of the process stood still: its timers are late. */
  readonly frozenMs: () => number
  readonly violation: (text: string) => void
}

/** When a heartbeat was sent, and to which group. */
interface Promised {
  readonly sentAt: number
  readonly promisedIn: number
}

export type MemberJudge = ReturnType<typeof createMemberJudge>

export function createMemberJudge({ nowMs, frozenMs, generation, violation }: MemberJudgeOptions) {
  const running = new Map<number, ShardRunner>()
  const endedAt = new Map<number, number>()
  const mayWaitUntil = new Map<number, number>()
  const unsaved = new Set<number>()
  let reportedAt = nowMs()
  let leaseUntil = 0
  let promisedIn = -1
  let answered: readonly number[] | undefined
  let forgotten = false
  let stopping = false
  /** Limits are of time that passes while somebody is there to notice. */
  const isPast = (limitMs: number) => nowMs() > limitMs + frozenMs()
  let endBy = Number.POSITIVE_INFINITY

  const listed = () => [...running.keys()].join()
  const isNew = (shard: number) => !running.has(shard) && endedAt.get(shard) !== nowMs()

  function lookAtAnswer(shards: readonly number[]): void {
    const mayWait = (shard: number) => nowMs() < (mayWaitUntil.get(shard) ?? 0)
    for (const shard of shards) if (isNew(shard) && !mayWait(shard)) violation(`does not start ${shard}`)
    for (const [shard, runner] of running)
      if (!shards.includes(shard) && runner.status().state !== 'draining') violation(`keeps ${shard}`)
  }

  return {
    running: () => [...running.keys()],
    /** The server may give nothing of this consumer to others. */
    leaseHolds: () => nowMs() < leaseUntil && promisedIn === generation(),

    /** What only an owner may do goes by the clock alone, whatever timers say. */
    mayAct: () => nowMs() <= leaseUntil,

    /** What is reported has to be what runs; one that ends at this very moment may be in or not. */
    reports(shards: readonly number[]): void {
      const missing = [...running.keys()].filter(shard => !shards.includes(shard))
      if (missing.length > 0) violation(`does not report ${missing.join()}, which still run`)
      const wrong = shards.filter(isNew)
      if (wrong.length > 0) violation(`reports ${wrong.join()}, which do not run`)
      if (forgotten && shards.length > 0) violation(`reports ${shards.join()} after it was forgotten`)
      forgotten = false
      reportedAt = nowMs()
    },

    isAnswered(result: SlsResult<readonly number[]>, promise: Promised): void {
      if (result.kind === 'failed') {
        forgotten = ['unregistered', 'group-gone'].includes(result.failure.action)
        return
      }
      leaseUntil = Math.max(leaseUntil, promise.sentAt + TIMEOUT_MS)
      promisedIn = promise.promisedIn
      answered = result.value
    },

    starts(shard: number, runner: ShardRunner): void {
      if (running.has(shard)) violation(`starts ${shard}, which runs`)
      if (stopping) violation(`starts ${shard} in its stop`)
      running.set(shard, runner)
      void runner.ended.then(({ released }) => {
        if (isPast(leaseUntil + WATCH_SLACK_MS)) violation(`${shard} ran until after its lease`)
        if (stopping && runner.unsaved() !== undefined) unsaved.add(shard)
        running.delete(shard)
        endedAt.set(shard, nowMs())
        const waits = released !== 'taken' && released !== 'stop'
        mayWaitUntil.set(shard, waits ? nowMs() + LONGEST_PAUSE_MS : 0)
      })
    },

    stops(level: 'soft' | 'hard'): void {
      stopping = true
      if (level === 'hard') endBy = Math.min(endBy, nowMs() + HARD_STOP_MS)
    },

    ends(saidUnsaved: readonly number[]): void {
      endBy = Number.POSITIVE_INFINITY
      if (running.size > 0) violation(`ends while ${listed()} run`)
      const [said, are] = [saidUnsaved, [...unsaved]].map(shards => shards.toSorted().join())
      if (said !== are) violation(`says ${said} is unsaved, not ${are}`)
    },

    /** What must hold whenever nothing more can happen without time passing. */
    look(): void {
      if (isPast(endBy)) violation('has not ended')
      if (answered && !stopping) lookAtAnswer(answered)
      answered = undefined
      if (running.size === 0) return
      if (isPast(leaseUntil + WATCH_SLACK_MS)) violation(`runs ${listed()} without a lease`)
      if (isPast(reportedAt + LONGEST_SILENCE_MS)) violation('is silent')
      if (forgotten) violation(`still runs ${listed()}, and was forgotten`)
    },
  }
}
