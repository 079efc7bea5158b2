/** The shards that heartbeats grant: they are started and released as the answers say. */

import type { Troubles } from './report/troubles.ts'
import type { Runners } from './runners.ts'
import { createShardPauses, disputed } from './shard/pauses.ts'
import type { ShardEnd } from './shard/runner.ts'

export interface Grants {
  /** Follows the answer to the heartbeat that was sent at `sentAt` (of `performance.now()`). */
  follow(granted: ReadonlySet<number>, sentAt: number): void
  /** A run of the shard has ended: it may have to wait before the next one. */
  ended(shard: number, end: ShardEnd): void
  /** Milliseconds to the next heartbeat after one that worked. */
  pauseMs(): number
}

export interface GrantsOptions {
  /** This consumer's name in the group. */
  readonly consumer: string
  readonly intervalMs: number
  readonly runners: Pick<Runners, 'shards' | 'has' | 'release'>
  /** Starts a run of the shard. `isDisputed`: a checkpoint of the shard was refused, and it has not got further since. */
  readonly start: (shard: number, isDisputed: boolean) => void
  readonly troubles: Troubles
}

export function createGrants({ consumer, intervalMs, runners, start, troubles }: GrantsOptions): Grants {
  const pauses = createShardPauses()
  let lastGranted: ReadonlySet<number> = new Set()
  /** The moment at which the grants were last seen to change. */
  let changedAt = 0

  function startOrWait(shard: number, sentAt: number): void {
    if (pauses.remainingMs(shard) > 0) sayDisputed(shard, sentAt)
    else start(shard, pauses.refusal(shard) !== undefined)
  }

  /** Raises a problem when a heartbeat that was sent after the refusal grants the shard all the same. */
  function sayDisputed(shard: number, sentAt: number): void {
    const refusal = pauses.refusal(shard)
    if (refusal && refusal.at < sentAt)
      troubles.raise({ work: 'ownership', shard }, disputed(consumer, refusal.failure))
  }

  return {
    /**
     * Granted but not running: started, unless it has to wait. Running but not granted: released; the shard runs, and is
     * reported, until that is done.
     */
    follow(granted, sentAt) {
      if (!isSameSet(granted, lastGranted)) changedAt = performance.now()
      for (const shard of lastGranted) if (!granted.has(shard)) troubles.clear({ work: 'ownership', shard })
      lastGranted = granted
      for (const shard of runners.shards()) if (!granted.has(shard)) runners.release(shard, 'taken')
      for (const shard of granted) if (!runners.has(shard)) startOrWait(shard, sentAt)
    },
    ended: pauses.ended,
    /** After a change the next answers matter soon: the server moves shards only between heartbeats. */
    pauseMs() {
      const isUnsettled = performance.now() - changedAt < intervalMs
      const soonMs = isUnsettled ? Math.max(1_000, intervalMs / 10) : intervalMs
      // A shard that has to wait begins right behind a heartbeat that still grants it.
      const waitsMs = [...lastGranted].map(pauses.remainingMs).filter(ms => ms > 0)
      return Math.min(intervalMs, soonMs, ...waitsMs)
    },
  }
}

function isSameSet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every(each => b.has(each))
}
