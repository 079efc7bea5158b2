/**
 * Splunk refuses an index. Events that ask for it wait; others of the same page and other shards go on; when the index is
 * allowed the waiting ones arrive, once.
 */

import { expect } from 'vitest'
import type { Route } from '../../src/config/types.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, sequenceOf, shardOfEvent, TOKEN } from '../support/far-ends.ts'
import { sentLater } from './support/bounds.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { notReady } from './support/splunk.ts'

/** Three kinds and two shards: each shard gets groups of each. */
const KINDS = ['oss', 'slb', 'waf'] as const
const audited = (topic: string): Route => ({
  match: [{ on: { kind: 'topic' }, patterns: [{ kind: 'exact', text: topic }] }],
  action: {
    kind: 'send',
    metadata: {
      index: [
        { kind: 'text', text: 'audit-' },
        { kind: 'variable', name: 'shard' },
      ],
    },
  },
})
const indexes = ['audit-1']
const all = [...indexes, 'audit-0']

/** Whether of shard 0 something has arrived that lies behind what waits. */
function overtakes(far: FarEnds): boolean {
  const waiting = far.missing().filter(({ shard }) => shard === 0)
  const arrived = far.hec.events.filter(event => shardOfEvent(event) === 0).map(sequenceOf)
  return Math.max(...arrived) > (waiting[0]?.sequence ?? Number.POSITIVE_INFINITY)
}

async function shardGoesOn(far: FarEnds, shard: number): Promise<void> {
  const [{ sequence } = { sequence: 0 }] = far.produce([shard])
  await eventually(() => far.arrivedAt(shard, sequence) !== undefined, {
    withinMs: 20_000,
    what: `a new log of shard ${shard} arrives while the index of another is refused`,
  })
}

function refused(of: string, { inOrder, batchBytes }: { inOrder: boolean; batchBytes: number }): Scenario {
  return {
    fault: 'an index is refused, and allowed again',
    case: of,
    world: { kinds: KINDS, hec: { tokens: [{ token: TOKEN, indexes: all }] } },
    services: [
      {
        overrides: {
          source: { inOrder, routes: [audited('oss_access_log')] },
          splunk: { batchBytes },
        },
      },
    ],
    streamEveryMs: 300,
    async strike({ far, services: [running] }) {
      // One page holds all that is written now: without a pull under way or a smaller page before it that would wait.
      await eventually(() => far.missing().length === 0, { withinMs: 20_000, what: 'all so far has arrived' })
      far.hec.setToken({ token: TOKEN, indexes })
      far.produce([0], 12)
      if (running) await notReady(running, 'splunk-index-refused')
      await shardGoesOn(far, 1)
      if (inOrder) expect(overtakes(far), 'something overtakes in order').toBe(false)
      else await eventually(() => overtakes(far), { withinMs: 20_000, what: 'others of the page are there' })
      const text = running?.service
        .readiness()
        .reasons.find(({ code }) => code === 'splunk-index-refused')?.text
      expect(text).toContain('"audit-0"')
      return () => far.hec.setToken({ token: TOKEN, indexes: all })
    },
    ...(!inOrder && { disorder: sentLater }),
  }
}

scenarios('Splunk', () => [
  refused('in one request with others', { inOrder: false, batchBytes: 1024 * 1024 }),
  refused('in requests of their own', { inOrder: false, batchBytes: 2_000 }),
  refused('in order', { inOrder: true, batchBytes: 4_000 }),
])
