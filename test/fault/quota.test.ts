/** Log Service grants fewer reads than the service would like, until somebody raises the quota. */

import { type Scenario, scenarios } from './support/scenario.ts'
import { delivered } from './support/waits.ts'

type Quota = 'shardReadsPerSecond' | 'shardReadBytesPerSecond' | 'projectReadsPerSecond'

function usedUp(fault: string, quota: Quota, limit: number): Scenario {
  return {
    fault,
    async strike({ far }) {
      far.sls.setReadLimits({ [quota]: limit })
      await delivered(far, 500)
      return () => far.sls.setReadLimits({ [quota]: Number.POSITIVE_INFINITY })
    },
  }
}

scenarios('Log Service', () => [
  usedUp('the read quota of the shard is used up in every second, in reads', 'shardReadsPerSecond', 2),
  usedUp(
    'the read quota of the shard is used up in every second, in bytes',
    'shardReadBytesPerSecond',
    4_000,
  ),
  usedUp('the read quota of the project is used up in every second', 'projectReadsPerSecond', 6),
])
