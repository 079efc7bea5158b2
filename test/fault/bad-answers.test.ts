/** Answers that are not Log Service's, or not to what was asked: portals, proxies, caches, a server half updated. */

import type { SlsFault } from '../../src/simulator/sls/index.ts'
import { CALLS, onCall } from './support/every-call.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { said } from './support/waits.ts'

const HTML: readonly SlsFault[] = [200, 302, 403, 404, 502, 503].map(status => ({ kind: 'html', status }))
const EMPTY: readonly SlsFault[] = [200, 204, 404, 500].map(status => ({ kind: 'empty', status }))
const SHAPES = [{}, null, 'text', 42, [null], [{}], { cursor: 7 }, ['0'], { checkpoint: [] }]
const WRONG: readonly SlsFault[] = SHAPES.map(value => ({ kind: 'wrong-shape', value }))
/** Several of each, on shards of their own. */
const REPEATED: readonly SlsFault[] = [
  { kind: 'stale' },
  { kind: 'duplicate' },
  { kind: 'stale' },
  { kind: 'duplicate' },
]

const SHARD = { shardID: 0, status: 'readwrite', inclusiveBeginKey: '0', exclusiveEndKey: 'f' }
/** One odd value each, in the answers of the calls that prepare a group, and of the one that only decorates. */
const ODD = [
  { call: 'ListConsumerGroup', value: [{ name: 'sls2splunk', timeout: '1e308' }] },
  { call: 'ListShards', value: [{ ...SHARD, createTime: 'yesterday' }] },
  { call: 'GetCheckPoint', value: [{ shard: 0, checkpoint: '', consumer: {} }] },
  { call: 'GetCursor', value: { cursor: '\ud800' } },
  { call: 'GetLogStore', value: { ttl: 'for ever' } },
] as const

function oddValues(): Scenario {
  return {
    fault: 'management calls are answered with one odd value',
    cases: ODD.length,
    strikesWhen: 'starting',
    before({ sls }) {
      for (const { call, value } of ODD)
        sls.faults.add({ call, fault: { kind: 'wrong-shape', value }, times: 1 })
    },
    async strike({ services: [running] }) {
      if (running) await said(running, 'over after')
      if (running) await said(running, 'ttl is')
      return byItself
    },
  }
}

scenarios('Log Service', () => [
  oddValues(),
  ...CALLS.flatMap((call): Scenario[] => [
    onCall({
      call,
      fault: `${call} is answered with HTML, nothing, or the wrong shape`,
      faults: [...HTML, ...EMPTY, ...WRONG],
    }),
    onCall({
      call,
      fault: `${call} is answered with the answer before, or is processed twice`,
      faults: REPEATED,
      times: 1,
    }),
  ]),
])
