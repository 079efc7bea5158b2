/** Answers of Log Service that are its own but for one odd value: said by name and tried again, never the end. */

import { describe, expect, it } from 'vitest'
import type { CallName } from '../../src/simulator/sls/index.ts'
import { createCommands } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, GROUP, LOGSTORE, PROJECT, startFarEnds } from '../support/far-ends.ts'
import { createWorkplace, drained, type ServiceProcess, yamlOf } from '../support/process.ts'

const SMALL = { shards: 2, bytesPerLog: 200 }
const WITHIN_MS = 30_000

const SHARD = { shardID: 0, status: 'readwrite', inclusiveBeginKey: '0', exclusiveEndKey: 'f' }
const ROW = { shard: 0, checkpoint: 'MTIz' }
/** What JSON can say and no time, number or cursor is. */
const odd = {
  shards: [{ ...SHARD, createTime: 'yesterday' }],
  groups: [{ name: 'sls2splunk', timeout: '1e308', order: false }],
  savedBy: [{ ...ROW, consumer: {} }],
  savedAt: [{ ...ROW, updateTime: 1e308 }],
  time: { cursor_time: 1e308 },
  cursor: { cursor: '\ud800' },
  checkpoint: [{ ...ROW, checkpoint: '\ud800' }],
  logstore: { ttl: 'for ever' },
}

function answer({ sls }: FarEnds, call: CallName, value: unknown, times = 1): void {
  sls.faults.add({ call, fault: { kind: 'wrong-shape', value }, times })
}

async function said({ output }: ServiceProcess, text: RegExp): Promise<void> {
  await eventually(() => text.test(output()), { withinMs: WITHIN_MS, what: `${text} is said`, state: output })
}

/** Everything arrives, no thread has ended before, and the process ends in order. */
async function worksOn(far: FarEnds, service: ServiceProcess): Promise<void> {
  far.produce([0, 1])
  await eventually(() => far.missing().length === 0, {
    withinMs: WITHIN_MS,
    what: 'everything arrives',
    state: service.output,
  })
  expect(service.output()).not.toContain('worker ended')
  await drained(service)
}

describe.concurrent('the service', () => {
  it('says at its start what is odd, and tries again', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    answer(far, 'ListConsumerGroup', odd.groups)
    answer(far, 'ListShards', odd.shards)
    answer(far, 'GetCheckPoint', odd.savedBy)
    const service = createWorkplace(onTestFinished).run(yamlOf(far))
    await said(
      service,
      /"sls-BadResponse".* preparing the consumer group failed: .*timeout is .*, not a whole number/,
    )
    await said(service, /over after/)
    await worksOn(far, service)
  })

  it('goes on when the look that only decorates brings something odd', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    answer(far, 'GetLogStore', odd.logstore)
    // The first listing prepares the group, the second one is the look.
    far.sls.faults.add({
      call: 'ListShards',
      fault: { kind: 'wrong-shape', value: odd.shards },
      after: 1,
      times: 1,
    })
    const service = createWorkplace(onTestFinished).run(yamlOf(far))
    await said(service, /not all of logstore logs can be known: .*\[0\]\.createTime is/)
    await said(service, /not all of logstore logs can be known: .*ttl is/)
    await worksOn(far, service)
  })

  it.for([
    ['GetCheckPoint', odd.checkpoint],
    ['GetCheckPoint', odd.savedAt],
    ['GetCursor', odd.cursor],
  ] as const)('loses no thread for what a consumer is answered: %s %j', async ([call, value], test) => {
    const far = await startFarEnds(SMALL, test.onTestFinished)
    // The first time of either call prepares the group; the next one is the consumer's.
    const toConsumer = { shard: 0, after: 1, times: 2 }
    far.sls.faults.add({ ...toConsumer, call, fault: { kind: 'wrong-shape', value } })
    // Without a checkpoint it asks for the beginning.
    const none = { kind: 'wrong-shape', value: [] } as const
    if (call === 'GetCursor')
      far.sls.faults.add({ ...toConsumer, call: 'GetCheckPoint', fault: none, times: 1 })
    const service = createWorkplace(test.onTestFinished).run(yamlOf(far))
    await said(service, /"code":"sls-BadResponse"/)
    await worksOn(far, service)
  })

  it("takes no time for Log Service's that is none", async ({ onTestFinished }) => {
    let endOfTime = true
    const wallClock = { nowMs: () => (endOfTime ? END_OF_TIME_MS : Date.now()) }
    const far = await startFarEnds({ ...SMALL, sls: { wallClock } }, onTestFinished)
    const service = createWorkplace(onTestFinished).run(yamlOf(far))
    await said(service, /RequestTimeExpired: .*Sat, 13 Sep 275760 .* more than ten years/)
    endOfTime = false
    await said(service, /"code":"sls-RequestTimeExpired".*over after/)
    endOfTime = true
    const refused = 'the heartbeat failed: 400 RequestTimeExpired'
    await eventually(async () => (await service.get('/readyz')).text.includes(refused), {
      withinMs: WITHIN_MS,
      what: 'heartbeats are refused for their time',
      state: service.output,
    })
    endOfTime = false
    await worksOn(far, service)
  })
})

/** The last moment that `Date` knows. */
const END_OF_TIME_MS = 8.64e15

describe.concurrent('commands say what is odd', () => {
  it.for([
    [['checkpoints', 'show'], 'ListShards', odd.shards, '[0].createTime is "yesterday", not a number'],
    [['checkpoints', 'show'], 'GetCheckPoint', odd.savedAt, '[0].updateTime is 1e+308, not a time'],
    [['checkpoints', 'show'], 'GetCursorTime', odd.time, 'cursor_time is 1e+308, not unix seconds'],
    [['checkpoints', 'show'], 'GetCursor', odd.cursor, 'cursor is "\\ud800", not a cursor'],
    [
      ['checkpoints', 'reset', '--to', 'begin', '--yes'],
      'GetCursorTime',
      odd.time,
      'cursor_time is 1e+308, not unix seconds',
    ],
    [['preview'], 'ListShards', odd.shards, '[0].createTime is "yesterday", not a number'],
    [['check'], 'ListShards', odd.shards, '[0].createTime is "yesterday", not a number'],
    [['check'], 'ListConsumerGroup', odd.groups, '[0].timeout is "1e308", not a whole number'],
  ] as const)('%j, %s %j', async ([command, call, value, text], test) => {
    const far = await startFarEnds(SMALL, test.onTestFinished)
    far.sls.createGroup(PROJECT, LOGSTORE, GROUP)
    far.produce([0, 1])
    answer(far, call, value, Number.POSITIVE_INFINITY)
    const rows = far.sls
      .positions(PROJECT, LOGSTORE)
      .map(({ shard, begin }) => ({ shard, checkpoint: begin }))
    answer(far, 'GetCheckPoint', rows, Number.POSITIVE_INFINITY)
    const run = createCommands(
      createWorkplace(test.onTestFinished).directory,
      yamlOf(far),
      test.onTestFinished,
    )
    const { status, output, errors } = await run(...command)
    expect(status).toBe(1)
    expect(output + errors).toContain(text)
    expect(errors).not.toMatch(/^ +at /m)
  })
})
