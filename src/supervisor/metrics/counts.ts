/** What reports say has happened, as counters and histograms. */

import type { CallDelta, ShardDelta, StatusDelta } from '../../thread/protocol.ts'
import type { Exposition } from './exposition.ts'

type Counting = Pick<Exposition, 'count' | 'observe'>

interface Reporter {
  readonly source: string
  readonly consumer: string
}

export function countReport(to: Counting, { source, consumer }: Reporter, since: StatusDelta): void {
  to.count('consumer_cpu_seconds_total', { source, consumer }, since.cpuSeconds)
  for (const delta of since.shards) countShard(to, source, delta)
  for (const call of since.hecCalls) countHecCall(to, source, call)
  for (const call of since.slsCalls) countSlsCall(to, source, call)
  for (const { endpoint, reason, count } of since.hecRetries)
    to.count('hec_retries_total', { source, endpoint, reason }, count)
}

function countShard({ count }: Counting, source: string, delta: ShardDelta): void {
  const labels = { source, shard: String(delta.shard) }
  count('shard_read_bytes_total', labels, delta.readBytes)
  count('shard_delivered_bytes_total', labels, delta.deliveredBytes)
  count('shard_read_events_total', labels, delta.readEvents)
  count('shard_delivered_events_total', labels, delta.deliveredEvents)
  count('shard_dropped_events_total', labels, delta.droppedEvents)
  count('shard_cpu_seconds_total', labels, delta.cpuSeconds)
  count('shard_expired_seconds_total', labels, delta.expiredSeconds)
  for (const [reason, events] of Object.entries(delta.deadLetters ?? {}))
    count('dead_letter_events_total', { ...labels, reason }, events)
}

function countHecCall({ count, observe }: Counting, source: string, call: CallDelta): void {
  const { endpoint, operation, code, durationsSeconds, sentBytes } = call
  count('hec_requests_total', { source, endpoint, operation, code }, durationsSeconds.length)
  count('hec_sent_bytes_total', { source, endpoint }, sentBytes)
  observe('hec_request_duration_seconds', { source, endpoint, operation }, durationsSeconds)
}

export function countSlsCall({ count, observe }: Counting, source: string, call: CallDelta): void {
  const { operation, code, durationsSeconds, receivedBytes } = call
  count('sls_requests_total', { source, operation, code }, durationsSeconds.length)
  count('sls_received_bytes_total', { source }, receivedBytes)
  observe('sls_request_duration_seconds', { source, operation }, durationsSeconds)
}
