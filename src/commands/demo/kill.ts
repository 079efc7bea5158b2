/** Kills a worker thread and watches how soon its shards move on. */

import { sleep } from '../../base/wait.ts'
import type { Service } from '../../service/service.ts'

export interface KillReport {
  readonly consumer: string
  readonly shards: readonly number[]
  /** Time until the positions of all its shards had moved; undefined when they did not in time. */
  readonly movedOnAfterMs: number | undefined
}

const WATCH_MS = 30_000

export async function killBusiestWorker(
  { board, supervisor }: Service,
  signal: AbortSignal,
): Promise<KillReport> {
  const before = board.shards()
  const owners = before.map(({ owner }) => owner)
  const held = (consumer: string) => owners.filter(owner => owner === consumer).length
  const consumer = owners.toSorted((a, b) => held(b) - held(a))[0] ?? ''
  const victims = before.filter(({ owner }) => owner === consumer)
  const startedAt = performance.now()
  supervisor.killWorker(consumer)

  const hasMoved = () => {
    const now = new Map(board.shards().map(({ shard, position }) => [shard, position]))
    return victims.every(({ shard, position }) => now.get(shard) !== undefined && now.get(shard) !== position)
  }
  const deadline = AbortSignal.any([AbortSignal.timeout(WATCH_MS), signal])
  while (!hasMoved() && !deadline.aborted) await sleep(50, deadline)
  const movedOnAfterMs = hasMoved() ? performance.now() - startedAt : undefined
  return { consumer, shards: victims.map(({ shard }) => shard), movedOnAfterMs }
}
