/** Worker threads die; their shards go on, and the other consumers notice nothing. */

import { afterAll, describe, expect, it } from 'vitest'
import { bodyHas } from '../../src/simulator/hec/faults.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, LOGSTORE, PROJECT, startFarEnds } from '../support/far-ends.ts'
import { everythingArrives, expectNothingOpen, expectSoundEnd } from '../support/invariants.ts'
import type { RunningService } from '../support/service.ts'

afterAll(expectNothingOpen)

const SMALL = { shards: 6, bytesPerLog: 200 }
const MIB = 1024 * 1024

describe.concurrent('when a worker thread dies', () => {
  it('its shards go on under the same name within seconds, and no other consumer loses one', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const stopStream = far.stream()
    const running = far.start({ consumers: 3 })
    await untilHeld(far, [2, 2, 2])
    await eventually(() => readBy(running).join() === '2,2,2', {
      withinMs: 20_000,
      what: 'every consumer reads two shards',
      state: () => readBy(running),
    })
    const before = Object.fromEntries(far.holdings())
    const { 'test-logs-2': lost = [], ...others } = before
    const arrived = far.hec.events.length
    const said = running.logLines.length
    running.service.supervisor.killWorker('test-logs-2')
    const linesSince = () => running.logLines.slice(said)
    const isTaken = (shard: number) => linesSince().some(line => line.includes(`shard ${shard} taken`))
    await eventually(() => lost.every(isTaken), {
      withinMs: 20_000,
      what: 'its shards are taken again',
      state: linesSince,
    })
    expect(Object.fromEntries(far.holdings())).toEqual(before)
    expect(Object.values(others).flat().filter(isTaken), 'shards of others that were taken again').toEqual([])
    expect(
      linesSince().filter(line => line.includes('worker ended (killed: asked for), starts again in')),
    ).toHaveLength(1)
    await eventually(async () => (await restartsOf(running)).length > 0, { withinMs: 10_000 })
    expect(await restartsOf(running)).toEqual(['consumer="test-logs-2",reason="asked for"'])
    expect(far.hec.events.length).toBeGreaterThan(arrived)
    stopStream()
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
    for (const [shard, { duplicated }] of far.ledger.report().shards)
      if (!lost.includes(shard)) expect(duplicated, `duplicates of shard ${shard}`).toBe(0)
  })

  it('again and again, each in turn, nothing is lost', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    far.makeSplunkBusy(5)
    const stopStream = far.stream()
    const running = far.start({ consumers: 2 })
    await untilHeld(far, [3, 3])
    for (const n of [1, 2, 1, 2, 1, 2]) {
      const { events } = far.hec.counters
      running.service.supervisor.killWorker(`test-logs-${n}`)
      await eventually(() => far.hec.counters.events > events + 100, {
        withinMs: 20_000,
        what: 'deliveries go on',
        state: () => running.logLines.slice(-10),
      })
    }
    stopStream()
    const { issued } = far.ledger.report()
    await expectSoundEnd(far, { duplicates: issued, disorder: issued })
  })

  it('for a message that the supervisor stumbles over, it alone is started again', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ ...SMALL, shards: 2 }, onTestFinished)
    const running = far.start({ consumers: 2 })
    await untilHeld(far, [1, 1])
    const { board } = running.service
    const { reported } = board
    board.reported = (source, consumer, report) => {
      if (consumer !== 'test-logs-1') return reported(source, consumer, report)
      board.reported = reported
      throw new TypeError('a bug on this side')
    }
    const restarted = 'consumer="test-logs-1",reason="bad-message"'
    await eventually(async () => (await restartsOf(running)).includes(restarted), {
      withinMs: 20_000,
      what: 'the worker is started again',
      state: () => running.logLines.slice(-10),
    })
    expect(running.logLines.join()).toContain(
      'taking its status message failed unexpectedly: TypeError: a bug',
    )
    far.produce([0, 1], 2)
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
    expect(await restartsOf(running)).toEqual([restarted])
  })

  it('for taking too much memory, it alone is started again, and the others deliver on', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ ...SMALL, shards: 2, sls: { pullByteCap: 100 * MIB } }, onTestFinished)
    far.hec.faults.add({ fault: { kind: 'hang' }, match: bodyHas('large') })
    const worker = { memoryLimitBytes: 96 * MIB, inFlightBytes: 64 * MIB }
    // So long that the page stays with its consumer, however slow the machine: who gets it next would die of it, too.
    const source = { heartbeatIntervalMs: 10_000 }
    const running = far.start({ consumers: 2, overrides: { worker, source } })
    await untilHeld(far, [1, 1])
    const holder = [...far.holdings()].find(([, shards]) => shards.includes(0))?.[0]
    // One page of 80 MB, which Splunk does not take: with its bodies it is more than the whole worker may have.
    const contents = [{ key: 'large', value: 'x'.repeat(4 * MIB) }]
    const group = { tags: [], logs: [{ timeSeconds: 1_700_000_000, contents }] }
    far.sls.append(PROJECT, LOGSTORE, 0, Array(20).fill(group))
    await eventually(async () => (await restartsOf(running)).length > 0, {
      withinMs: 40_000,
      what: 'the worker is started again',
      state: () => running.service.board.consumers(),
    })
    far.produce([1], 10)
    await everythingArrives(far)
    expect(await restartsOf(running)).toEqual([`consumer="${holder}",reason="memory-limit"`])
    far.sls.expire(PROJECT, LOGSTORE, 0)
    far.produce([0, 1], 2)
    await expectSoundEnd(far)
  })
})

/** Waits until the live consumers, whichever, hold so many shards each. */
async function untilHeld(far: FarEnds, wanted: readonly number[]): Promise<void> {
  const counts = () => [...far.holdings().values()].map(shards => shards.length)
  await eventually(() => counts().join() === wanted.join(), {
    withinMs: 30_000,
    what: `consumers hold ${wanted.join(', ')} shards`,
    state: counts,
  })
}

/** How many shards each consumer reads, as the board has it. */
function readBy({ service: { board } }: RunningService): number[] {
  const read = board.shards().filter(({ state }) => state === 'reading' || state === 'caught-up')
  return board.consumers().map(({ consumer }) => read.filter(({ owner }) => owner === consumer).length)
}

/** Consumer and reason of the restarts that the metrics count. */
async function restartsOf({ service }: RunningService): Promise<string[]> {
  const { text } = await service.metrics.render(undefined)
  return [...text.matchAll(/^sls2splunk_consumer_restarts_total\{source="logs",(.*)\} \d+$/gm)].flatMap(
    ([, labels = '']) => labels,
  )
}
