/** `checkpoints show` and `checkpoints reset`, as processes, against the simulator and beside the service. */

import { describe, expect, it } from 'vitest'
import type { AtEnd } from '../support/at-end.ts'
import { createCommands } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import {
  type FarEndsOptions,
  GROUP,
  LOGSTORE,
  PROJECT,
  sequenceOf,
  shardOfEvent,
  startFarEnds,
} from '../support/far-ends.ts'
import { createWorkplace, drained, type Sections, yamlOf } from '../support/process.ts'

const HOUR_MS = 3_600_000
const GENEROUS_MS = 30_000

/** A group without consumers, whose checkpoints nobody has written; the simulator's clock is `behindMs` behind. */
async function setUp(atEnd: AtEnd, options: FarEndsOptions, added: Sections = {}) {
  let behindMs = 0
  const clock = { nowMs: () => Date.now() - behindMs }
  const far = await startFarEnds({ ...options, sls: { clock } }, atEnd)
  const workplace = createWorkplace(atEnd)
  const yaml = yamlOf(far, added)
  const run = createCommands(workplace.directory, yaml, atEnd)
  const position = (shard: number) => {
    const found = far.sls.positions(PROJECT, LOGSTORE).find(each => each.shard === shard)
    if (!found) throw new Error(`there is no shard ${shard}`)
    return found
  }
  return {
    far,
    workplace,
    run,
    position,
    checkpoint: (shard: number) => far.sls.checkpoints(PROJECT, LOGSTORE, GROUP).get(shard)?.cursor,
    /** Produces as if so long ago. */
    produceBefore(ms: number, shards: readonly number[], groups: number) {
      behindMs = ms
      far.produce(shards, groups)
      behindMs = 0
    },
    start: () => workplace.run(yaml),
    /** From the service's start until everything has arrived and it has stopped. */
    async deliverAll() {
      const service = workplace.run(yaml)
      const what = 'everything arrives'
      await eventually(() => far.missing().length === 0, {
        withinMs: GENEROUS_MS,
        what,
        state: service.output,
      })
      await drained(service)
    },
    /** A reset that is refused for consumers that were alive a moment ago is tried again. */
    resetWhenQuiet: (...args: readonly string[]) =>
      eventually(
        async () => {
          const ran = await run('checkpoints', 'reset', ...args)
          return ran.errors.includes('has stored the checkpoint of shard') ? false : ran
        },
        { withinMs: GENEROUS_MS, what: 'the group is quiet' },
      ),
  }
}

const NOBODY = ['--yes'] as const

describe('checkpoints show', () => {
  it('shows each shard: checkpoint, its time, lag, who stored it', async ({ onTestFinished }) => {
    const { far, run, position, produceBefore, deliverAll } = await setUp(onTestFinished, { shards: 2 })
    produceBefore(2 * HOUR_MS, [0, 1], 2)
    await deliverAll()
    const table = await run('checkpoints', 'show')
    expect(table.status, table.errors).toBe(0)
    expect(table.output).toContain(`${LOGSTORE}: consumer group ${GROUP} of ${PROJECT}/${LOGSTORE}\n`)
    for (const shard of [0, 1])
      expect(table.output).toMatch(
        new RegExp(`^ +${shard}  readwrite  ${position(shard).end} +\\S+Z +0s +test-logs-[12] +\\S+Z$`, 'm'),
      )
    far.sls.splitShard(PROJECT, LOGSTORE, 0)
    const shown = JSON.parse((await run('checkpoints', 'show', '--json', '--source', LOGSTORE)).output)
    const facts = { source: LOGSTORE, project: PROJECT, logstore: LOGSTORE, consumerGroup: GROUP }
    expect(shown).toMatchObject([{ ...facts, groupExists: true }])
    expect(shown[0].shards).toMatchObject([
      { shard: 0, status: 'readonly', checkpoint: position(0).end, lagSeconds: 0 },
      { shard: 1, status: 'readwrite', checkpoint: position(1).end, lagSeconds: 0 },
      { shard: 2, status: 'readwrite', checkpoint: null, time: null, lagSeconds: null, consumer: null },
      { shard: 3, status: 'readwrite', checkpoint: null },
    ])
  })

  it('tells the lag of what was read long ago, and a checkpoint that has expired', async ({
    onTestFinished,
  }) => {
    const { far, run, produceBefore } = await setUp(onTestFinished, { shards: 1 })
    far.sls.createGroup(PROJECT, LOGSTORE, GROUP)
    produceBefore(2 * HOUR_MS, [0], 2)
    await run('checkpoints', 'reset', '--to', 'begin', ...NOBODY)
    far.produce([0])
    const [{ shards }] = JSON.parse((await run('checkpoints', 'show', '--json')).output)
    expect(shards[0].lagSeconds).toBeGreaterThanOrEqual(7_200)
    expect(shards[0].lagSeconds).toBeLessThan(7_300)
    expect(Date.now() - Date.parse(shards[0].time)).toBeGreaterThan(2 * HOUR_MS)
    expect((await run('checkpoints', 'show')).output).toMatch(/Z +2h 0m +- +\S+Z$/m)
    far.expire(0, 2)
    expect((await run('checkpoints', 'show')).output).toMatch(/expired +- +- /)
  })

  it('shows shards without a group, and refuses an unknown source', async ({ onTestFinished }) => {
    const { far, run } = await setUp(onTestFinished, { shards: 1 })
    const { status, output } = await run('checkpoints', 'show')
    expect(status).toBe(0)
    expect(output).toContain('there is no such group yet')
    expect(output).toMatch(/0 +readwrite +none/)
    expect(await run('checkpoints', 'show', '--source', 'x')).toMatchObject({ status: 2 })
    far.sls.setAccessKeys([])
    const refused = await run('checkpoints', 'show')
    expect(refused.status).toBe(1)
    expect(refused.errors).toContain('cannot read the checkpoints of logs: Log Service answers 401')
  })
})

describe('checkpoints reset', () => {
  it('moves the asked shard alone, and the service goes on from there and loses nothing behind it', async ({
    onTestFinished,
  }) => {
    const { far, position, checkpoint, deliverAll, resetWhenQuiet } = await setUp(onTestFinished, {
      shards: 3,
    })
    far.produce([0, 1, 2], 3)
    await deliverAll()
    const before = [0, 2].map(checkpoint)
    const reset = await resetWhenQuiet('--to', 'begin', '--shard', '1', '--yes')
    expect(reset.status, reset.errors).toBe(0)
    expect(reset.output).toMatch(/shard 1: back by \S+ from \S+Z to \S+Z: the logs between are sent again\n/)
    expect(reset.output).toContain(`shard 1: checkpoint ${position(1).begin} `)
    expect(reset.output).toContain(`written, before: ${position(1).end}`)
    expect(reset.output).not.toMatch(/shard [02]/)
    expect([0, 2].map(checkpoint)).toEqual(before)
    expect(checkpoint(1)).toBe(position(1).begin)
    const writes = far.sls.journal.checkpoints().filter(({ consumer, force }) => force && consumer === '')
    expect(writes.at(-1)).toMatchObject({ shard: 1, cursor: position(1).begin })

    far.produce([0, 1, 2], 1)
    await deliverAll()
    const sequences = (shard: number) =>
      far.hec.events
        .filter(event => shardOfEvent(event) === shard)
        .map(sequenceOf)
        .toSorted((a, b) => a - b)
    const upTo = (end: number) => Array.from({ length: end }, (_, i) => i)
    expect(sequences(0)).toEqual(upTo(40))
    expect(sequences(1)).toEqual([...upTo(30), ...upTo(40)].toSorted((a, b) => a - b))
    expect(sequences(2)).toEqual(upTo(40))
    expect([0, 1, 2].map(checkpoint)).toEqual([0, 1, 2].map(shard => position(shard).end))
  })

  it('moves forward to the end or to a time, and says what is skipped', async ({ onTestFinished }) => {
    const { far, run, position, checkpoint, produceBefore } = await setUp(onTestFinished, { shards: 2 })
    far.sls.createGroup(PROJECT, LOGSTORE, GROUP)
    produceBefore(3 * HOUR_MS, [0, 1], 2)
    const between = position(0).end
    produceBefore(HOUR_MS, [0, 1], 2)
    const first = await run('checkpoints', 'reset', '--to', 'begin', '--yes')
    expect(first.output).toMatch(/shard 0: moves to \S+Z: it had no checkpoint/)
    const time = new Date(Date.now() - 2 * HOUR_MS).toISOString()
    const second = await run('checkpoints', 'reset', '--to', time, '--yes')
    expect(second.output).toMatch(
      /shard 0: forward by (2h 0m|1h 59m) from \S+ to \S+: the logs between are skipped for ever/,
    )
    expect(checkpoint(0)).toBe(between)
    await run('checkpoints', 'reset', '--to', 'end', '--yes')
    expect([0, 1].map(checkpoint)).toEqual([0, 1].map(shard => position(shard).end))
    const third = await run('checkpoints', 'reset', '--to', 'end')
    expect(third).toMatchObject({ status: 0, errors: '' })
    expect(third.output).toMatch(/shard 0: stays at \S+: it is there already/)
  })

  it('does not move anything without an answer, and says what it would do', async ({ onTestFinished }) => {
    const { far, run, checkpoint } = await setUp(onTestFinished, { shards: 1 })
    far.sls.createGroup(PROJECT, LOGSTORE, GROUP)
    const { status, output, errors } = await run('checkpoints', 'reset', '--to', 'begin')
    expect(status).toBe(2)
    expect(output).toContain('shard 0: moves to')
    expect(errors).toContain('there is no terminal to ask: add --yes')
    expect(checkpoint(0)).toBeUndefined()
    expect(far.sls.journal.checkpoints()).toEqual([])
  })

  it.for([
    [['--to', 'begin', '--shard', '9'], 2, 'there is no shard 9; the logstore has: 0, 1'],
    [['--to', 'begin', '--source', 'x'], 2, 'there is no source x; the configuration has: logs'],
    [['--to', 'begin'], 1, 'there is no consumer group sls2splunk yet'],
    [['--to', 'tomorrow'], 2, 'begin, end, or a time as'],
    [[], 2, "required option '--to"],
  ] as const)('refuses %j', async ([args, status, said], { onTestFinished }) => {
    const { far, run } = await setUp(onTestFinished, { shards: 2 })
    if (status === 2) far.sls.createGroup(PROJECT, LOGSTORE, GROUP)
    const refused = await run('checkpoints', 'reset', ...args)
    expect(refused.status, refused.output).toBe(status)
    expect(refused.errors).toContain(said)
    expect(far.sls.journal.checkpoints()).toEqual([])
  })

  it('refuses while the service runs, and while it may run elsewhere', async ({ onTestFinished }) => {
    // A group's timeout that a slow start of the second command does not outlast.
    const slow = { source: { heartbeat_interval: '20s' } }
    const { far, run, start, checkpoint, position } = await setUp(onTestFinished, { shards: 1 }, slow)
    far.produce([0], 2)
    const service = start()
    await eventually(() => far.missing().length === 0, { withinMs: GENEROUS_MS, state: service.output })
    const running = await run('checkpoints', 'reset', '--to', 'begin', '--yes')
    expect(running.status).toBe(1)
    expect(running.errors).toContain(`process ${service.pid} runs with the state directory`)
    await drained(service)
    expect(checkpoint(0)).toBe(position(0).end)

    const recent = await run('checkpoints', 'reset', '--to', 'begin', '--yes')
    expect(recent.status).toBe(1)
    expect(recent.errors).toMatch(
      /consumer test-logs-[12] of the group sls2splunk has stored the checkpoint of shard 0 \d+ s ago: stop every service of the group, then wait 60 s\. Nothing was moved/,
    )
    expect(checkpoint(0)).toBe(position(0).end)
  })

  it('does it all the same with --force, and says what may become of it', async ({ onTestFinished }) => {
    const { far, run, start } = await setUp(onTestFinished, { shards: 1 })
    far.produce([0], 2)
    const service = start()
    await eventually(() => far.missing().length === 0, { withinMs: GENEROUS_MS, state: service.output })
    const forced = await run('checkpoints', 'reset', '--to', 'begin', '--yes', '--force')
    expect(forced.status, forced.errors).toBe(0)
    expect(forced.errors).toContain(
      'Going on (--force): a consumer that holds a shard stores its own position',
    )
    const written = far.sls.journal.checkpoints().filter(({ force, consumer }) => force && consumer === '')
    expect(written.at(-1)).toMatchObject({ shard: 0, refused: undefined })
  })

  it('writes what it can, and says at which shard Log Service refused', async ({ onTestFinished }) => {
    const { far, run, checkpoint, position } = await setUp(onTestFinished, { shards: 2 })
    far.sls.createGroup(PROJECT, LOGSTORE, GROUP)
    let writes = 0
    far.sls.onCheckpoint(() => {
      if (++writes === 1) far.sls.setAccessKeys([])
    })
    const { status, output, errors } = await run('checkpoints', 'reset', '--to', 'begin', '--yes')
    expect(status).toBe(1)
    expect(output).toMatch(/shard 0: checkpoint \S+ \(\S+\) written, before: none\n/)
    expect(output).not.toContain('shard 1: checkpoint')
    expect(errors).toContain('cannot write the checkpoint of shard 1: Log Service answers 401')
    expect([checkpoint(0), checkpoint(1)]).toEqual([position(0).begin, undefined])
  })
})
