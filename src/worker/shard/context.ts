/** Parts and settings that all shards of a worker share. */

import type { Budget } from '../../base/budget.ts'
import type { EventMetadata, SourceConfig } from '../../config/types.ts'
import type { DeadLetterBox } from '../../dead-letters/box.ts'
import type { SlsClient } from '../../sls/client.ts'
import type { Deliver } from '../../splunk/deliver.ts'
import type { Buffers } from '../deliver/buffers.ts'
import type { ShardDelivery } from '../deliver/delivery.ts'
import type { Announce } from '../deliver/refusals.ts'
import type { Vector } from '../encode/vector.ts'
import type { QuarantineList } from '../read/quarantine.ts'
import type { WorkerLog } from '../report/log.ts'
import type { Meter } from '../report/meter.ts'
import type { Troubles } from '../report/troubles.ts'

export interface ShardContext {
  readonly client: SlsClient
  readonly source: SourceConfig
  readonly defaults: EventMetadata
  /** Makes the delivery of a shard's page, so that its problems are told apart from its neighbours'. */
  readonly deliverFor: (delivery: ShardDelivery) => Deliver
  readonly deadLetters: DeadLetterBox
  readonly announce: Announce
  readonly quarantine: QuarantineList
  readonly marker: SharedArrayBuffer
  readonly budget: Budget
  readonly buffers: Buffers
  /** Undefined when the WebAssembly module is missing: then TypeScript encodes all logs. */
  readonly vector: Vector | undefined
  readonly meter: Meter
  readonly troubles: Troubles
  readonly log: WorkerLog
  /** Longest time to finish the page of a shard that another consumer waits for. */
  readonly drainTimeoutMs: number
}
