import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ChildExit, type ChildOptions, runChild } from '../../src/supervisor/sources/child.ts'
import { createMarker } from '../../src/thread/marker.ts'
import type { FromWorker, ToWorker } from '../../src/thread/protocol.ts'
import { eventually } from '../support/eventually.ts'
import type { Behaviour } from '../support/workers/behaviours.ts'

const MIB = 1024 * 1024
const source = {
  name: 'logs',
  project: 'project',
  logstore: 'logs',
  consumerGroup: 'group',
  consumers: 1,
  startFrom: { kind: 'begin' },
  inOrder: false,
  heartbeatIntervalMs: 1_000,
  fetchIntervalMs: 100,
  checkpointIntervalMs: 200,
  routes: [],
  event: { metadata: true },
} as const
const sls = {
  endpoint: 'http://127.0.0.1',
  region: 'cn-hangzhou',
  signature: 'v4',
  credentials: { kind: 'default' },
  tls: { verify: true },
  timeoutMs: 1_000,
} as const
const splunk = {
  urls: [],
  token: '',
  tls: { verify: true },
  timeoutMs: 1_000,
  compression: 'gzip',
  batchBytes: MIB,
  metadata: {},
} as const
const worker = {
  memoryLimitBytes: MIB,
  inFlightBytes: MIB,
  stalledAfterMs: 1_000,
  restartBackoff: { minMs: 1, maxMs: 1 },
  drainTimeoutMs: 1_000,
}

const deadLetters = { directory: '/nowhere', maxBytes: MIB }

interface Run {
  readonly exit: Promise<ChildExit>
  readonly messages: readonly FromWorker[]
  /** How often it has said that it is alive. */
  readonly signs: () => number
  drain(): void
  kill(why: string): void
}

const fileOf = (name: string) => new URL(`../support/workers/${name}.ts`, import.meta.url).href

/** Deadlines are long where a test does not wait for them. */
function start(behaviour: Behaviour, options: Partial<ChildOptions> = {}): Run {
  const [drain, kill] = [new AbortController(), new AbortController()]
  const messages: FromWorker[] = []
  const exit = runChild({
    workerFile: fileOf('behaviours'),
    input: {
      consumer: behaviour,
      source,
      sls,
      splunk,
      worker,
      deadLetters,
      quarantine: [],
      marker: createMarker(),
    },
    heapLimitBytes: 256 * MIB,
    readyWithinMs: 30_000,
    silentAtMostMs: 30_000,
    drainWithinMs: 30_000,
    drain: drain.signal,
    kill: kill.signal,
    onMessage: (message, reply) => {
      messages.push(message)
      options.onMessage?.(message, reply)
    },
    ...options,
  })
  return {
    exit,
    messages,
    signs: () => messages.filter(({ type }) => type === 'log').length,
    drain: () => drain.abort(),
    kill: why => kill.abort(why),
  }
}

const alive = (run: Run) => {
  const before = run.signs()
  return eventually(() => run.signs() > before, { withinMs: 10_000, what: 'a sign of life' })
}

describe('a run that is told to drain', () => {
  const drained = {
    kind: 'drained',
    unconfirmed: [{ shard: 3, events: 7, repeated: 0, from: 'MTIz', to: 'MTI0' }],
    unsaved: [],
  }

  it('ends with what the worker says of it', async () => {
    const run = start('does its work')
    await alive(run)
    run.drain()
    expect(await run.exit).toEqual(drained)
    expect(run.messages[0]).toEqual({ type: 'ready' })
  })

  it('ends so even if it was told before it had begun', async () => {
    expect(await start('does its work', { drain: AbortSignal.abort() }).exit).toEqual(drained)
  })

  it('is killed when it is not done by the deadline, however alive it is', async () => {
    const run = start('does not drain', { drainWithinMs: 300, silentAtMostMs: 200 })
    await alive(run)
    run.drain()
    expect(await run.exit).toEqual({ kind: 'undrained' })
  })

  it('may be silent for longer than usual', async () => {
    const run = start('falls silent', { silentAtMostMs: 500, drainWithinMs: 1_500 })
    await eventually(() => run.messages.length === 1, { withinMs: 10_000 })
    run.drain()
    expect(await run.exit).toEqual({ kind: 'undrained' })
  })
})

describe('the last words of a worker', () => {
  it('arrive, all of them, before the run has ended', async () => {
    for (let i = 0; i < 10; i++) {
      const run = start('says much and ends')
      expect(await run.exit).toEqual({ kind: 'drained', unconfirmed: [], unsaved: [] })
      expect(run.signs()).toBe(5_000)
    }
  })

  it('say why it ended', async () => {
    for (let i = 0; i < 10; i++) {
      const { exit } = start('says why and ends')
      expect(await exit).toEqual({ kind: 'failed', failure: { code: 'ENOSPC', message: 'the disk is full' } })
    }
  })
})

describe('a run whose thread ends by itself', () => {
  const rows: [Behaviour, RegExp][] = [
    ['throws', /a bug/],
    ['exits', /exit.* 7/],
    ['leaves a rejection alone', /nobody looks at this/],
  ]
  it.each(rows)('has died, and says how: %s', async (behaviour, how) => {
    expect(await start(behaviour).exit).toEqual({ kind: 'died', message: expect.stringMatching(how) })
  })

  it('has died when a bug shows while it drains', async () => {
    const run = start('throws in a listener')
    await eventually(() => run.messages.length === 1, { withinMs: 10_000 })
    run.drain()
    expect(await run.exit).toEqual({ kind: 'died', message: expect.stringMatching(/a bug while draining/) })
  })

  it.each([
    ['does-not-load', /a part is missing/],
    ['is-not-there', /is-not-there/],
    ['exits-while-loading', /exit.* 9/],
  ])('has died, each time again: %s', async (file, how) => {
    for (let i = 0; i < 2; i++) {
      const { exit } = start('does its work', { workerFile: fileOf(file) })
      expect(await exit).toEqual({ kind: 'died', message: expect.stringMatching(how) })
    }
  })

  it('has died of its own hunger for memory, and nobody else', async () => {
    const sibling = start('does its work')
    const { exit } = start('eats memory', { heapLimitBytes: 32 * MIB })
    expect(await exit).toEqual({ kind: 'died', message: expect.stringMatching(/memory/) })
    await alive(sibling)
    sibling.drain()
    expect(await sibling.exit).toMatchObject({ kind: 'drained' })
  })
})

describe('a run is killed', () => {
  it('when its thread turns in a circle, and nobody else', async () => {
    const sibling = start('does its work')
    expect(await start('turns in a circle', { silentAtMostMs: 500 }).exit).toEqual({ kind: 'stalled' })
    await alive(sibling)
    sibling.drain()
    expect(await sibling.exit).toMatchObject({ kind: 'drained' })
  })

  it('when it falls silent', async () => {
    expect(await start('falls silent', { silentAtMostMs: 300 }).exit).toEqual({ kind: 'stalled' })
  })

  it('when it does not get ready', async () => {
    expect(await start('gets ready late', { readyWithinMs: 500 }).exit).toEqual({ kind: 'never-ready' })
    const loading = start('does its work', { readyWithinMs: 500, workerFile: fileOf('loads-for-ever') })
    expect(await loading.exit).toEqual({ kind: 'never-ready' })
  })

  it('when somebody asks for it, in the middle of its work or in a circle', async () => {
    const working = start('does its work')
    await alive(working)
    working.kill('memory-limit')
    expect(await working.exit).toEqual({ kind: 'killed', why: 'memory-limit' })
    const turning = start('turns in a circle')
    await eventually(() => turning.messages.length === 1, { withinMs: 10_000 })
    turning.kill('asked for')
    expect(await turning.exit).toEqual({ kind: 'killed', why: 'asked for' })
  })

  it('when somebody has asked for it before it began', async () => {
    const { exit } = start('does its work', { kill: AbortSignal.abort('stopping now') })
    expect(await exit).toEqual({ kind: 'killed', why: 'stopping now' })
  })

  it('for the first reason only', async () => {
    const run = start('turns in a circle', { drainWithinMs: 1 })
    await eventually(() => run.messages.length === 1, { withinMs: 10_000 })
    run.drain()
    run.kill('second signal')
    expect(await run.exit).toEqual({ kind: 'killed', why: 'second signal' })
  })
})

it('a reply to a message reaches the worker', async () => {
  const onMessage = ({ type }: FromWorker, reply: (answer: ToWorker) => void) => {
    if (type === 'ready') reply({ type: 'drain' })
  }
  expect(await start('does its work', { onMessage }).exit).toMatchObject({ kind: 'drained' })
})

it('a run that is killed leaves no thread behind, neither its own nor one in its place', async () => {
  const before = threads()
  for (let i = 0; i < 6; i++) {
    const run = start('does its work')
    await alive(run)
    run.kill('for the test')
    expect((await run.exit).kind).toBe('killed')
  }
  await eventually(() => threads() <= before, { withinMs: 5_000, state: () => ({ before, now: threads() }) })
})

it('nothing stays open behind a run, however it ended', async () => {
  const open = () => {
    const resources = process.getActiveResourcesInfo().filter(name => /Port|Timeout/.test(name))
    return { resources: resources.length, threads: threads() }
  }
  await start('throws').exit
  const before = open()
  const drained = start('does its work')
  drained.drain()
  const exits = [
    drained.exit,
    start('turns in a circle', { silentAtMostMs: 300 }).exit,
    start('exits').exit,
    start('does its work', { workerFile: fileOf('does-not-load') }).exit,
  ]
  expect((await Promise.all(exits)).map(({ kind }) => kind)).toEqual(['drained', 'stalled', 'died', 'died'])
  const isBack = () => open().resources <= before.resources && open().threads <= before.threads
  await eventually(isBack, { withinMs: 5_000, state: () => ({ before, now: open() }) })
})

/** Threads of this process; 0 where the system does not tell. */
function threads(): number {
  return existsSync('/proc/self/task') ? readdirSync('/proc/self/task').length : 0
}
