import type { Clock } from './clock.ts'
import type { SlsSimulatorOptions } from './options.ts'
import { type Refusal, refuse } from './refusal.ts'

/** Read quotas over whole seconds of the simulator's clock. */
export interface ReadQuota {
  /** Counts one read; refused when the second has had its share of reads or bytes. */
  admit(project: string, shardKey: string): Refusal | undefined
  /** Counts bytes that were served; they refuse later reads of the same second. */
  served(shardKey: string, bytes: number): void
}

export type ReadLimits = Pick<
  SlsSimulatorOptions,
  'shardReadsPerSecond' | 'shardReadBytesPerSecond' | 'projectReadsPerSecond'
>

/** `limits` are asked for at every read: they may change under way. */
export function createReadQuota(clock: Clock, limits: () => ReadLimits): ReadQuota {
  const shardReads = createWindow(clock, () => limits().shardReadsPerSecond)
  const shardBytes = createWindow(clock, () => limits().shardReadBytesPerSecond)
  const projectReads = createWindow(clock, () => limits().projectReadsPerSecond)
  return {
    admit: (project, shardKey) => {
      if (projectReads.isFull(project)) return refuse('ReadQuotaExceed', 'project read quota exceed')
      if (shardReads.isFull(shardKey))
        return refuse('ShardReadQuotaExceed', 'shard read qps exceed quota limits')
      if (shardBytes.isFull(shardKey))
        return refuse('ShardReadQuotaExceed', 'shard read bytes exceed quota limits')
      projectReads.add(project, 1)
      shardReads.add(shardKey, 1)
      return undefined
    },
    served: (shardKey, bytes) => shardBytes.add(shardKey, bytes),
  }
}

function createWindow(clock: Clock, limit: () => number) {
  const sums = new Map<string, number>()
  let second = 0
  const turn = () => {
    const now = Math.floor(clock.nowMs() / 1_000)
    if (now !== second) sums.clear()
    second = now
  }
  return {
    isFull: (key: string) => {
      turn()
      return (sums.get(key) ?? 0) >= limit()
    },
    add: (key: string, amount: number) => {
      turn()
      sums.set(key, (sums.get(key) ?? 0) + amount)
    },
  }
}
