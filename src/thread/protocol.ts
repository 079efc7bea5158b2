/**
 * All that crosses between the supervisor and a worker thread: one union for each direction, all of it one-way. No
 * side asks the other a question: knowledge is pushed up once a second, control is pushed down.
 */

import type { MessagePort } from 'node:worker_threads'
import type { Failure } from '../base/failure.ts'
import type {
  Config,
  LogLevel,
  SlsConfig,
  SourceConfig,
  SplunkConfig,
  WorkerConfig,
} from '../config/types.ts'

/** The task of a worker thread: be this consumer until told to stop. */
export interface WorkerInput {
  /** The name in the consumer group; the same after every restart. */
  readonly consumer: string
  readonly source: SourceConfig
  readonly sls: SlsConfig
  readonly splunk: SplunkConfig
  readonly worker: WorkerConfig
  readonly deadLetters: Config['deadLetters']
  /** Pages of the source that have killed workers before. */
  readonly quarantine: readonly Quarantined[]
  /** Where the worker writes what it is at; see `marker.ts`. */
  readonly marker: SharedArrayBuffer
  readonly port: MessagePort
}

/** Log groups that have killed workers, again and again. */
export interface Quarantined {
  readonly shard: number
  readonly cursor: string
  /** The position behind them. */
  readonly next: string
  /** Read one at a time, to find which of them it is; or put among the dead letters unread. */
  readonly how: 'one-by-one' | 'bury'
}

export type ToWorker =
  /** Stop reading, deliver what is held, save the checkpoints, end. */
  | { readonly type: 'drain' }
  /** Where the source's shards stand: sent at the start, and to all when the group is gone, before it is made again. */
  | { readonly type: 'positions'; readonly positions: ReadonlyMap<number, string> }
  | { readonly type: 'quarantine'; readonly entries: readonly Quarantined[] }
  /** The consumer group that had been deleted is there again, with the positions that were known. */
  | { readonly type: 'group-restored' }

export type FromWorker =
  /** The parts are built and the loop has begun. Says nothing about the far ends. */
  | { readonly type: 'ready' }
  /** Every second; its absence is how a stalled thread shows. */
  | { readonly type: 'status'; readonly status: WorkerStatus }
  | { readonly type: 'log'; readonly line: LogLine }
  /** The consumer group does not exist any more; the worker waits for `group-restored`. */
  | { readonly type: 'group-gone' }
  /** The thread cannot go on and exits right after this. */
  | { readonly type: 'failed'; readonly failure: Failure }

/** What the task resolves with: everything that could be delivered was, the rest is named. */
export interface Drained {
  readonly kind: 'drained'
  /** Shards whose last events are not confirmed and will be sent again. */
  readonly unconfirmed: readonly Unconfirmed[]
  /** Shards whose last position could not be saved: what was delivered since their checkpoint will be sent again. */
  readonly unsaved: readonly Unsaved[]
}

export interface Unsaved {
  readonly shard: number
  /** The checkpoint that the server has; '' when it has none. */
  readonly from: string
  /** Everything before it is delivered. */
  readonly to: string
}

export interface Unconfirmed {
  readonly shard: number
  /** Sent, or about to be, and not confirmed. */
  readonly events: number
  /** Delivered, and will be sent again all the same: they are of a page that is not delivered whole. */
  readonly repeated: number
  /** From this position on the shard is read again. */
  readonly from: string
  /** The end of what will be sent again. */
  readonly to: string
}

export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, string | number | boolean>>
}

/** What happened since the status before, and how things stand now. */
export interface WorkerStatus {
  /** The last heartbeat worked. */
  readonly joined: boolean
  /** The last contact with Splunk worked, with one endpoint at least; undefined before the first. */
  readonly splunkUp: boolean | undefined
  readonly endpoints: readonly EndpointStatus[]
  readonly inFlightBytes: number
  /** Heap and buffers of the thread. */
  readonly memoryBytes: number
  readonly shards: readonly ShardStatus[]
  readonly reasons: readonly StatusReason[]
  readonly since: StatusDelta
}

export interface StatusDelta {
  readonly cpuSeconds: number
  readonly shards: readonly ShardDelta[]
  readonly slsCalls: readonly CallDelta[]
  readonly hecCalls: readonly CallDelta[]
  readonly hecRetries: readonly RetryDelta[]
}

/** Attempts that did not deliver and are made again. */
export interface RetryDelta {
  readonly endpoint: string
  readonly reason: string
  readonly count: number
}

export interface EndpointStatus {
  /** `host:port` of a HEC URL. */
  readonly endpoint: string
  /** The last contact worked; undefined before the first. */
  readonly up: boolean | undefined
  /** Requests whose acknowledgement is waited for. */
  readonly pendingAcks: number
}

export type ShardState = 'starting' | 'reading' | 'caught-up' | 'draining'

export interface ShardStatus {
  readonly shard: number
  readonly state: ShardState
  /** Everything before it is delivered; undefined before a start was found. */
  readonly position?: string
  readonly lagSeconds?: number
  readonly inFlightEvents: number
}

export interface ShardDelta {
  readonly shard: number
  readonly readBytes: number
  readonly readEvents: number
  readonly deliveredBytes: number
  readonly deliveredEvents: number
  readonly droppedEvents: number
  /** Given up without being delivered; they will be read again. Absent when there are none. */
  readonly abandonedEvents?: number
  /** Events put among the dead letters, by reason. Absent when there are none. */
  readonly deadLetters?: Readonly<Record<string, number>>
  readonly cpuSeconds: number
  /** Time range that retention took before it was read. */
  readonly expiredSeconds: number
}

/** Requests of one kind and outcome. */
export interface CallDelta {
  /** `host:port` for Splunk, empty for Log Service. */
  readonly endpoint: string
  readonly operation: string
  readonly code: string
  readonly durationsSeconds: readonly number[]
  readonly sentBytes: number
  readonly receivedBytes: number
}

/** Something is wrong now: what, and what a person can do. The same code from many workers is one matter. */
export interface StatusReason {
  readonly code: string
  readonly text: string
  readonly remedy: string
  /** Of several, the HEC endpoint that it is about: the others go on. */
  readonly endpoint?: string
  /** Failed tries since it began. */
  readonly count: number
  readonly shards: readonly number[]
}
