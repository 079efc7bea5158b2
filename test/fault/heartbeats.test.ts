/** The consumer cannot tell Log Service that it lives: whoever cannot, must stop before somebody else begins. */

import { eventually } from '../support/eventually.ts'
import { readSinceCheckpoint } from './support/bounds.ts'
import { scenarios } from './support/scenario.ts'

const BUSY = { kind: 'error', code: 'ServerBusy' } as const

scenarios('Log Service', [
  {
    fault: 'heartbeats fail for longer than the timeout of the group, then come back',
    async strike({ far, services: [service] }) {
      const fault = far.sls.faults.add({ call: 'HeartBeat', fault: BUSY })
      const isLost = (shard: number) =>
        service?.logLines.some(line => line.includes(`shard ${shard} released (lost)`))
      await eventually(() => isLost(0) && isLost(1), {
        withinMs: 40_000,
        what: 'both shards are let go',
        state: () => service?.logLines,
      })
      return fault.remove
    },
    duplicates: readSinceCheckpoint,
  },
])
