/**
 * What is known now of every consumer, shard and endpoint: the last report of each worker, and rates over the last
 * seconds. Everything that is shown (metrics, readiness, the status) reads from here. Only reports, and what becomes of
 * their threads, change it.
 */

import type { WorkerStatus } from '../../thread/protocol.ts'
import { createSourceBoard, type SourceBoard } from './source-board.ts'
import type { ConsumerView, EndpointView, ShardView } from './views.ts'

export interface Board {
  /** A consumer of the source is to run. */
  consumerExpected(source: string, consumer: string): void
  /**
   * Takes in a report. Returns it without the events that were read again, which count once; undefined when the consumer
   * is not expected.
   */
  reported(source: string, consumer: string, report: WorkerStatus): WorkerStatus | undefined
  threadEnded(source: string, consumer: string): void
  restarting(source: string, consumer: string): void
  /** The consumer has ended for good. */
  consumerGone(source: string, consumer: string): void
  /** The source and its consumers have ended for good: a later one of its name begins with nothing. */
  sourceGone(source: string): void
  consumers(): ConsumerView[]
  /** Shards that a consumer of this service holds, one row each, by source and number. */
  shards(): ShardView[]
  endpoints(): EndpointView[]
  /** Last known positions of a source's shards, however long no consumer has held them. */
  positions(source: string): ReadonlyMap<number, string>
  /** Forgets shards that no consumer has held for two minutes, except their positions; returns them. */
  takeGone(): readonly GoneShard[]
}

export interface GoneShard {
  readonly source: string
  readonly shard: number
}

/** `now`: a clock in milliseconds that never goes back. */
export function createBoard(now: () => number = () => performance.now()): Board {
  const sources = new Map<string, SourceBoard>()

  function add(source: string): SourceBoard {
    const added = createSourceBoard(source, now)
    sources.set(source, added)
    return added
  }

  const all = <T>(list: (source: SourceBoard) => T[]) => [...sources.values()].flatMap(list)

  return {
    consumerExpected: (source, consumer) => (sources.get(source) ?? add(source)).consumerExpected(consumer),
    reported: (source, consumer, report) => sources.get(source)?.reported(consumer, report),
    threadEnded: (source, consumer) => sources.get(source)?.threadEnded(consumer),
    restarting: (source, consumer) => sources.get(source)?.restarting(consumer),
    consumerGone: (source, consumer) => sources.get(source)?.consumerGone(consumer),
    sourceGone: source => void sources.delete(source),
    consumers: () => all(source => source.consumers()),
    shards: () =>
      all(source => source.shards()).sort((a, b) => a.source.localeCompare(b.source) || a.shard - b.shard),
    endpoints: () => all(source => source.endpoints()),
    positions: source => sources.get(source)?.positions() ?? new Map(),
    takeGone: () =>
      [...sources].flatMap(([source, board]) => board.takeGone().map(shard => ({ source, shard }))),
  }
}
