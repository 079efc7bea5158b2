/** The one place where these tests touch how a shard is started. */

import { createBudget } from '../../../../src/base/budget.ts'
import type { SourceConfig } from '../../../../src/config/types.ts'
import type { DeadLetterBox } from '../../../../src/dead-letters/box.ts'
import type { SlsClient } from '../../../../src/sls/client.ts'
import type { Cursor } from '../../../../src/sls/cursor.ts'
import { createMarker } from '../../../../src/thread/marker.ts'
import type { Hold } from '../../../../src/worker/consumer.ts'
import { createBuffers } from '../../../../src/worker/deliver/buffers.ts'
import { createQuarantineList } from '../../../../src/worker/read/quarantine.ts'
import { createMeter } from '../../../../src/worker/report/meter.ts'
import { createTroubles, type Troubles } from '../../../../src/worker/report/troubles.ts'
import type { ShardContext } from '../../../../src/worker/shard/context.ts'
import type { ShardRunner } from '../../../../src/worker/shard/runner.ts'
import { startShard } from '../../../../src/worker/shard/shard.ts'

export const CHECKPOINT_INTERVAL_MS = 1_000
export const DRAIN_TIMEOUT_MS = 20_000
/** Room for two events or so: a page is several bodies. */
const BUFFER_BYTES = 300
const BUFFERS = 3
const BUDGET_BYTES = 2_000

const SOURCE: SourceConfig = {
  name: 'src',
  project: 'prj',
  logstore: 'logs',
  consumerGroup: 'cg',
  consumers: 1,
  startFrom: { kind: 'begin' },
  inOrder: false,
  heartbeatIntervalMs: 5_000,
  fetchIntervalMs: 2_000,
  checkpointIntervalMs: CHECKPOINT_INTERVAL_MS,
  routes: [],
  event: { metadata: false },
}

export type DeliverFor = ShardContext['deliverFor']
export type ShardDelivery = Parameters<DeliverFor>[0]

export interface RunnerParts {
  readonly shard: number
  readonly client: SlsClient
  readonly deliverFor: DeliverFor
  readonly deadLetters: DeadLetterBox
  readonly inOrder: boolean
  readonly known: () => Cursor | undefined
  readonly hold: Hold
}

export interface Started {
  readonly runner: ShardRunner
  readonly troubles: Troubles
  /** Bytes of budget and buffers that are not given back. */
  lentBytes(): number
}

export function startRunner({ shard, inOrder, known, hold, ...ports }: RunnerParts): Started {
  const budget = createBudget(BUDGET_BYTES)
  const buffers = createBuffers(BUFFERS, BUFFER_BYTES)
  const troubles = createTroubles()
  const quiet = () => {}
  const context = {
    ...ports,
    source: { ...SOURCE, inOrder },
    defaults: {},
    announce: quiet,
    quarantine: createQuarantineList(),
    marker: createMarker(),
    budget,
    buffers,
    vector: undefined,
    meter: createMeter(),
    troubles,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
  }
  return {
    runner: startShard(shard, context, { known, ...hold }),
    troubles,
    lentBytes: () => budget.lentBytes() + buffers.lentBytes(),
  }
}
