/** Logs with countable ids, written all the time, and the account of which of them have arrived. */

import { setTimeout as delay } from 'node:timers/promises'
import { createGenerator } from '../../src/simulator/generator.ts'
import { createLedger, type LedgerReport } from '../../src/simulator/ledger.ts'
import type { FarEnds } from './far-ends.ts'

export interface Stream {
  /** Writes no more; resolves when the last group is in. */
  stop(): Promise<void>
  /** What became of the logs issued so far, when these are the ids that have arrived. */
  account(arrived: readonly string[]): LedgerReport
}

const LOGS_PER_GROUP = 5
const EVERY_MS = 50

/** A group every now and then, one shard after the other; the first one of each shard at once. */
export function startStream({ append }: FarEnds, shards: number): Stream {
  const generator = createGenerator({ seed: 1, logsPerGroup: LOGS_PER_GROUP })
  const issued: { shard: number; firstSequence: number; logs: number }[] = []
  const over = new AbortController()

  function write(shard: number): void {
    const group = generator.nextGroup(shard, Math.floor(Date.now() / 1_000))
    issued.push(group)
    append(shard, [group.bytes])
  }

  async function writeOn(): Promise<void> {
    for (let next = 0; !over.signal.aborted; next++) {
      write(next % shards)
      if (next >= shards) await delay(EVERY_MS)
    }
  }

  const writing = writeOn()
  return {
    stop() {
      over.abort()
      return writing
    },
    account(arrived) {
      const ledger = createLedger()
      for (const { shard, firstSequence, logs } of issued) ledger.issue(shard, firstSequence, logs)
      for (const id of arrived) ledger.deliverId(id)
      return ledger.report()
    },
  }
}
