/** Log Service grants fewer reads than the service would like, for as long as it runs. */

import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { delivered } from './support/waits.ts'

function within(quota: string, sls: NonNullable<Scenario['world']>['sls']): Scenario {
  return {
    fault: `the read quota of the ${quota} is used up in every second`,
    world: { sls: { ...sls } },
    strikesWhen: 'starting',
    async strike({ far }) {
      await delivered(far, 1_000)
      return byItself
    },
  }
}

scenarios('Log Service', [
  within('shard, in reads,', { shardReadsPerSecond: 2 }),
  within('shard, in bytes,', { shardReadBytesPerSecond: 4_000 }),
  within('project', { projectReadsPerSecond: 3 }),
])
