/** Signals: the process drains, leaves nothing half done, and ends in time whatever the far ends do. */

import { createServer } from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, startFarEnds } from '../support/far-ends.ts'
import {
  everythingArrives,
  expectNothingOpen,
  expectSoundAccount,
  uncommitted,
} from '../support/invariants.ts'
import { createWorkplace, type ServiceProcess, yamlOf } from '../support/process.ts'

afterAll(expectNothingOpen)

const SMALL = { shards: 4, bytesPerLog: 200 }
const DRAINED = { code: 0, signal: null }
/** `drain_timeout` of the configuration, and what a busy machine may add. */
const DRAIN_MS = 2_000
const A_FEW_SECONDS_MS = 8_000

/** A busy machine is no reason to lose a shard. */
const PATIENT = { source: { heartbeat_interval: '5s' } }

describe.concurrent('on SIGTERM', () => {
  it('delivers and saves what it holds under load, and nothing is doubled after a restart', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run, isLocked } = createWorkplace(onTestFinished)
    const stopStream = far.stream()
    for (let round = 0; round < 3; round++) {
      const service = run(yamlOf(far, PATIENT))
      await deliveries(far, service)
      service.signal('SIGTERM')
      expect(await service.exited).toEqual(DRAINED)
      expect(lastLine(service)).toBe('stopped; every event is confirmed')
      expect(isLocked()).toBe(false)
    }
    stopStream()
    const last = run(yamlOf(far, PATIENT))
    await everythingArrives(far)
    last.signal('SIGINT')
    expect(await last.exited).toEqual(DRAINED)
    expectSoundAccount(far)
    expect(uncommitted(far)).toEqual([])
  })

  it('ends in time while Splunk is down, and says how many events will be sent again', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    await far.hec.down()
    far.produce([0, 1], 4)
    const service = run(yamlOf(far))
    await lineWith(service, 'Splunk cannot be reached')
    await eventually(async () => (await readEvents(service)) === 80, {
      withinMs: 20_000,
      what: 'both shards are read',
      state: service.output,
    })
    const tookMs = await terminate(service)
    expect(await service.exited).toEqual(DRAINED)
    expect(tookMs).toBeLessThan(DRAIN_MS + A_FEW_SECONDS_MS)
    const range = 'shard [01] of logs from \\S+= to \\S+='
    expect(lastLine(service)).toMatch(
      new RegExp(`^stopped; 80 events are not confirmed; will be sent again: ${range}; ${range}$`),
    )
    expect(far.oracle.violations()).toEqual([])

    await far.hec.up()
    const next = run(yamlOf(far))
    await everythingArrives(far)
    await terminate(next)
    expectSoundAccount(far)
  })

  it('ends in time while Splunk does not answer, with nothing saved that Splunk may not have', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    const hang = far.hec.faults.add({ fault: { kind: 'hang' } })
    far.produce([0], 4)
    const service = run(yamlOf(far))
    await eventually(() => hang.strikes() > 0, { withinMs: 20_000, what: 'a request hangs' })
    expect(await terminate(service)).toBeLessThan(DRAIN_MS + A_FEW_SECONDS_MS)
    expect(await service.exited).toEqual(DRAINED)
    expect(lastLine(service)).toMatch(
      /^stopped; 40 events are not confirmed; will be sent again: shard 0 of logs from \S+= to \S+=$/,
    )
    hang.remove()
    run(yamlOf(far))
    await everythingArrives(far)
    expectSoundAccount(far)
  })

  it('ends in time while Log Service does not answer, and says that positions are not saved', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    far.produce([0, 1, 2, 3], 2)
    const service = run(yamlOf(far))
    await everythingArrives(far)
    await eventually(() => uncommitted(far).length === 0, { withinMs: 20_000, what: 'positions are saved' })
    far.sls.faults.add({ call: 'UpdateCheckPoint', fault: { kind: 'hang' } })
    far.produce([0, 1, 2, 3], 2)
    await everythingArrives(far)
    far.sls.faults.add({ fault: { kind: 'hang' } })
    const tookMs = await terminate(service)
    expect(await service.exited).toEqual(DRAINED)
    expect(tookMs).toBeLessThan(DRAIN_MS + A_FEW_SECONDS_MS)
    const range = 'shard [0-3] of logs from \\S+= to \\S+='
    expect(lastLine(service)).toMatch(
      new RegExp(
        `^stopped; every event is confirmed; will be sent again: ${Array(4).fill(range).join('; ')}$`,
      ),
    )
    far.sls.faults.clear()
    expectSoundAccount(far)
  })

  it('ends at once while it still waits for Log Service to answer for the first time', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    const hang = far.sls.faults.add({ fault: { kind: 'hang' } })
    const service = run(yamlOf(far))
    await eventually(() => hang.hits() > 0, { withinMs: 20_000, what: 'a request hangs' })
    await terminate(service)
    expect(await service.exited).toEqual(DRAINED)
    expectNoStack(service)
  })

  it('ends at once while it waits for Log Service to be mended', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    far.sls.setAccessKeys([])
    const service = run(yamlOf(far))
    await lineWith(service, 'Unauthorized')
    await terminate(service)
    expect(await service.exited).toEqual(DRAINED)
    expectNoStack(service)
  })

  it('stops at once with status 1 when it comes a second time', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run, isLocked } = createWorkplace(onTestFinished)
    await far.hec.down()
    far.produce([0, 1], 4)
    const service = run(yamlOf(far, { top: { worker: { drain_timeout: '1h' } } }))
    await lineWith(service, 'Splunk cannot be reached')
    service.signal('SIGTERM')
    await lineWith(service, 'delivering what is held')
    service.signal('SIGTERM')
    expect(await service.exited).toEqual({ code: 1, signal: null })
    expect(lastLine(service)).toContain('did not end in order')
    expect(isLocked()).toBe(false)
    expectNoStack(service)
  })
})

describe.concurrent('the process', () => {
  it('lives on after SIGHUP and after the reader of its log is gone', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    const service = run(yamlOf(far))
    far.produce([0], 1)
    await everythingArrives(far)
    service.signal('SIGHUP')
    await lineWith(service, 'reloaded: nothing has changed')
    service.closeOutput()
    service.signal('SIGHUP')
    far.produce([0, 1], 1)
    await everythingArrives(far)
    await terminate(service)
    expect(await service.exited).toEqual(DRAINED)
    expectSoundAccount(far)
  })

  it('refuses a state directory that another one uses, naming it', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    const first = run(yamlOf(far))
    await first.get('/healthz')
    const second = run(yamlOf(far))
    expect(await second.exited).toEqual({ code: 1, signal: null })
    expect(problems(second)).toHaveLength(1)
    expect(lastLine(second)).toContain(`process ${first.pid} already runs`)
    far.produce([0], 1)
    await everythingArrives(far)
    expectSoundAccount(far)
  })

  it('says in one line that its port is taken, and leaves no lock', async ({ onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const { run, isLocked } = createWorkplace(onTestFinished)
    const occupant = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void occupant.close())
    await eventually(() => occupant.listening, { withinMs: 5_000 })
    const address = occupant.address()
    const port = typeof address === 'object' ? address?.port : 0
    const service = run(yamlOf(far, { top: { http: { listen: `127.0.0.1:${port}` } } }))
    expect(await service.exited).toEqual({ code: 1, signal: null })
    expect(problems(service)).toHaveLength(1)
    expect(lastLine(service)).toMatch(new RegExp(`cannot listen on 127.0.0.1:${port}.*http.listen`))
    expect(isLocked()).toBe(false)
  })
})

/** Waits until Splunk has got something since now. */
async function deliveries({ hec }: FarEnds, service: ServiceProcess): Promise<void> {
  const { events } = hec.counters
  await eventually(() => hec.counters.events > events, {
    withinMs: 30_000,
    what: 'something is delivered',
    state: service.output,
  })
}

async function lineWith(service: ServiceProcess, text: string): Promise<void> {
  await eventually(() => service.output().includes(text), {
    withinMs: 30_000,
    what: `a line with "${text}"`,
    state: service.output,
  })
}

async function readEvents(service: ServiceProcess): Promise<number> {
  const { text } = await service.get('/metrics')
  const counts = text.matchAll(/^sls2splunk_shard_read_events_total\{.*\} (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Milliseconds from SIGTERM to the end. */
async function terminate(service: ServiceProcess): Promise<number> {
  const startedAt = performance.now()
  service.signal('SIGTERM')
  await service.exited
  return performance.now() - startedAt
}

function lastLine(service: ServiceProcess): string {
  return service.logs().at(-1)?.message ?? ''
}

function problems(service: ServiceProcess) {
  return service.logs().filter(({ level }) => level === 'error')
}

function expectNoStack(service: ServiceProcess): void {
  expect(service.output()).not.toMatch(/\n\s+at .*:\d+/)
}
