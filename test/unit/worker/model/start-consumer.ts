/** The one place where these tests touch how a consumer is made. */

import type { SlsClient } from '../../../../src/sls/client.ts'
import { type Consumer, createConsumer, type Hold } from '../../../../src/worker/consumer.ts'
import { createTroubles } from '../../../../src/worker/report/troubles.ts'
import type { KnownPositions } from '../../../../src/worker/shard/known-positions.ts'
import type { ShardRunner } from '../../../../src/worker/shard/runner.ts'

export const HEARTBEAT_MS = 5_000
/** For so long the server keeps the shards of a consumer that is silent. */
export const TIMEOUT_MS = 15_000

export interface ConsumerParts {
  readonly name: string
  readonly client: SlsClient
  readonly positions: KnownPositions
  readonly start: (shard: number, hold: Hold) => ShardRunner
  readonly restoreGroup: (signal: AbortSignal) => Promise<void>
}

export function startConsumer(parts: ConsumerParts): Consumer {
  const quiet = () => {}
  return createConsumer({
    ...parts,
    heartbeatIntervalMs: HEARTBEAT_MS,
    troubles: createTroubles(),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
}
