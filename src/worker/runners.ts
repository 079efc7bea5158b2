/**
 * The shards that this consumer runs: each from its start until its last request has settled and its checkpoint is saved.
 */

import type { ShardStatus, Unconfirmed, Unsaved } from '../thread/protocol.ts'
import type { KnownPositions } from './shard/known-positions.ts'
import type { Release, ShardEnd, ShardRunner } from './shard/runner.ts'

export interface Runners {
  shards(): readonly number[]
  has(shard: number): boolean
  add(runner: ShardRunner): void
  /** Releases one shard; without effect when it does not run or is being released already. */
  release(shard: number, reason: Release): void
  /** Releases all shards; returns how many were not being released for this reason or a stronger one. */
  releaseAll(reason: Release): number
  /** Releases all shards as `releaseAll` does; what they leave behind is remembered from now on. */
  stop(): void
  /** True when `stop` was called and no shard runs any more. */
  isOver(): boolean
  /** Resolves when all that run now have ended. */
  ended(): Promise<void>
  statuses(): ShardStatus[]
  /** Returns, by shard, the events of pages that were given up at the stop: they will be sent again. */
  unconfirmed(): Unconfirmed[]
  /** Returns the shards that ran when the stop came and whose last position is not saved. */
  unsaved(): Unsaved[]
}

export interface RunnersOptions {
  /** Learns where each shard stood at its end. */
  readonly positions: KnownPositions
  /** Called when a shard has ended and is no longer one of `shards`. */
  readonly onEnded: (shard: number, end: ShardEnd) => void
}

export function createRunners({ positions, onEnded }: RunnersOptions): Runners {
  const runners = new Map<number, ShardRunner>()
  const endedAtStop: ShardRunner[] = []
  let isStopping = false

  const all = () => [...runners.values()]
  const heldAtStop = () => [...endedAtStop, ...all()]
  const releaseAll = (reason: Release) => all().filter(runner => runner.release(reason)).length

  async function removeAtEnd(runner: ShardRunner): Promise<void> {
    const end = await runner.ended
    const { shard } = runner
    const { position } = runner.status()
    if (position !== undefined) positions.learn(shard, position)
    runners.delete(shard)
    if (isStopping) endedAtStop.push(runner)
    onEnded(shard, end)
  }

  return {
    shards: () => [...runners.keys()],
    has: shard => runners.has(shard),
    add(runner) {
      runners.set(runner.shard, runner)
      void removeAtEnd(runner)
    },
    release: (shard, reason) => void runners.get(shard)?.release(reason),
    releaseAll,
    stop() {
      isStopping = true
      releaseAll('stop')
    },
    isOver: () => isStopping && runners.size === 0,
    ended: async () => void (await Promise.all(all().map(runner => runner.ended))),
    statuses: () => all().map(runner => runner.status()),
    unconfirmed: () => heldAtStop().flatMap(runner => runner.unfinished() ?? []),
    unsaved: () => heldAtStop().flatMap(runner => runner.unsaved() ?? []),
  }
}
