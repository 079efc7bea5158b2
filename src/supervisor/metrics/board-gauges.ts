/** Gauges of what the board shows, and the target for one consumer. */

import type { Board } from '../state/board.ts'
import { isTargetMet, TARGET } from '../state/target.ts'
import type { ConsumerView, EndpointView, ShardView } from '../state/views.ts'
import type { Exposition } from './exposition.ts'

type Setting = Pick<Exposition, 'set'>

export function setBoardGauges(to: Setting, board: Board): void {
  to.set('consumer_target_bytes_per_second', {}, TARGET.bytesPerSecond)
  to.set('consumer_target_cpu_ratio', {}, TARGET.cpuRatio)
  for (const shard of board.shards()) setShard(to, shard)
  for (const consumer of board.consumers()) setConsumer(to, consumer)
  for (const endpoint of board.endpoints()) setEndpoint(to, endpoint)
}

function setShard({ set }: Setting, view: ShardView): void {
  const labels = { source: view.source, shard: String(view.shard) }
  set('shard_throughput_bytes_per_second', labels, view.bytesPerSecond)
  set('shard_cpu_ratio', labels, view.cpuRatio)
  set('shard_owner', { ...labels, consumer: view.owner }, 1)
  if (view.lagSeconds !== undefined) set('shard_lag_seconds', labels, view.lagSeconds)
}

function setConsumer({ set }: Setting, view: ConsumerView): void {
  const { source, consumer, bytesPerSecond, cpuRatio } = view
  const labels = { source, consumer }
  set('consumer_up', labels, view.up && view.joined ? 1 : 0)
  set('consumer_throughput_bytes_per_second', labels, bytesPerSecond)
  set('consumer_cpu_ratio', labels, cpuRatio)
  set('in_flight_bytes', labels, view.inFlightBytes)
  const isMet = isTargetMet(bytesPerSecond, cpuRatio)
  if (isMet !== undefined) set('consumer_target_met', labels, isMet ? 1 : 0)
}

function setEndpoint({ set }: Setting, { source, endpoint, up, pendingAcks }: EndpointView): void {
  set('hec_endpoint_up', { source, endpoint }, up ? 1 : 0)
  set('hec_pending_acks', { source, endpoint }, pendingAcks)
}
