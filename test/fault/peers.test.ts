/** The bugs that lose data on other ways from Log Service to Splunk, each by its name. */

import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { GROUP, LOGSTORE, PROJECT } from '../support/far-ends.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { heldBy, split, struck } from './support/waits.ts'

const BUSY = { kind: 'reply', status: 503, body: '{"text":"Server is busy","code":9}' } as const

/** The recipe and the Java library log the exception of a failed delivery, and go on with the next batch. */
const skipOnException: Scenario = {
  fault: 'skip on exception: a batch whose delivery failed is passed over',
  async strike({ far }) {
    const failures = [
      { kind: 'reset-before-store' },
      { kind: 'reply', status: 500, body: '{"text":"Internal server error","code":8}' },
      { kind: 'reply', status: 403, body: '{"text":"Token disabled","code":1}' },
      { kind: 'reply', status: 502, body: '<html>Bad Gateway</html>' },
    ] as const
    for (const fault of failures) {
      const { strikes } = far.hec.faults.add({ fault, times: 2 })
      await struck({ hits: strikes }, 2)
    }
    return byItself
  },
}

/** A later page is delivered and checkpointed while an earlier one still fails: after a restart nobody reads that again. */
const checkpointLeapfrog: Scenario = {
  fault: 'checkpoint leapfrog: a later batch is checkpointed before an earlier one is delivered',
  // Pages of many requests, of which one waits while the others go.
  services: [{ overrides: { splunk: { batchBytes: 2_000 } } }],
  async strike({ far }) {
    const [{ sequence } = { sequence: 0 }] = far.produce([0], 30)
    const stuck = `0000-${String(sequence - 45).padStart(10, '0')}`
    const fault = far.hec.faults.add({ fault: BUSY, match: ({ body }) => body.includes(stuck) })
    await struck({ hits: fault.strikes }, 3)
    await eventually(() => far.arrivedAt(0, sequence) !== undefined, {
      withinMs: 20_000,
      what: 'a later log',
    })
    return () => void fault.remove()
  },
  disorder: {
    atMost: ({ far }) => far.ledger.report().issued,
    because: 'requests of one page may overlap',
  },
}

/** A cursor that Log Service refuses is replaced by the end of the shard: all that lies between is lost. */
const jumpToTheEnd: Scenario = {
  fault: 'jump to the end: a refused cursor is replaced by the newest one',
  async strike({ far }) {
    const fault = { kind: 'error', code: 'InvalidCursor' } as const
    const refusal = far.sls.faults.add({ call: 'PullLogs', shard: 0, fault, times: 2 })
    far.produce([0], 50)
    await struck(refusal, 2)
    return byItself
  },
}

/** The consumer stops its heartbeats, then drains: the next owner begins before it has ended. */
const heartbeatsBeforeDrain: Scenario = {
  fault: 'heartbeats stopped before the drain: the shard has two owners while the first one still sends',
  world: { shards: 4 },
  services: ['first', 'second'].map(instance => ({
    consumers: 1,
    overrides: { instance, source: { heartbeatIntervalMs: 2_000 }, worker: { drainTimeoutMs: 20_000 } },
  })),
  async strike({ far, services: [first] }) {
    // Longer than the timeout of the group, which is six seconds.
    const slow = far.hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 9_000 }, times: 4 })
    await struck({ hits: slow.strikes }, 4)
    await first?.stop()
    await heldBy(far, ['second-logs-1'])
    return byItself
  },
}

/** An empty shard that was split is never finished: with `in_order` its children wait for ever. */
const stuckEmptyShard: Scenario = {
  fault: 'stuck empty read-only shard: its children are never read',
  services: [{ overrides: { source: { inOrder: true } } }],
  async strike({ far }) {
    // Nothing is written between the two splits, so the children are empty when they are split.
    const children = split(far, 0)
    const grandchildren = children.flatMap(child => split(far, child))
    const states = () => children.map(id => far.sls.holders(PROJECT, LOGSTORE, GROUP).get(id)?.state)
    await eventually(() => states().every(state => state === 'over'), {
      withinMs: 40_000,
      what: 'the empty shards are over',
      state: states,
    })
    expect(grandchildren).toHaveLength(4)
    return byItself
  },
}

scenarios("Peers' bugs", () => [
  skipOnException,
  checkpointLeapfrog,
  jumpToTheEnd,
  heartbeatsBeforeDrain,
  stuckEmptyShard,
])
