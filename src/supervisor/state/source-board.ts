/** The board of one source: its consumers, its shards, and where they stand. */

import type { ShardStatus, WorkerStatus } from '../../thread/protocol.ts'
import { type Consumer, createConsumer } from './consumer.ts'
import { endpointsOf } from './endpoints.ts'
import { createShards } from './shards.ts'
import type { ConsumerView, EndpointView, ShardView } from './views.ts'

export interface SourceBoard {
  consumerExpected(consumer: string): void
  reported(consumer: string, report: WorkerStatus): WorkerStatus | undefined
  threadEnded(consumer: string): void
  restarting(consumer: string): void
  consumerGone(consumer: string): void
  consumers(): ConsumerView[]
  shards(): ShardView[]
  endpoints(): EndpointView[]
  positions(): ReadonlyMap<number, string>
  takeGone(): readonly number[]
}

export function createSourceBoard(source: string, now: () => number): SourceBoard {
  const consumers = new Map<string, Consumer>()
  const shards = createShards(source, now)
  /** Kept for as long as the source is there: a consumer group that is made again begins at these. */
  const positions = new Map<number, string>()

  const held = () => [...consumers.values()].flatMap(consumer => consumer.holdings())

  function threadEnded(consumer: string): void {
    shards.abandoned(consumers.get(consumer)?.threadEnded() ?? [])
  }

  function onHeld({ shard, position }: ShardStatus): void {
    shards.held(shard)
    if (position !== undefined) positions.set(shard, position)
  }

  return {
    consumerExpected(consumer) {
      if (!consumers.has(consumer)) consumers.set(consumer, createConsumer(source, consumer, now))
    },
    reported(consumer, report) {
      const entry = consumers.get(consumer)
      if (!entry) return undefined
      entry.reported(report)
      report.shards.forEach(onHeld)
      return { ...report, since: { ...report.since, shards: report.since.shards.map(shards.happened) } }
    },
    threadEnded,
    restarting: consumer => consumers.get(consumer)?.restarting(),
    consumerGone(consumer) {
      threadEnded(consumer)
      consumers.delete(consumer)
    },
    consumers: () => [...consumers.values()].map(consumer => consumer.view()),
    shards: () => shards.views(held()),
    endpoints: () => endpointsOf([...consumers.values()].map(consumer => consumer.testimony())),
    positions: () => new Map(positions),
    takeGone: () => shards.takeGone(held()),
  }
}
