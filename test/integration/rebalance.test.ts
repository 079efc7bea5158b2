/**
 * Consumers come and go: shards move between them, and every log still arrives once and in its order. Logs are small,
 * so that a page is one request: the requests of one page may overlap unless `in_order` is set.
 */

import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, LOGSTORE, PROJECT, startFarEnds } from '../support/far-ends.ts'
import { expectNothingOpen, expectSoundEnd } from '../support/invariants.ts'

afterAll(expectNothingOpen)

describe.concurrent('a group whose consumers change', () => {
  it('keeps every log, once and in order, while two services start and stop in turns and Splunk is busy', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 8, logsPerGroup: 3, bytesPerLog: 200 }, onTestFinished)
    far.makeSplunkBusy(5)
    const stopStream = far.stream()
    const start = (instance: string) => far.start({ consumers: 2, overrides: { instance } })
    const first = start('first')
    await untilHeld(far, { 'first-logs-1': 4, 'first-logs-2': 4 })
    const second = start('second')
    await untilHeld(far, twoEach('first', 'second'))
    await first.stop()
    await untilHeld(far, { 'second-logs-1': 4, 'second-logs-2': 4 })
    start('first')
    await untilHeld(far, twoEach('first', 'second'))
    await second.stop()
    await untilHeld(far, { 'first-logs-1': 4, 'first-logs-2': 4 })
    stopStream()
    await expectSoundEnd(far)
  })

  it('hands a shard over without a duplicate when Splunk is slow, and reports it until the last answer', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 4, bytesPerLog: 200 }, onTestFinished)
    far.hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 1_500 } })
    const stopStream = far.stream()
    far.start({ overrides: { instance: 'first' } })
    await untilHeld(far, { 'first-logs-1': 4 })
    await eventually(() => far.hec.counters.events > 0, { withinMs: 20_000, what: 'a first delivery' })
    far.start({ overrides: { instance: 'second' } })
    await untilHeld(far, { 'first-logs-1': 2, 'second-logs-1': 2 })
    stopStream()
    far.hec.faults.clear()
    await expectSoundEnd(far)
  })

  it('lets consumers without a shard stand by, ready, until a split gives them work', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 2, bytesPerLog: 200 }, onTestFinished)
    const stopStream = far.stream()
    const { service, logLines } = far.start({ consumers: 5 })
    await eventually(() => service.readiness().ready, {
      withinMs: 20_000,
      what: 'all five have joined',
      state: () => service.readiness(),
    })
    await untilCounts(far, [1, 1, 0, 0, 0])
    expect(logLines.filter(line => line.includes('3 stand by'))).toHaveLength(1)
    const idle = far.sls.journal.heartbeats().filter(({ reported }) => reported.length === 0)
    expect(new Set(idle.map(({ consumer }) => consumer)).size).toBe(5)
    far.sls.splitShard(PROJECT, LOGSTORE, 0)
    // The parent is consumed to its end; its two children and the other shard are left.
    await untilCounts(far, [1, 1, 1, 0, 0])
    stopStream()
    await expectSoundEnd(far)
  })
})

function twoEach(...instances: string[]): Record<string, number> {
  return Object.fromEntries(instances.flatMap(name => [1, 2].map(n => [`${name}-logs-${n}`, 2])))
}

/** Waits until the live consumers hold so many shards each, and nobody else any. */
async function untilHeld(far: FarEnds, wanted: Readonly<Record<string, number>>): Promise<void> {
  const counts = () =>
    Object.fromEntries([...far.holdings()].map(([consumer, shards]) => [consumer, shards.length]))
  await eventually(() => sorted(counts()) === sorted(wanted), {
    withinMs: 30_000,
    what: `shards are held as ${sorted(wanted)}`,
    state: counts,
  })
}

function sorted(counts: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(counts).toSorted(([a], [b]) => a.localeCompare(b)))
}

/** Waits until the live consumers, whichever, hold so many shards each; most first. */
async function untilCounts(far: FarEnds, wanted: readonly number[]): Promise<void> {
  const counts = () => [...far.holdings().values()].map(shards => shards.length).toSorted((a, b) => b - a)
  await eventually(() => counts().join() === wanted.join(), {
    withinMs: 30_000,
    what: `consumers hold ${wanted.join(', ')} shards`,
    state: counts,
  })
}
