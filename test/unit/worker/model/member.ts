/** One consumer of the fleet: the real one, with links to both far ends whose weather changes. */

import type { SlsClient } from '../../../../src/sls/client.ts'
import type { SlsResult } from '../../../../src/sls/errors.ts'
import type { Hold } from '../../../../src/worker/consumer.ts'
import type { KnownPositions } from '../../../../src/worker/shard/known-positions.ts'
import type { ShardRunner } from '../../../../src/worker/shard/runner.ts'
import { createLink } from './link.ts'
import { createMemberJudge } from './member-judge.ts'
import { ask } from './open-calls.ts'
import { HEARTBEAT_MS, startConsumer } from './start-consumer.ts'

/** Requests of a shard may take longer than a heartbeat. */
const SLS_PATIENCE_MS = 10_000
const SPLUNK_PATIENCE_MS = 20_000

export interface MemberOptions {
  readonly name: string
  readonly nowMs: () => number
  readonly frozenMs: () => number
  readonly positions: KnownPositions
  readonly beat: (reported: readonly number[]) => SlsResult<readonly number[]>
  readonly generation: () => number
  readonly startRunner: (shard: number, starter: Starter) => ShardRunner
  readonly restoreGroup: (signal: AbortSignal) => Promise<void>
  readonly violation: (text: string) => void
}

/** Who starts a runner, and what its consumer knows of the shard. */
export interface Starter {
  readonly member: Member
  readonly hold: Hold
}

export type Member = ReturnType<typeof createMember>

export function createMember(options: MemberOptions) {
  const { name, nowMs, frozenMs, generation, positions, restoreGroup } = options
  const heartbeats = createLink(HEARTBEAT_MS)
  const sls = createLink(SLS_PATIENCE_MS)
  const splunk = createLink(SPLUNK_PATIENCE_MS)
  const soft = new AbortController()
  const hard = new AbortController()
  let isDead = false
  let hasEnded = false

  const violation = (text: string) => {
    if (!isDead) options.violation(`${name} at ${nowMs()}: ${text}`)
  }
  const judge = createMemberJudge({ nowMs, frozenMs, generation, violation })

  const client: SlsClient = {
    ...NO_CALLS,
    async heartbeat(reported, signal) {
      const sentAt = nowMs()
      let promisedIn = -1
      const act = () => {
        promisedIn = generation()
        return options.beat(reported)
      }
      if (!signal.aborted) judge.reports(reported)
      const result = await ask(heartbeats, { what: `${name} heartbeat`, act }, signal)
      judge.isAnswered(result, { sentAt, promisedIn })
      return result
    },
  }

  function start(shard: number, hold: Hold): ShardRunner {
    const runner = options.startRunner(shard, { member, hold })
    judge.starts(shard, runner)
    return runner
  }

  function stop(level: 'soft' | 'hard'): void {
    judge.stops(level)
    soft.abort()
    if (level === 'hard') hard.abort()
  }

  const unsaved = () => consumer.unsaved().map(({ shard }) => shard)

  const member = {
    name,
    heartbeats,
    sls,
    splunk,
    running: judge.running,
    leaseHolds: judge.leaseHolds,
    mayAct: judge.mayAct,
    look: judge.look,
    stop,
    /** The process is gone: whatever it still does in here reaches nobody. */
    kill() {
      isDead = true
      for (const link of [heartbeats, sls, splunk]) link.cease()
      stop('hard')
    },
    isDead: () => isDead,
    isPresent: () => !isDead && !hasEnded,
    unsaved,
  }
  const consumer = startConsumer({ name, client, positions, start, restoreGroup })
  void consumer.run(soft.signal, hard.signal).then(() => {
    hasEnded = true
    judge.ends(unsaved())
  })
  return member
}

const never = () => Promise.reject(new Error('a consumer makes no such request'))
const NO_CALLS = {
  checkpointOf: never,
  cursorAt: never,
  timeOf: never,
  pull: never,
  saveCheckpoint: never,
  close: () => {},
}
