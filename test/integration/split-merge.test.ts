/** Shards are split and merged while their logs are forwarded. */

import { afterAll, describe, expect, it } from 'vitest'
import { KINDS } from '../../src/simulator/generator/kinds.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, GROUP, LOGSTORE, PROJECT, shardOfEvent, startFarEnds } from '../support/far-ends.ts'
import { everythingArrives, expectNothingOpen, expectSoundEnd } from '../support/invariants.ts'

afterAll(expectNothingOpen)

/** Logs are small, so that a page is one request: those of one page may overlap unless `in_order` is set. */
const FOUR_SHARDS = { shards: 4, logsPerGroup: 3, bytesPerLog: 200 }

describe.concurrent.each([{ inOrder: false }, { inOrder: true }])('with in_order $inOrder', ({ inOrder }) => {
  it('loses and doubles nothing when shards are split and merged under load', async ({ onTestFinished }) => {
    const far = await startFarEnds(FOUR_SHARDS, onTestFinished)
    far.makeSplunkBusy(5)
    const stopStream = far.stream()
    far.start({ consumers: 2, overrides: { source: { inOrder } } })
    await arrivalsOf(far, [0, 1, 2, 3])
    const left = far.sls.splitShard(PROJECT, LOGSTORE, 0)
    await arrivalsOf(far, left)
    const middle = far.sls.mergeShards(PROJECT, LOGSTORE, 1)
    const right = far.sls.splitShard(PROJECT, LOGSTORE, 3)
    await arrivalsOf(far, [middle, ...right])
    // Two generations within one heartbeat.
    const grandchildren = far.sls.splitShard(PROJECT, LOGSTORE, middle)
    const greatGrandchildren = far.sls.splitShard(PROJECT, LOGSTORE, grandchildren[0] ?? -1)
    await arrivalsOf(far, greatGrandchildren)
    stopStream()
    await untilOver(far, [0, 1, 2, 3, middle])
    await expectSoundEnd(far)
  })

  it('finishes an idle shard that is split after its end was saved, and reads its children', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(FOUR_SHARDS, onTestFinished)
    far.start({ consumers: 2, overrides: { source: { inOrder } } })
    far.produce([0], 3)
    await everythingArrives(far)
    await untilSaved(far, 0)
    const children = far.sls.splitShard(PROJECT, LOGSTORE, 0)
    far.produce(children, 3)
    await untilOver(far, [0])
    await expectSoundEnd(far)
  })

  it('finishes shards that never held a log, before and after they were first held', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(FOUR_SHARDS, onTestFinished)
    const before = far.sls.splitShard(PROJECT, LOGSTORE, 0)
    far.start({ consumers: 2, overrides: { source: { inOrder } } })
    await untilSaved(far, 1)
    const after = far.sls.splitShard(PROJECT, LOGSTORE, 1)
    far.produce([...before, ...after], 3)
    await untilOver(far, [0, 1])
    await expectSoundEnd(far)
  })

  it('finishes a shard of which a route drops every log', async ({ onTestFinished }) => {
    const { topic } = KINDS.actiontrail
    const isDropped = () => true
    const far = await startFarEnds({ ...FOUR_SHARDS, kinds: ['actiontrail'], isDropped }, onTestFinished)
    const on = { kind: 'topic' } as const
    const match = [{ on, patterns: [{ kind: 'exact', text: topic }] }] as const
    const routes = [{ match, action: { kind: 'drop' } }] as const
    far.start({ consumers: 2, overrides: { source: { inOrder, routes } } })
    far.produce([0, 1], 3)
    far.produce(far.sls.splitShard(PROJECT, LOGSTORE, 0), 3)
    await untilOver(far, [0])
    for (const child of [4, 5]) await untilSaved(far, child)
    expect(far.hec.events).toHaveLength(0)
    await expectSoundEnd(far)
  })
})

describe.concurrent('order and beginnings across a split', () => {
  it('delivers no log of a child before the last log of its parents, with in_order', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 2, bytesPerLog: 200 }, onTestFinished)
    far.produce([0, 1], 80)
    // Pages of many requests, and every third refused: sent at once, the next would overtake it.
    far.makeSplunkBusy(3)
    far.start({ consumers: 3, overrides: { source: { inOrder: true }, splunk: { batchBytes: 65_536 } } })
    await arrivalsOf(far, [0, 1])
    const [left = -1, right = -1] = far.sls.splitShard(PROJECT, LOGSTORE, 0)
    far.produce([left, right, 1], 50)
    const merged = far.sls.mergeShards(PROJECT, LOGSTORE, right)
    far.produce([merged, left], 50)
    await expectSoundEnd(far)
    const order = far.hec.events.map(shardOfEvent)
    expect(order.indexOf(left)).toBeGreaterThan(order.lastIndexOf(0))
    expect(order.indexOf(right)).toBeGreaterThan(order.lastIndexOf(0))
    expect(order.indexOf(merged)).toBeGreaterThan(order.lastIndexOf(right))
    expect(order.indexOf(merged)).toBeGreaterThan(order.lastIndexOf(1))
  })

  it.for([{ inOrder: false }, { inOrder: true }])(
    'reads the children of a split from their first log, also with start_from end (in_order $inOrder)',
    async ({ inOrder }, { onTestFinished }) => {
      const far = await startFarEnds({ shards: 2, bytesPerLog: 200 }, onTestFinished)
      far.start({ overrides: { source: { inOrder, startFrom: { kind: 'end' } } } })
      await untilSaved(far, 0)
      await untilSaved(far, 1)
      const stopStream = far.stream()
      await arrivalsOf(far, [0, 1])
      far.produce(far.sls.splitShard(PROJECT, LOGSTORE, 0), 3)
      await arrivalsOf(far, [2, 3])
      stopStream()
      await expectSoundEnd(far)
    },
  )
})

/** Waits until Splunk has a log of each of these shards. */
async function arrivalsOf({ hec }: FarEnds, shards: readonly number[]): Promise<void> {
  const missing = () => {
    const arrived = new Set(hec.events.map(shardOfEvent))
    return shards.filter(shard => !arrived.has(shard))
  }
  await eventually(() => missing().length === 0, {
    withinMs: 30_000,
    what: 'a log of each shard has arrived',
    state: missing,
  })
}

/** Waits until the end of a shard is its checkpoint. */
async function untilSaved(far: FarEnds, shard: number): Promise<void> {
  await eventually(() => isCaughtUp(far, shard), {
    withinMs: 30_000,
    what: `the end of shard ${shard} is saved`,
  })
}

function isCaughtUp({ sls }: FarEnds, shard: number): boolean {
  const end = sls.positions(PROJECT, LOGSTORE).find(position => position.shard === shard)?.end
  return end !== undefined && sls.checkpoints(PROJECT, LOGSTORE, GROUP).get(shard)?.cursor === end
}

/** Waits until Log Service knows these read-only shards to be consumed, so that their children may start. */
async function untilOver({ sls }: FarEnds, shards: readonly number[]): Promise<void> {
  const states = () => shards.map(shard => sls.holders(PROJECT, LOGSTORE, GROUP).get(shard)?.state)
  await eventually(() => states().every(state => state === 'over'), {
    withinMs: 30_000,
    what: `shards ${shards.join(', ')} are over`,
    state: states,
  })
}
