/** `preview`, as a process, against the simulator: what it prints, and that nobody can see that it was there. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatLogId } from '../../src/simulator/generator/log-id.ts'
import type { AtEnd } from '../support/at-end.ts'
import { createCommands } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import {
  type FarEnds,
  type FarEndsOptions,
  GROUP,
  LOGSTORE,
  PROJECT,
  startFarEnds,
} from '../support/far-ends.ts'
import { createWorkplace, drained, type Sections, yamlOf } from '../support/process.ts'

const linesOf = (text: string) => text.split('\n').filter(line => line !== '')
const lastLine = (text: string) => linesOf(text).at(-1)

async function setUp(atEnd: AtEnd, options: FarEndsOptions, sections: Sections = {}) {
  const bodies: string[] = []
  const onBody = (body: Buffer, events: number) => void (events > 0 && bodies.push(body.toString()))
  const far = await startFarEnds({ ...options, hec: { onBody } }, atEnd)
  const workplace = createWorkplace(atEnd)
  const yaml = yamlOf(far, sections)
  const run = createCommands(workplace.directory, yaml, atEnd)
  return {
    far,
    workplace,
    yaml,
    sent: () => bodies.flatMap(linesOf),
    preview: run.bind(undefined, 'preview'),
  }
}

function expectNoTrace({ sls, hec }: FarEnds, directory: string): void {
  expect(sls.journal.heartbeats()).toEqual([])
  expect(sls.journal.checkpoints()).toEqual([])
  expect(() => sls.checkpoints(PROJECT, LOGSTORE, GROUP)).toThrow('does not exist')
  expect(hec.counters.requests).toBe(0)
  expect(existsSync(join(directory, 'state'))).toBe(false)
}

const beginOf = (far: FarEnds, shard: number) =>
  far.sls.positions(PROJECT, LOGSTORE).find(each => each.shard === shard)?.begin

describe('preview', () => {
  it('prints byte for byte what the service then sends, and leaves no trace', async ({ onTestFinished }) => {
    const { far, workplace, yaml, sent, preview } = await setUp(
      onTestFinished,
      { shards: 2 },
      {
        splunk: { sourcetype: 'aliyun:{topic}' },
        source: {
          routes: [
            { match: { topic: 'oss_access_log' }, drop: true },
            { match: { topic: 'audit_log' }, index: 'security', host: '{tag.__hostname__}-{shard}' },
          ],
        },
      },
    )
    far.produce([0, 1], 10)
    const previewed = await preview('--from', 'begin', '--limit', '1000')
    expect(previewed.status, previewed.errors).toBe(0)
    expectNoTrace(far, workplace.directory)
    const events = linesOf(previewed.output)
    expect(events).toHaveLength(160)
    expect(lastLine(previewed.errors)).toBe(
      `200 logs read: 160 shown, 40 dropped by routes; read from shard 0 at ${beginOf(far, 0)}, shard 1 at ${beginOf(far, 1)}`,
    )

    const service = workplace.run(yaml)
    await eventually(() => sent().length >= events.length, { withinMs: 30_000, state: service.output })
    await drained(service)
    expect(sent().toSorted()).toEqual(events.toSorted())
  })

  it('shows no more than was asked for, of the shard that was asked for, and counts no further', async ({
    onTestFinished,
  }) => {
    const { far, preview } = await setUp(onTestFinished, { shards: 3 })
    far.produce([0, 1, 2], 5)
    const ten = await preview('--from', 'begin')
    expect(linesOf(ten.output)).toHaveLength(10)
    expect(lastLine(ten.errors)).toBe(
      `10 logs read: 10 shown, 0 dropped by routes; read from shard 0 at ${beginOf(far, 0)}`,
    )
    const three = await preview('--from', 'begin', '--limit', '3', '--shard', '2')
    expect(linesOf(three.output).map(line => JSON.parse(line).event.log_id)).toEqual(
      [0, 1, 2].map(sequence => formatLogId({ shard: 2, sequence })),
    )
    expect(lastLine(three.errors)).toContain(`read from shard 2 at ${beginOf(far, 2)}`)
    const overTheBorder = await preview('--from', 'begin', '--limit', '60')
    expect(linesOf(overTheBorder.output)).toHaveLength(60)
    expect(lastLine(overTheBorder.errors)).toMatch(/shard 0 at \S+, shard 1 at \S+$/)
  })

  it('begins at the checkpoint where the group has one, and else where the configuration says', async ({
    onTestFinished,
  }) => {
    const { far, workplace, yaml, sent, preview } = await setUp(onTestFinished, { shards: 1 })
    far.produce([0], 2)
    const first = await preview('--limit', '100')
    expect(linesOf(first.output)).toHaveLength(20)

    const service = workplace.run(yaml)
    await eventually(() => sent().length === 20, { withinMs: 30_000, state: service.output })
    await drained(service)
    const nothing = await preview()
    expect(nothing).toMatchObject({ status: 0, output: '' })
    expect(nothing.errors).toContain('nothing to show: no log lies behind where reading begins. --from begin')
    far.produce([0])
    const next = await preview('--limit', '100')
    expect(linesOf(next.output)).toHaveLength(10)
    expect(linesOf(next.output).filter(line => sent().includes(line))).toEqual([])
    const again = await preview('--limit', '100', '--from', 'begin')
    expect(linesOf(again.output)).toEqual([...linesOf(first.output), ...linesOf(next.output)])
  })

  it('says so when routes drop all there is', async ({ onTestFinished }) => {
    const source = { routes: [{ match: { topic: '*' }, drop: true }] }
    const { far, preview } = await setUp(onTestFinished, { shards: 1 }, { source })
    far.produce([0], 3)
    const { status, output, errors } = await preview()
    expect({ status, output }).toEqual({ status: 0, output: '' })
    expect(errors).toContain('nothing to show: routes drop every log that was read')
    expect(lastLine(errors)).toContain('30 logs read: 0 shown, 30 dropped by routes')
  })

  it.for([
    [['--shard', '7'], 2, 'there is no shard 7; the logstore has: 0, 1'],
    [['--source', 'other'], 2, 'there is no source other; the configuration has: logs'],
    [['--limit', '0'], 2, 'a whole number above 0 is needed'],
    [['--from', 'yesterday'], 2, 'begin, end, or a time as'],
  ] as const)('refuses %j', async ([args, status, said], { onTestFinished }) => {
    const { preview } = await setUp(onTestFinished, { shards: 2 })
    const refused = await preview(...args)
    expect(refused).toMatchObject({ status, output: '' })
    expect(refused.errors).toContain(said)
  })

  it('asks which of several sources', async ({ onTestFinished }) => {
    const entry = { project: PROJECT, logstore: LOGSTORE }
    const sources = ['one', 'two'].map(name => ({ ...entry, name, consumer_group: name }))
    const { preview } = await setUp(onTestFinished, { shards: 1 }, { top: { sources } })
    const { status, errors } = await preview()
    expect(status).toBe(2)
    expect(errors).toContain('several sources, name one with --source: one, two')
    expect((await preview('--source', 'two')).status).toBe(0)
  })

  it('says what to do when Log Service refuses the key, or the checkpoint has expired', async ({
    onTestFinished,
  }) => {
    const { far, workplace, yaml, sent, preview } = await setUp(onTestFinished, { shards: 1 })
    far.produce([0], 1)
    const service = workplace.run(yaml)
    await eventually(() => sent().length === 10, { withinMs: 30_000, state: service.output })
    await drained(service)
    far.produce([0], 2)
    far.expire(0, 2)
    const expired = await preview()
    expect(expired.status).toBe(1)
    expect(expired.errors).toMatch(/cannot read shard 0: .*InvalidCursor.*--from begin/)
    expect(linesOf((await preview('--from', 'begin')).output)).toHaveLength(10)

    far.sls.setAccessKeys([])
    const refused = await preview()
    expect(refused.status).toBe(1)
    expect(refused.errors).toMatch(/cannot list the shards: .*Unauthorized.* To do: check the access key/)
  })
})
