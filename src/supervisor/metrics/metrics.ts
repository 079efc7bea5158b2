/**
 * The Prometheus metrics. Counters take what a status says has happened since the one before; gauges are read from the
 * board when somebody scrapes. A consumer or shard that is gone is not exported any more.
 */

import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client'
import type { CallDelta, ShardDelta, WorkerStatus } from '../../thread/protocol.ts'
import type { Board } from '../state/board.ts'
import type { ReloadResult } from '../state/reload-result.ts'
import { isTargetMet, TARGET } from '../state/target.ts'
import type { ConsumerView, EndpointView, ShardView } from '../state/views.ts'
import { createProcessMetrics } from './process.ts'
import { createReloadMetrics } from './reload-metrics.ts'
import { createSeriesList, type Labels, type Removable } from './series.ts'
import { createSourceMetrics, type SourceScene } from './source-metrics.ts'

export interface Metrics {
  reported(source: string, consumer: string, report: WorkerStatus): void
  restarting(source: string, consumer: string, reason: string): void
  /** Removes the consumer's series. */
  consumerGone(source: string, consumer: string): void
  /** Removes the shard's series. */
  shardGone(source: string, shard: number): void
  /** Removes every series about the source. */
  sourceGone(source: string): void
  /** Requests that the supervisor itself makes. */
  onSlsCall(source: string, call: CallDelta): void
  onReload(result: ReloadResult): void
  /** The text of a scrape and its content type, in the format that is asked for. */
  render(accept: string | undefined): Promise<{ readonly text: string; readonly contentType: string }>
}

const PREFIX = 'sls2splunk_'
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** `scene`: what is known of sources beyond the board; without it their gauges are declared alone. */
export function createMetrics(board: Board, version: string, scene?: () => SourceScene): Metrics {
  const prometheus = new Registry()
  const openMetrics = new Registry<OpenMetricsContentType>()
  openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const registers = [prometheus, openMetrics]
  const series = createSeriesList()

  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers })
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers })
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Histogram({ name: PREFIX + name, help, labelNames, buckets: DURATION_BUCKETS, registers })

  const ofShard = ['source', 'shard'] as const
  const ofConsumer = ['source', 'consumer'] as const
  const shardCounters = {
    readBytes: counter('shard_read_bytes_total', 'Raw log data read, uncompressed.', ofShard),
    deliveredBytes: counter('shard_delivered_bytes_total', 'Raw log data that Splunk accepted.', ofShard),
    readEvents: counter('shard_read_events_total', 'Logs read.', ofShard),
    deliveredEvents: counter('shard_delivered_events_total', 'Logs that Splunk accepted.', ofShard),
    droppedEvents: counter('shard_dropped_events_total', 'Logs that a route dropped.', ofShard),
    cpuSeconds: counter(
      'shard_cpu_seconds_total',
      "CPU time, shared among a worker's shards by bytes.",
      ofShard,
    ),
    expiredSeconds: counter(
      'shard_expired_seconds_total',
      'Time range that expired before it was read.',
      ofShard,
    ),
  } satisfies Partial<Record<keyof ShardDelta, Counter<'source' | 'shard'>>>
  const consumerCpu = counter('consumer_cpu_seconds_total', "CPU time of the consumer's thread.", ofConsumer)
  const deadLetters = counter('dead_letter_events_total', 'Events that went to the dead letters.', [
    ...ofShard,
    'reason',
  ])
  const restarts = counter('consumer_restarts_total', 'Restarts of the worker thread.', [
    ...ofConsumer,
    'reason',
  ])
  const hec = {
    requests: counter('hec_requests_total', "Requests to Splunk by HEC's code.", HEC_LABELS),
    duration: histogram(
      'hec_request_duration_seconds',
      'Duration of requests to Splunk.',
      HEC_DURATION_LABELS,
    ),
    sentBytes: counter('hec_sent_bytes_total', 'Bytes of request bodies sent to Splunk.', [
      'source',
      'endpoint',
    ]),
    retries: counter('hec_retries_total', 'Attempts that are made again.', ['source', 'endpoint', 'reason']),
  }
  const sls = {
    requests: counter('sls_requests_total', 'Requests to Log Service.', ['source', 'operation', 'code']),
    duration: histogram('sls_request_duration_seconds', 'Duration of requests.', ['source', 'operation']),
    receivedBytes: counter('sls_received_bytes_total', 'Bytes received, as compressed on the wire.', [
      'source',
    ]),
  }
  const shardGauges = {
    throughput: gauge('shard_throughput_bytes_per_second', 'Raw log data read a second, over 10 s.', ofShard),
    cpuRatio: gauge('shard_cpu_ratio', 'CPU used, 1 is one core, over 10 s.', ofShard),
    lag: gauge(
      'shard_lag_seconds',
      'Age of the oldest log that is not delivered, by time of receipt.',
      ofShard,
    ),
    owner: gauge('shard_owner', '1 on the consumer that holds the shard.', [...ofShard, 'consumer']),
  }
  const consumerGauges = {
    throughput: gauge(
      'consumer_throughput_bytes_per_second',
      'Raw log data read a second, over 10 s.',
      ofConsumer,
    ),
    cpuRatio: gauge('consumer_cpu_ratio', 'CPU used, 1 is one core, over 10 s.', ofConsumer),
    up: gauge('consumer_up', '1 while the thread runs and its last heartbeat worked.', ofConsumer),
    inFlight: gauge('in_flight_bytes', 'Read and not yet delivered.', ofConsumer),
    targetMet: gauge('consumer_target_met', "1 while CPU per byte is within the target's.", ofConsumer),
  }
  const ofEndpoint = ['source', 'endpoint'] as const
  const endpointUp = gauge('hec_endpoint_up', '1 while the last contact worked.', ofEndpoint)
  const pendingAcks = gauge('hec_pending_acks', 'Requests whose acknowledgement is waited for.', ofEndpoint)
  gauge('consumer_target_bytes_per_second', 'Target for one consumer.', []).set(TARGET.bytesPerSecond)
  gauge('consumer_target_cpu_ratio', 'CPU that the target may take.', []).set(TARGET.cpuRatio)
  gauge('build_info', 'Version that runs.', ['version', 'node']).set({ version, node: process.version }, 1)
  createProcessMetrics(PREFIX, registers)
  const ofSources = createSourceMetrics(PREFIX, registers)
  const onReload = createReloadMetrics(PREFIX, registers)

  function refresh(): void {
    for (const each of [
      ...Object.values(shardGauges),
      ...Object.values(consumerGauges),
      endpointUp,
      pendingAcks,
    ])
      each.reset()
    const shards = board.shards()
    for (const view of shards) setShard(view)
    ofSources.refresh(shards, scene?.())
    for (const view of board.consumers()) setConsumer(view)
    for (const view of board.endpoints()) setEndpoint(view)
  }

  function setShard({ source, shard: id, owner, bytesPerSecond, cpuRatio, lagSeconds }: ShardView): void {
    const shard = String(id)
    shardGauges.throughput.set({ source, shard }, bytesPerSecond)
    shardGauges.cpuRatio.set({ source, shard }, cpuRatio)
    shardGauges.owner.set({ source, shard, consumer: owner }, 1)
    if (lagSeconds !== undefined) shardGauges.lag.set({ source, shard }, lagSeconds)
  }

  function setConsumer({
    source,
    consumer,
    up,
    joined,
    bytesPerSecond,
    cpuRatio,
    inFlightBytes,
  }: ConsumerView): void {
    consumerGauges.up.set({ source, consumer }, up && joined ? 1 : 0)
    consumerGauges.throughput.set({ source, consumer }, bytesPerSecond)
    consumerGauges.cpuRatio.set({ source, consumer }, cpuRatio)
    consumerGauges.inFlight.set({ source, consumer }, inFlightBytes)
    const met = isTargetMet(bytesPerSecond, cpuRatio)
    if (met !== undefined) consumerGauges.targetMet.set({ source, consumer }, met ? 1 : 0)
  }

  function setEndpoint({ source, endpoint, up, pendingAcks: pending }: EndpointView): void {
    endpointUp.set({ source, endpoint }, up ? 1 : 0)
    pendingAcks.set({ source, endpoint }, pending)
  }

  function count(metric: Countable, labels: Labels, amount: number): void {
    metric.inc(labels, amount)
    series.keep(metric, labels)
  }

  function time(metric: Timeable, labels: Labels, seconds: readonly number[]): void {
    for (const each of seconds) metric.observe(labels, each)
    if (seconds.length > 0) series.keep(metric, labels)
  }

  function countHec(source: string, call: CallDelta): void {
    const { endpoint, operation, code, durationsSeconds } = call
    count(hec.requests, { source, endpoint, operation, code }, durationsSeconds.length)
    count(hec.sentBytes, { source, endpoint }, call.sentBytes)
    time(hec.duration, { source, endpoint, operation }, durationsSeconds)
  }

  function countSls(source: string, { operation, code, durationsSeconds, receivedBytes }: CallDelta): void {
    count(sls.requests, { source, operation, code }, durationsSeconds.length)
    count(sls.receivedBytes, { source }, receivedBytes)
    time(sls.duration, { source, operation }, durationsSeconds)
  }

  function countShard(source: string, delta: ShardDelta): void {
    const labels = { source, shard: String(delta.shard) }
    count(shardCounters.readBytes, labels, delta.readBytes)
    count(shardCounters.deliveredBytes, labels, delta.deliveredBytes)
    count(shardCounters.readEvents, labels, delta.readEvents)
    count(shardCounters.deliveredEvents, labels, delta.deliveredEvents)
    count(shardCounters.droppedEvents, labels, delta.droppedEvents)
    count(shardCounters.cpuSeconds, labels, delta.cpuSeconds)
    count(shardCounters.expiredSeconds, labels, delta.expiredSeconds)
    for (const [reason, events] of Object.entries(delta.deadLetters ?? {}))
      count(deadLetters, { ...labels, reason }, events)
  }

  return {
    reported(source, consumer, { since }) {
      count(consumerCpu, { source, consumer }, since.cpuSeconds)
      for (const delta of since.shards) countShard(source, delta)
      for (const call of since.hecCalls) countHec(source, call)
      for (const call of since.slsCalls) countSls(source, call)
      for (const { endpoint, reason, count: retries } of since.hecRetries)
        count(hec.retries, { source, endpoint, reason }, retries)
    },
    restarting(source, consumer, reason) {
      count(restarts, { source, consumer, reason }, 1)
    },
    consumerGone: (source, consumer) => series.forget({ source, consumer }),
    shardGone: (source, shard) => series.forget({ source, shard: String(shard) }),
    sourceGone: source => series.forget({ source }),
    onSlsCall: countSls,
    onReload,
    async render(accept) {
      const registry = accept?.includes('application/openmetrics-text') ? openMetrics : prometheus
      refresh()
      return { text: await registry.metrics(), contentType: registry.contentType }
    },
  }
}

interface Countable extends Removable {
  inc(labels: Labels, amount: number): void
}

interface Timeable extends Removable {
  observe(labels: Labels, seconds: number): void
}

const HEC_LABELS = ['source', 'endpoint', 'operation', 'code'] as const
const HEC_DURATION_LABELS = ['source', 'endpoint', 'operation'] as const
