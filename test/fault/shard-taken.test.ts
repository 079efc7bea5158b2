/** A shard is given to another consumer while its logs are on their way to Splunk. */

import { eachLogId } from '../../src/simulator/generator/log-id.ts'
import { type FarEnds, GROUP, idsOf, LOGSTORE, PROJECT } from '../support/far-ends.ts'
import { readAgain } from './support/bounds.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { notReady, ready } from './support/splunk.ts'
import { heldBy, said, struck } from './support/waits.ts'

const source = { heartbeatIntervalMs: 2_000 }
const first = { consumers: 1, overrides: { instance: 'first', source } }
const second = { consumers: 1, overrides: { instance: 'second', source } }
const shared: Pick<Scenario, 'world' | 'services'> = { world: { shards: 4 }, services: [first] }

/** Splunk takes four requests and answers none: the shards that move are cut short, the others wait out their time. */
function unanswered(): Scenario {
  let logs = 0
  const splunk = { timeoutMs: 5_000 }
  return {
    ...shared,
    fault: 'a second service takes shards whose logs Splunk takes and does not answer to',
    services: [{ ...first, overrides: { ...first.overrides, splunk, worker: { drainTimeoutMs: 2_000 } } }],
    async strike({ far, start }) {
      far.hec.faults.add({
        fault: { kind: 'hang-before-reply' },
        times: 4,
        match({ body }) {
          logs += eachLogId(body, () => {})
          return true
        },
      })
      start(second)
      await heldBy(far, ['first-logs-1', 'second-logs-1'])
      return byItself
    },
    duplicates: { atMost: () => logs, because: 'the requests that were taken and not answered' },
  }
}

/** However long it lasts, and however often the shard is tried: its logs come twice at most. */
function contradiction(): Scenario {
  let behind = 0
  return {
    fault: 'checkpoints of a shard are refused for as long as heartbeats go on granting it',
    async strike({ far, services: [running] }) {
      const fault = { kind: 'error', code: 'ConsumerNotMatch' } as const
      const refusing = far.sls.faults.add({ call: 'UpdateCheckPoint', shard: 0, fault })
      if (!running) return refusing.remove
      await said(running, 'shard 0 released (lost)')
      behind = behindCheckpoint(far, 0)
      await notReady(running, 'shard-disputed')
      await struck(refusing, 4)
      const taken = running.logLines.filter(line => line.includes(TAKEN)).length
      return async () => {
        refusing.remove()
        await said(running, TAKEN, taken + 1)
        await ready(running)
      }
    },
    duplicates: {
      atMost: () => behind,
      because: 'what was delivered behind the last checkpoint that was taken, once',
    },
  }
}

const TAKEN = 'shard 0 taken'

/** Logs of the shard from its checkpoint to its end. */
function behindCheckpoint({ sls }: FarEnds, shard: number): number {
  const from = sls.checkpoints(PROJECT, LOGSTORE, GROUP).get(shard)?.cursor ?? ''
  return sls.groupsBetween(PROJECT, LOGSTORE, shard, { from, to: '' }).flatMap(idsOf).length
}

scenarios('Log Service', () => [
  {
    ...shared,
    fault: 'a second service takes shards while Splunk is slow',
    async strike({ far, start }) {
      const slow = far.hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 5_000 } })
      start(second)
      await heldBy(far, ['first-logs-1', 'second-logs-1'])
      return slow.remove
    },
  },
  unanswered(),
  {
    fault: 'a checkpoint shows that the shard has another owner',
    async strike({ far, services: [running] }) {
      const fault = { kind: 'error', code: 'ConsumerNotMatch' } as const
      const rule = far.sls.faults.add({ call: 'UpdateCheckPoint', shard: 0, fault, times: 1 })
      await struck({ hits: rule.hits }, 1)
      if (running) await said(running, 'shard 0 released (lost)')
      return byItself
    },
    duplicates: readAgain,
  },
  contradiction(),
])
