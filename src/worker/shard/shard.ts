/**
 * One shard while this consumer holds it: find the start, read pages, deliver each, move the checkpoint, release.
 * Nothing here ever moves the checkpoint past an event that Splunk does not have.
 */

import type { SlsFailure } from '../../sls/errors.ts'
import { createPages } from '../read/pages.ts'
import { createReadAhead } from '../read/read-ahead.ts'
import type { ShardCalls } from './calls.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { ShardContext } from './context.ts'
import { createShardPage, PAGE_WORK } from './page.ts'
import { createShardPosition, type ShardOwnership } from './position.ts'
import { createShardProgress } from './progress.ts'
import { readPages } from './reading.ts'
import { recover } from './recovery.ts'
import type { ShardEnd, ShardRunner } from './runner.ts'
import type { Start } from './start.ts'
import { createTenure } from './tenure.ts'

/** Starts to forward a shard. */
export function startShard(shard: number, context: ShardContext, ownership: ShardOwnership): ShardRunner {
  const { client, source, troubles, budget, quarantine, log, drainTimeoutMs } = context
  const { fetchIntervalMs, checkpointIntervalMs } = source
  const meter = context.meter.shard(shard)
  const tenure = createTenure({ drainTimeoutMs, beforeCut: () => page.noteUnfinished() })
  const { ending } = tenure
  const calls = { client, shard, troubles, signal: ending }
  const ahead = createReadAhead(
    createPages({ ...calls, budget, meter, quarantine }),
    source.query === undefined,
  )
  const onHold = () => void ahead.drop()
  const page = createShardPage({ shard, context, meter, claim: ownership, tenure, onHold })
  const progress = createShardProgress({ shard, meter, fetchIntervalMs, ending })
  const position = createShardPosition({ calls, ownership, tenure, log, intervalMs: checkpointIntervalMs })

  function read(checkpoint: Checkpoint, start: Start): Promise<void> {
    const decide = (failure: SlsFailure) => {
      const readUntilSeconds = progress.heldSinceSeconds() ?? start.savedAtSeconds
      return recover(failure, checkpoint.position(), { ...calls, meter, log, readUntilSeconds })
    }
    return readPages({ ahead, page, checkpoint, progress, tenure, recover: decide, fetchIntervalMs })
  }

  async function run(): Promise<ShardEnd> {
    try {
      await position.hold(read)
    } finally {
      clearTroubles(calls)
      tenure.end()
    }
    return { released: tenure.reason(), ...position.history() }
  }

  return {
    shard,
    release: tenure.release,
    ended: run(),
    unfinished: page.unfinished,
    unsaved: position.unsaved,
    status: () => progress.status(position.current()),
  }
}

function clearTroubles({ shard, troubles }: ShardCalls): void {
  for (const work of ['read', ...PAGE_WORK] as const) troubles.clear({ work, shard })
}
