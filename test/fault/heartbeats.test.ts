/** The consumer cannot tell Log Service that it lives: whoever cannot, must stop before somebody else begins. */

import type { SlsFault } from '../../src/simulator/sls/index.ts'
import { readAgain } from './support/bounds.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { delivered, heldBy, said } from './support/waits.ts'

const BUSY = { kind: 'error', code: 'ServerBusy' } as const
const TWO = ['test-logs-1', 'test-logs-2']
/** Shards are lost after three seconds. */
const services = [{ overrides: { source: { heartbeatIntervalMs: 1_000 } } }]

function silent(fault: string, rule: SlsFault): Scenario {
  return {
    fault,
    services,
    async strike({ far, services: [running] }) {
      const silence = far.sls.faults.add({ call: 'HeartBeat', fault: rule })
      if (running) await Promise.all([0, 1].map(shard => said(running, `shard ${shard} released (lost)`)))
      return silence.remove
    },
    duplicates: readAgain,
  }
}

scenarios('Log Service', () => [
  silent('heartbeats fail for longer than the timeout of the group', BUSY),
  silent('heartbeats hang for longer than the timeout of the group', { kind: 'hang' }),
  silent('heartbeats are taken and not answered, for longer than the timeout', { kind: 'reset-after' }),
  {
    fault: 'the heartbeats of one of two consumers fail for longer than the timeout of the group',
    services,
    async strike({ far }) {
      const silence = far.sls.faults.add({ call: 'HeartBeat', consumer: 'test-logs-1', fault: BUSY })
      await heldBy(far, ['test-logs-2'])
      await delivered(far, 100)
      return async () => {
        silence.remove()
        await heldBy(far, TWO)
      }
    },
    duplicates: readAgain,
  },
])
