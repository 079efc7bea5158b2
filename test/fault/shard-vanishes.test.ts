/** A shard ceases to exist: it was split or merged, and its last data have expired. */

import { eventually } from '../support/eventually.ts'
import { GROUP, LOGSTORE, PROJECT } from '../support/far-ends.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { createOutage } from './support/splunk.ts'
import { heldUp, split, struck } from './support/waits.ts'

function unread(): Scenario {
  const outage = createOutage()
  return {
    fault: 'a shard vanishes with data that were not read, while Splunk is down',
    world: { sls: { pullByteCap: 1 } },
    async strike({ far, services: [running] }) {
      await outage.begin(far)
      if (running) await heldUp(running, [0])
      far.produce([0], 20)
      split(far, 0)
      far.expire(0)
      return far.hec.up
    },
    duplicates: outage.bound,
  }
}

scenarios('Log Service', () => [
  {
    fault: 'a shard that was read to its end vanishes',
    async strike({ far }) {
      split(far, 0)
      const state = () => far.sls.holders(PROJECT, LOGSTORE, GROUP).get(0)?.state
      await eventually(() => state() === 'over', { withinMs: 40_000, what: 'shard 0 is over', state })
      far.expire(0)
      return byItself
    },
  },
  unread(),
  {
    fault: 'a shard is said not to exist, and is there again',
    async strike({ far }) {
      const fault = far.sls.faults.add({ shard: 0, fault: { kind: 'error', code: 'ShardNotExist' } })
      await struck(fault, 3)
      return fault.remove
    },
    duplicates: {
      atMost: ({ far }) => far.readAgain(),
      because: 'what was delivered behind a checkpoint that is refused',
    },
  },
])
