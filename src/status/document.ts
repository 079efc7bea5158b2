/**
 * The state of a running service as `/api/status` gives it, as the page shows it and `sls2splunk status` prints it. The
 * names are what dashboards and scripts rely on; a rate is over the last ten seconds.
 */

export interface StatusDocument {
  readonly version: string
  readonly instance: string
  /** `ok`: ready, nothing is wrong. `degraded`: logs flow, something is wrong. `down`: nothing can be delivered. */
  readonly state: ServiceState
  /** One sentence for a person: what the state is, and of what is wrong the worst. */
  readonly summary: string
  /** When the service was started; ISO 8601, as all times here. */
  readonly since: string
  /** Now, by the service's clock. */
  readonly time: string
  readonly throughput_bytes_per_second: number
  readonly delivered_events_per_second: number
  readonly cpu_ratio: number
  /** The largest of all shards; null while none is known. */
  readonly lag_seconds: number | null
  readonly target: { readonly bytes_per_second: number; readonly cpu_ratio: number }
  /** What is wrong now, the worst first. */
  readonly reasons: readonly StatusReason[]
  /** Nothing is wrong, and something would be better. */
  readonly advice: readonly StatusAdvice[]
  readonly sources: readonly SourceStatus[]
  readonly endpoints: readonly EndpointStatus[]
  readonly reload: ReloadStatus
  /** Changes of state, the latest last. */
  readonly events: readonly StatusEvent[]
  /** A value every few seconds, the latest last: what the page draws. */
  readonly history: History
}

export type ServiceState = 'starting' | 'ok' | 'degraded' | 'down' | 'stopping'

export interface StatusReason {
  readonly code: string
  readonly text: string
  readonly remedy: string
  readonly source: string
  readonly shards: readonly number[]
  readonly endpoint?: string
  /** Failed tries since it began. */
  readonly tries: number
  readonly since: string
  /** It does not heal by itself. */
  readonly needs_person: boolean
  /** Address of the matter in the runbook, below docs/. */
  readonly runbook: string
}

export interface StatusAdvice {
  readonly code: 'spare-consumers' | 'hot-shard' | 'catching-up' | 'falling-behind' | 'retention-overrun'
  readonly text: string
  readonly source: string
  readonly shard?: number
}

export interface SourceStatus {
  readonly name: string
  readonly project: string
  readonly logstore: string
  readonly consumer_group: string
  /** `paused`: no consumers are configured. */
  readonly state: 'starting' | 'ok' | 'degraded' | 'down' | 'stopping' | 'paused'
  readonly consumers: readonly ConsumerStatus[]
  readonly shards: readonly ShardStatus[]
}

export interface ConsumerStatus {
  readonly name: string
  /** `standby`: it has joined and holds no shard. */
  readonly state: 'starting' | 'working' | 'standby' | 'draining' | 'down'
  readonly restarts: number
  readonly throughput_bytes_per_second: number
  readonly cpu_ratio: number
  /** CPU per byte is within the target's; null while idle. */
  readonly target_met: boolean | null
  readonly in_flight_bytes: number
  readonly memory_bytes: number
  readonly shards: readonly number[]
}

export interface ShardStatus {
  readonly shard: number
  readonly owner: string
  readonly state: 'starting' | 'reading' | 'caught-up' | 'draining' | 'held'
  readonly throughput_bytes_per_second: number
  readonly cpu_ratio: number
  readonly lag_seconds: number | null
  readonly read_events: number
  readonly delivered_events: number
  readonly dropped_events: number
  readonly dead_letter_events: number
  readonly in_flight_events: number
  /** Until it has caught up at today's rate; null while it is not falling behind less and less, or has caught up. */
  readonly catch_up_seconds: number | null
  /** Until unread logs expire in Log Service at today's rate; null when they do not. */
  readonly retention_overrun_seconds: number | null
}

export interface EndpointStatus {
  readonly source: string
  readonly endpoint: string
  readonly up: boolean
  readonly pending_acks: number
  /** Requests by what was answered: HEC's code, else `http_STATUS`, else the network's error code. */
  readonly answers: Readonly<Record<string, number>>
  /** Of the last minute; null when there was no request. */
  readonly latency_seconds: { readonly p50: number; readonly p99: number } | null
}

export interface ReloadStatus {
  /** Null: the configuration is the one of the start. */
  readonly time: string | null
  readonly ok: boolean
  readonly text: string
}

export interface StatusEvent {
  readonly time: string
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
  readonly source?: string
  readonly consumer?: string
  readonly shard?: number
}

/** Of the last minutes; all lists have the same length, oldest first; null where nothing is known. */
export interface History {
  readonly interval_seconds: number
  readonly throughput_bytes_per_second: readonly number[]
  readonly lag_seconds: readonly (number | null)[]
  readonly cpu_ratio: readonly number[]
  readonly hec_latency_p99_seconds: readonly (number | null)[]
  /** By source and shard, `SOURCE/SHARD`: throughput. */
  readonly shards: Readonly<Record<string, readonly number[]>>
  /** By consumer: throughput. */
  readonly consumers: Readonly<Record<string, readonly number[]>>
}
