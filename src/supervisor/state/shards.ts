/**
 * The shards of one source, whoever holds them: their rates, and the events that were read and given up. Such events are
 * owed until they are read again, so that read = delivered + dropped + dead letters + in flight at all times.
 */

import type { ShardDelta } from '../../thread/protocol.ts'
import type { Holding } from './consumer.ts'
import { createRate, type Rate } from './rate.ts'
import type { ShardView } from './views.ts'

export interface Shards {
  /** Takes in that a consumer reports the shard as its own. */
  held(shard: number): void
  /** Takes in what happened to a shard; returns it without the events that were read again. */
  happened(delta: ShardDelta): ShardDelta
  /** Takes in what a thread held when it ended. */
  abandoned(left: readonly Holding[]): void
  /** Returns one row for each shard that is held. */
  views(held: readonly Holding[]): ShardView[]
  /** Forgets the shards that no consumer has held for two minutes; returns them. */
  takeGone(held: readonly Holding[]): readonly number[]
}

interface Shard {
  readonly bytes: Rate
  readonly cpu: Rate
  heldAtMs: number
  owedEvents: number
}

/** A shard on its way from one consumer to the next is gone for a heartbeat or two only. */
const GONE_AFTER_MS = 120_000

export function createShards(source: string, now: () => number): Shards {
  const shards = new Map<number, Shard>()

  function shardOf(id: number): Shard {
    const shard = shards.get(id) ?? { bytes: createRate(), cpu: createRate(), heldAtMs: now(), owedEvents: 0 }
    shards.set(id, shard)
    return shard
  }

  /** Settles what is owed: events that are read again were counted as read when they were first read. */
  function settle(shard: Shard, { readEvents, abandonedEvents = 0 }: ShardDelta): number {
    const owed = shard.owedEvents + abandonedEvents
    const again = Math.min(owed, readEvents)
    shard.owedEvents = owed - again
    return readEvents - again
  }

  /** Merges the reports of one shard: while it moves, those of two consumers have it for a second. */
  function viewOf(shard: number, reports: readonly Holding[]): ShardView {
    const { bytes, cpu, owedEvents } = shardOf(shard)
    const newest = reports.reduce((a, b) => (b.sinceMs > a.sinceMs ? b : a))
    return {
      source,
      shard,
      owner: newest.owner,
      state: newest.state,
      bytesPerSecond: bytes.perSecond(now()),
      cpuRatio: cpu.perSecond(now()),
      lagSeconds: newest.lagSeconds,
      inFlightEvents: reports.reduce((sum, { inFlightEvents }) => sum + inFlightEvents, owedEvents),
      position: newest.position,
    }
  }

  return {
    held(shard) {
      shardOf(shard).heldAtMs = now()
    },
    happened(delta) {
      const shard = shardOf(delta.shard)
      shard.bytes.add(delta.readBytes, now())
      shard.cpu.add(delta.cpuSeconds, now())
      return { ...delta, readEvents: settle(shard, delta) }
    },
    abandoned(left) {
      for (const { shard, inFlightEvents } of left) shardOf(shard).owedEvents += inFlightEvents
    },
    views: held =>
      [...Map.groupBy(held, ({ shard }) => shard)].map(([shard, reports]) => viewOf(shard, reports)),
    takeGone(held) {
      const isHeld = new Set(held.map(({ shard }) => shard))
      const gone = [...shards].filter(
        ([shard, { heldAtMs }]) => !isHeld.has(shard) && now() - heldAtMs > GONE_AFTER_MS,
      )
      for (const [shard] of gone) shards.delete(shard)
      return gone.map(([shard]) => shard)
    },
  }
}
