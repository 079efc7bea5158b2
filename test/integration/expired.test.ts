/** Positions and ownership that are not there any more: expired data, a deleted group, shards of somebody else. */

import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import {
  ACCESS_KEY,
  type FarEnds,
  GROUP,
  LOGSTORE,
  PROJECT,
  sequenceOf,
  startFarEnds,
} from '../support/far-ends.ts'
import { everythingArrives, expectNothingOpen, expectSoundEnd, uncommitted } from '../support/invariants.ts'
import type { RunningService } from '../support/service.ts'
import { createClient } from './simulator-sls-client.ts'

afterAll(expectNothingOpen)

const SMALL = { shards: 2, bytesPerLog: 200 }
const MINUTES_MS = 60_000
const A_BUSY_MACHINE_MS = 10_000

describe.concurrent('data that expired', () => {
  it('before the service came back is passed over aloud: the time range in the log and in the metrics', async ({
    onTestFinished,
  }) => {
    let offsetMs = 0
    const clock = { nowMs: () => Date.now() + offsetMs }
    const far = await startFarEnds({ ...SMALL, sls: { clock } }, onTestFinished)
    far.produce([0, 1], 2)
    const first = far.start()
    await everythingArrives(far)
    expect(await first.stop()).toMatchObject({ unconfirmed: [], unsaved: [] })

    offsetMs = 3 * MINUTES_MS
    far.produce([0], 5)
    offsetMs = 10 * MINUTES_MS
    far.produce([0, 1], 2)
    far.sls.expire(PROJECT, LOGSTORE, 0, 2 + 5)
    const second = far.start()
    await eventually(() => far.ledger.report().lost === 5 * 10, {
      withinMs: 30_000,
      what: 'all but what has expired arrives',
      state: () => second.logLines,
    })
    const { lost, duplicated } = far.ledger.report()
    expect({ lost, duplicated }).toEqual({ lost: 50, duplicated: 0 })
    await eventually(async () => (await expiredSeconds(second, 0)) > 9 * 60, {
      withinMs: 10_000,
      what: 'ten minutes are counted',
      state: () => second.logLines,
    })
    expect(await expiredSeconds(second, 0)).toBeLessThan(12 * 60)
    expect(await expiredSeconds(second, 1)).toBe(0)
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.\d{3}Z`
    const line = new RegExp(`"error".*logs of shard 0 received between ${time} and ${time} expired`)
    expect(second.logLines.filter(each => line.test(each))).toHaveLength(1)
    expect(far.oracle.violations().filter(({ kind }) => kind === 'double-holding')).toEqual([])
    await eventually(() => uncommitted(far).length === 0, { withinMs: 10_000, what: 'positions are saved' })
  })

  it('while Splunk was down is passed over aloud, and the service goes on at the oldest log there is', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ ...SMALL, logsPerGroup: 1, sls: { pullByteCap: 1 } }, onTestFinished)
    const { logLines, service } = far.start()
    await eventually(() => service.readiness().ready, { withinMs: 20_000, what: 'the service is ready' })
    await far.hec.down()
    far.produce([0], 20)
    await eventually(() => service.board.shards().some(({ inFlightEvents }) => inFlightEvents > 0), {
      withinMs: 20_000,
      what: 'an event waits for Splunk',
    })
    far.sls.expire(PROJECT, LOGSTORE, 0, 10)
    await far.hec.up()
    await eventually(() => logLines.some(line => line.includes('expired before they were read')), {
      withinMs: 60_000,
      what: 'a line about it',
    })
    await eventually(() => far.arrivedAt(0, 19) !== undefined, { withinMs: 30_000, what: 'the last log' })
    expect(Array.from({ length: 10 }, (_, n) => far.arrivedAt(0, 10 + n))).not.toContain(undefined)
    expect(far.ledger.report()).toMatchObject({ duplicated: 0, unknown: 0, orderViolations: 0 })
  })
})

describe.concurrent('a position that Log Service refuses although it is not before the oldest log', () => {
  it('is held and tried again, and nothing is passed over', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const refused = { kind: 'error', code: 'InvalidCursor' } as const
    const fault = far.sls.faults.add({ call: 'PullLogs', shard: 0, fault: refused, times: 2 })
    far.produce([0, 1], 3)
    const running = far.start()
    await eventually(() => alarms(running).length === 1, {
      withinMs: 20_000,
      what: 'an alarm',
      state: () => running.logLines,
    })
    expect(alarms(running)).toEqual([expect.stringContaining('refuses the position of shard 0')])
    await everythingArrives(far)
    expect(fault.hits()).toBe(2)
    expect(await expiredSeconds(running, 0)).toBe(0)
    await eventually(() => alarms(running).length === 0, { withinMs: 10_000, what: 'the alarm is over' })
    await expectSoundEnd(far)
  })

  it('also when it was set by hand to a place of another shard, beyond the end', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    far.produce([0, 1], 3)
    far.sls.createGroup(PROJECT, LOGSTORE, GROUP, { timeoutSeconds: 3 })
    const [first, second] = far.sls.positions(PROJECT, LOGSTORE)
    await forcePosition(far, 0, second?.end ?? '')
    const running = far.start()
    await eventually(() => alarms(running).length === 1, { withinMs: 20_000, what: 'an alarm' })
    await eventually(() => far.ledger.report().shards.get(1)?.lost === 0, {
      withinMs: 20_000,
      what: 'the other shard goes on',
    })
    expect(far.ledger.report().shards.get(0)?.delivered).toBe(0)
    await running.stop()
    await forcePosition(far, 0, first?.begin ?? '')
    far.start()
    await everythingArrives(far)
    expect(far.ledger.report().duplicated).toBe(0)
  })
})

describe.concurrent('a consumer group that is deleted under way', () => {
  const OLD_GROUPS = 30
  const OLD_LOGS = OLD_GROUPS * 10
  const CASES = [
    { name: 'one consumer', consumers: 1, startFrom: { kind: 'begin' } },
    { name: 'three consumers, one of them without a shard', consumers: 3, startFrom: { kind: 'begin' } },
    { name: 'three consumers, with start_from end', consumers: 3, startFrom: { kind: 'end' } },
  ] as const

  it.for(CASES)('is made again with its positions: $name', async ({ consumers, startFrom }, context) => {
    const far = await startFarEnds(SMALL, context.onTestFinished)
    const running = far.start({ consumers, overrides: { source: { startFrom } } })
    await eventually(() => running.service.readiness().ready && uncommitted(far).length === 0, {
      withinMs: 20_000,
      what: 'all have joined',
    })
    far.produce([0, 1], OLD_GROUPS)
    await everythingArrives(far)
    await positionsAreKnown(far, running)
    // Positions take their time to be written back: nobody may begin elsewhere meanwhile.
    far.sls.faults.add({ call: 'UpdateCheckPoint', fault: { kind: 'slow', delayMs: 700 } })
    const stopStream = far.stream()
    await eventually(() => far.hec.counters.events > 2 * OLD_LOGS + 100, {
      withinMs: 20_000,
      what: 'logs are delivered',
    })
    far.sls.deleteGroup(PROJECT, LOGSTORE, GROUP)
    far.produce([0, 1], 5)
    await lineOf(running, 'positions of 2 shards written back')
    stopStream()
    await everythingArrives(far)
    await eventually(() => uncommitted(far).length === 0, { withinMs: 20_000, what: 'positions are saved' })
    // What was delivered since the last status of the workers, a second before, may come again; nothing older.
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
    const old = far.hec.events.filter(event => sequenceOf(event) < OLD_LOGS)
    expect(old).toHaveLength(2 * OLD_LOGS)
  })

  it('is made again also when a shard whose position was known is gone', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const running = far.start({ consumers: 2 })
    far.produce([0, 1], 3)
    await everythingArrives(far)
    const children = far.sls.splitShard(PROJECT, LOGSTORE, 0)
    far.produce(children, 3)
    await everythingArrives(far)
    far.sls.removeShard(PROJECT, LOGSTORE, 0)
    far.sls.deleteGroup(PROJECT, LOGSTORE, GROUP)
    far.produce([1, ...children], 3)
    await lineOf(running, 'written back')
    await eventually(() => uncommitted(far).length === 0, { withinMs: 20_000, what: 'positions are saved' })
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
  })
})

describe.concurrent('ownership', () => {
  it('that a checkpoint shows to be lost: the shard is let go at once and not saved again', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const stopStream = far.stream()
    const running = far.start()
    await eventually(() => far.hec.counters.events > 0, { withinMs: 20_000, what: 'logs are delivered' })
    const refused = { kind: 'error', code: 'ConsumerNotMatch' } as const
    const consumer = 'test-logs-1'
    const fault = far.sls.faults.add({
      call: 'UpdateCheckPoint',
      shard: 0,
      consumer,
      fault: refused,
      times: 1,
    })
    await lineOf(running, 'shard 0 is not ours any more: 400 ConsumerNotMatch')
    await lineOf(running, 'shard 0 released (lost)')
    expect(fault.hits()).toBe(1)
    const lines = () => running.logLines.filter(line => /shard 0 (taken|released|is not ours)/.test(line))
    await eventually(() => lines().length >= 4, { withinMs: 20_000, what: 'the shard is taken again' })
    expect(lines().map(line => /taken|released|not ours/.exec(line)?.[0])).toEqual([
      'taken',
      'not ours',
      'released',
      'taken',
    ])
    stopStream()
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
  })

  it('that no heartbeat has confirmed for the timeout: nothing is sent or saved until one works again', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const stopStream = far.stream()
    const running = far.start()
    await eventually(() => far.hec.counters.events > 0, { withinMs: 20_000, what: 'logs are delivered' })
    const broken = far.sls.faults.add({ call: 'HeartBeat', fault: { kind: 'error', code: 'ServerBusy' } })
    const brokenAt = performance.now()
    await lineOf(running, 'lost all shards: no heartbeat has worked')
    // The group's timeout is three seconds; whoever waits longer may meet the next owner. A busy machine adds to it.
    expect(performance.now() - brokenAt).toBeLessThan(3_000 + A_BUSY_MACHINE_MS)
    // What was on its way in that moment may still be stored.
    const atLoss = broken.hits()
    await eventually(() => broken.hits() > atLoss, { withinMs: 30_000, what: 'another heartbeat' })
    const { events } = far.hec.counters
    const saves = far.sls.journal.checkpoints().length
    const tries = broken.hits()
    await eventually(() => broken.hits() >= tries + 3, { withinMs: 30_000, what: 'three more heartbeats' })
    expect(far.hec.counters.events).toBe(events)
    expect(far.sls.journal.checkpoints()).toHaveLength(saves)
    broken.remove()
    await everythingArrives(far)
    stopStream()
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
  })

  it('that the server has forgotten is given up and gained anew, without a second holder', async ({
    onTestFinished,
  }) => {
    let offsetMs = 0
    const clock = { nowMs: () => Date.now() + offsetMs }
    const far = await startFarEnds({ ...SMALL, sls: { clock } }, onTestFinished)
    const stopStream = far.stream()
    const running = far.start({ consumers: 2 })
    await eventually(() => far.hec.counters.events > 0, { withinMs: 20_000, what: 'logs are delivered' })
    // To the server all consumers have been silent for a minute.
    offsetMs = MINUTES_MS
    await lineOf(running, 'lost all shards: 400 NotExistConsumerWithBody')
    stopStream()
    await expectSoundEnd(far, { duplicates: far.ledger.report().issued })
  })

  it('of a shard that cannot be read is tried again calmly, and its neighbours go on', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const gone = { kind: 'error', code: 'ShardNotExist' } as const
    const fault = far.sls.faults.add({ call: 'PullLogs', shard: 0, fault: gone })
    far.produce([0, 1], 3)
    far.start()
    await eventually(() => fault.hits() >= 2, { withinMs: 20_000, what: 'a second try' })
    const { length: before } = far.sls.journal.heartbeats()
    await eventually(() => far.ledger.report().shards.get(1)?.lost === 0, {
      withinMs: 20_000,
      what: 'the other shard is delivered',
    })
    const startedAt = performance.now()
    const tries = fault.hits()
    await eventually(() => fault.hits() >= tries + 3, { withinMs: 30_000, what: 'three more tries' })
    const seconds = (performance.now() - startedAt) / 1_000
    expect(far.sls.journal.heartbeats().length - before).toBeLessThan(10 + 10 * seconds)
    expect(seconds, 'seconds for three tries').toBeGreaterThan(1)
    fault.remove()
    await expectSoundEnd(far)
  })
})

/** Waits until the supervisor knows the end of every shard as its position. */
async function positionsAreKnown({ sls }: FarEnds, { service }: RunningService): Promise<void> {
  const isKnown = () => {
    const known = service.board.positions(LOGSTORE)
    return sls.positions(PROJECT, LOGSTORE).every(({ shard, end }) => known.get(shard) === end)
  }
  await eventually(isKnown, { withinMs: 20_000, what: 'the supervisor knows the positions' })
}

/** Lines that stand open in the conditions. */
function alarms({ service }: RunningService): string[] {
  return service.conditions.list().map(({ text }) => text)
}

async function expiredSeconds({ service }: RunningService, shard: number): Promise<number> {
  const { text } = await service.metrics.render(undefined)
  const value = new RegExp(
    `^sls2splunk_shard_expired_seconds_total\\{.*shard="${shard}"\\} (\\S+)$`,
    'm',
  ).exec(text)
  return Number(value?.[1] ?? 0)
}

async function lineOf({ logLines }: RunningService, text: string): Promise<void> {
  await eventually(() => logLines.some(line => line.includes(text)), {
    withinMs: 40_000,
    what: `a line with "${text}"`,
    state: () => logLines.slice(-20),
  })
}

/** Moves a checkpoint, whoever holds the shard. */
async function forcePosition({ sls }: FarEnds, shard: number, checkpoint: string): Promise<void> {
  const call = createClient(sls.url, { version: 'v1', method: 'hmac-sha1', nowMs: Date.now() }, ACCESS_KEY)
  const answer = await call(`/logstores/${LOGSTORE}/consumergroups/${GROUP}`, {
    method: 'POST',
    query: { type: 'checkpoint', consumer: '', forceSuccess: 'true' },
    body: JSON.stringify({ shard, checkpoint }),
    host: PROJECT,
  })
  expect(answer.status).toBe(200)
}
