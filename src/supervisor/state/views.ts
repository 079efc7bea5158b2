/** Consumers, shards and endpoints as they are now: what metrics, readiness, the status and the demonstration show. */

import type { ShardState, StatusReason } from '../../thread/protocol.ts'
import type { Witness } from './witnesses.ts'

export interface ConsumerView extends Witness {
  readonly consumer: string
  /** Its thread runs and has reported. */
  readonly up: boolean
  readonly joined: boolean
  readonly splunkUp: boolean | undefined
  readonly restarts: number
  /** Time since the last report of its thread; undefined while there is none. */
  readonly silentMs: number | undefined
  /** Time since its thread last ended against its will; undefined when it never did. */
  readonly sinceRestartMs: number | undefined
  readonly bytesPerSecond: number
  /** CPU of its thread, 1 is one core. */
  readonly cpuRatio: number
  readonly inFlightBytes: number
  /** Heap and buffers of the thread. */
  readonly memoryBytes: number
  readonly reasons: readonly StatusReason[]
}

export interface ShardView {
  readonly source: string
  readonly shard: number
  /** The consumer that holds it; of two that report it, the one that took it later. */
  readonly owner: string
  readonly state: ShardState
  readonly bytesPerSecond: number
  readonly cpuRatio: number
  readonly lagSeconds: number | undefined
  /** Read and not yet settled, also by threads that have ended: those events will be read again. */
  readonly inFlightEvents: number
  readonly position: string | undefined
}

/** A HEC endpoint as all workers of a source together see it. */
export interface EndpointView {
  readonly source: string
  readonly endpoint: string
  /** The last contact of at least one worker worked, of those that have something to deliver. */
  readonly up: boolean
  readonly pendingAcks: number
}
