/**
 * SIGHUP: the file is read again and put into effect by what it changes. The service is a process of its own, under
 * load, as whoever edits config.yaml has it.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { StatusDocument } from '../../src/status/document.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, LOGSTORE, PROJECT, startFarEnds, TOKEN } from '../support/far-ends.ts'
import { everythingArrives, expectNothingOpen, expectSoundAccount } from '../support/invariants.ts'
import { createWorkplace, drained, type Sections, type ServiceProcess, yamlOf } from '../support/process.ts'

afterAll(expectNothingOpen)

const WITHIN_MS = 30_000
/** A busy machine is no reason to lose a shard. */
const PATIENT = { heartbeat_interval: '2s' }

type OnEnd = Parameters<typeof createWorkplace>[0]

/** Far ends, a service that reads from them, and how to give it another configuration. */
async function setUp(onEnd: OnEnd, first: Sections, shards = 6) {
  const far = await startFarEnds({ shards, logsPerGroup: 3, bytesPerLog: 200 }, onEnd)
  const place = createWorkplace(onEnd)
  const stopStream = far.stream()
  const service = place.run(yamlOf(far, first))
  await ready(service)
  return {
    far,
    service,
    stopStream,
    write: (yaml: string) => writeFileSync(join(place.directory, 'config.yaml'), yaml),
    /** Resolves when the service has said what came of it. */
    async reload(sections: Sections, said = 'reloaded: ') {
      const before = saying(service, said).length
      writeFileSync(join(place.directory, 'config.yaml'), yamlOf(far, sections))
      service.signal('SIGHUP')
      return untilSaid(service, said, before)
    },
  }
}

const consumers = (n: number): Sections => ({ source: { consumers: n, ...PATIENT } })

async function ready(service: ServiceProcess): Promise<void> {
  await eventually(async () => (await service.get('/readyz')).status === 200, {
    withinMs: WITHIN_MS,
    what: 'ready',
    state: service.output,
  })
}

const saying = (service: ServiceProcess, text: string) =>
  service.logs().filter(({ message }) => message.includes(text))

async function untilSaid(service: ServiceProcess, text: string, before: number): Promise<string> {
  const line = await eventually(() => saying(service, text)[before], {
    withinMs: WITHIN_MS,
    what: text,
    state: service.output,
  })
  return line.message
}

const statusOf = async (service: ServiceProcess): Promise<StatusDocument> =>
  JSON.parse((await service.get('/api/status')).text)

/** Waits until so many consumers hold all shards among them. */
async function untilHeldBy(far: FarEnds, count: number, shards = 6): Promise<void> {
  await eventually(
    () => {
      const held = [...far.holdings().values()].filter(each => each.length > 0)
      return held.length === count && held.flat().length === shards
    },
    { withinMs: WITHIN_MS, what: `${count} consumers hold everything`, state: () => [...far.holdings()] },
  )
}

async function expectAllOnce({ far, service, stopStream }: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  stopStream()
  await everythingArrives(far)
  await drained(service)
  expectSoundAccount(far)
}

describe.concurrent('a reload', () => {
  it('takes consumers from 2 to 6 and back to 1: nothing is lost, nothing doubled, who stays is not started again', async ({
    onTestFinished,
  }) => {
    const world = await setUp(onTestFinished, consumers(2))
    const { far, service, reload } = world
    await untilHeldBy(far, 2)
    expect(await reload(consumers(6))).toBe(`reloaded: ${LOGSTORE}: 2 to 6 consumers`)
    await untilHeldBy(far, 6)
    expect(await reload(consumers(1))).toBe(`reloaded: ${LOGSTORE}: 6 to 1 consumers`)
    await untilHeldBy(far, 1)
    const joins = saying(service, 'joined the consumer group').length
    expect(joins).toBe(6)
    expect((await statusOf(service)).sources[0]?.consumers.map(({ name }) => name)).toEqual([
      `test-${LOGSTORE}-1`,
    ])
    const { text: metrics } = await service.get('/metrics')
    expect(metrics).not.toContain(`test-${LOGSTORE}-2`)
    expect(metrics).toContain('sls2splunk_config_reloads_total{result="applied"} 2')
    await expectAllOnce(world)
  })

  it('of a file that is invalid changes nothing, and says what is wrong with it', async ({
    onTestFinished,
  }) => {
    const world = await setUp(onTestFinished, consumers(2))
    const { service, reload } = world
    await reload({ source: { consumers: -3 } }, 'reload refused')
    expect(saying(service, 'consumers').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^reload: .*config\.yaml:\d+:\d+: sources\[0\]\.consumers: /),
    ])
    const { reload: last } = await statusOf(service)
    expect(last).toMatchObject({ ok: false, text: expect.stringContaining('consumers') })
    const { text: metrics } = await service.get('/metrics')
    expect(metrics).toContain('sls2splunk_config_last_reload_successful 0')
    expect(await reload(consumers(2))).toBe('reloaded: nothing has changed')
    await expectAllOnce(world)
  })

  it('of a file with a broken percent-encoding in a proxy changes nothing', async ({ onTestFinished }) => {
    const world = await setUp(onTestFinished, consumers(1), 1)
    const { service, reload } = world
    for (const [section, user] of Object.entries({ sls: 'us%er:pw', splunk: 'user:p%ss' })) {
      const proxy = `http://${user}@127.0.0.1:3128`
      await reload({ ...consumers(1), [section]: { proxy } }, 'reload refused')
      expect(saying(service, `${section}.proxy`).map(({ message }) => message)).toEqual([
        expect.stringMatching(/^reload: .*config\.yaml:1:\d+: \w+\.proxy: .*percent-encoding.*%25/),
      ])
      expect(service.output()).not.toContain(user)
    }
    expect(await reload(consumers(1))).toBe('reloaded: nothing has changed')
    await expectAllOnce(world)
  })

  it('adds a source and ends another while the rest goes on', async ({ onTestFinished }) => {
    const world = await setUp(onTestFinished, consumers(1))
    const { far, service, reload } = world
    far.sls.createLogstore(PROJECT, 'more', { shards: 1 })
    const more = { name: 'more', project: PROJECT, logstore: 'more', start_from: 'begin', ...PATIENT }
    const sourceOf = (sections: Sections): object[] => JSON.parse(yamlOf(far, sections)).sources
    const withMore = { top: { sources: [...sourceOf(consumers(1)), { ...more, consumers: 1 }] } }
    expect(await reload(withMore)).toBe('reloaded: more added')
    await eventually(() => far.sls.consumers(PROJECT, 'more', 'sls2splunk').length === 1, {
      withinMs: WITHIN_MS,
      what: 'the new source has joined',
      state: service.output,
    })
    expect(await reload(consumers(1))).toBe('reloaded: more ended')
    expect((await statusOf(service)).sources.map(({ name }) => name)).toEqual([LOGSTORE])
    await expectAllOnce(world)
  })

  it('changes the token and the routes by draining, one worker after the other', async ({
    onTestFinished,
  }) => {
    const world = await setUp(onTestFinished, consumers(2))
    const { reload } = world
    const routed = { source: { consumers: 2, ...PATIENT, routes: [{ match: {}, sourcetype: 'other' }] } }
    expect(await reload(routed)).toBe(`reloaded: ${LOGSTORE}: workers started again`)
    await expectAllOnce(world)
  })

  it('heals a service that Splunk refuses, without a restart', async ({ onTestFinished }) => {
    const far = await startFarEnds({ shards: 2, logsPerGroup: 3, bytesPerLog: 200 }, onTestFinished)
    const place = createWorkplace(onTestFinished)
    const stopStream = far.stream()
    const service = place.run(yamlOf(far, { splunk: { token: 'wrong' } }))
    await untilSaid(service, 'refuses the HEC token', 0)
    writeFileSync(join(place.directory, 'config.yaml'), yamlOf(far, { splunk: { token: TOKEN } }))
    service.signal('SIGHUP')
    await untilSaid(service, 'reloaded', 0)
    stopStream()
    await everythingArrives(far)
    await drained(service)
    expectSoundAccount(far)
  })

  it('names what only a restart changes', async ({ onTestFinished }) => {
    const world = await setUp(onTestFinished, consumers(1), 1)
    const said = await world.reload({ ...consumers(1), top: { instance: 'another' } })
    expect(said).toBe('reloaded: instance takes effect at the next start')
    await expectAllOnce(world)
  })
})
