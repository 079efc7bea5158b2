/** Facts about a logstore, as far as the key may ask for them. */

import type { SlsFailure, SlsResult } from './errors.ts'
import { listShards } from './listings.ts'
import type { Management } from './management.ts'

export interface Facts {
  readonly known: LogstoreFacts
  /** Why the rest is not known. */
  readonly failures: readonly SlsFailure[]
}

export interface LogstoreFacts {
  /** Number of shards that take writes. */
  readonly shards?: number
  /** How long logs are kept; left out where that is for ever. */
  readonly retentionSeconds?: number
}

export async function factsOf({ run }: Management, logstore: string, signal: AbortSignal): Promise<Facts> {
  const shards = await run(sdk => listShards(sdk, logstore), signal)
  // Not among the actions that a consumer needs: it may be forbidden.
  const found = await run(({ client, project }) => client.getLogStore(project, logstore), signal)
  const days = found.kind === 'ok' ? found.value.body?.ttl : undefined
  return {
    known: {
      ...(shards.kind === 'ok' && { shards: shards.value.filter(({ readonly }) => !readonly).length }),
      ...(isKeptFor(days) && { retentionSeconds: days * 86_400 }),
    },
    failures: [...failuresIn(shards), ...failuresIn(found)],
  }
}

const failuresIn = (result: SlsResult<unknown>) => (result.kind === 'failed' ? [result.failure] : [])

/** The `ttl` of Log Service for logs that never expire. */
const KEPT_FOR_EVER_DAYS = 3_650

/** Returns false also for a number of days that cannot be one. */
function isKeptFor(days: number | undefined): days is number {
  return days !== undefined && days > 0 && days < KEPT_FOR_EVER_DAYS
}
