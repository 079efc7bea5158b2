import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createGroupKeeper, type Ensured, type GroupAdmin } from '../../../../src/supervisor/sources/group.ts'
import type { Settings } from '../../../../src/supervisor/sources/settings.ts'
import { startSource } from '../../../../src/supervisor/sources/source-run.ts'
import { createConditions } from '../../../../src/supervisor/state/conditions.ts'

const TEN_MINUTES = 600_000
const never = () => new Promise<never>(() => {})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const MIB = 1_048_576
const settings: Settings = {
  source: {
    name: 'audit',
    project: 'p',
    logstore: 'logs',
    consumerGroup: 'g',
    consumers: 1,
    startFrom: { kind: 'begin' },
    inOrder: false,
    heartbeatIntervalMs: 20_000,
    fetchIntervalMs: 1_000,
    checkpointIntervalMs: 5_000,
    routes: [],
    event: { metadata: true },
  },
  sls: {
    endpoint: 'https://localhost',
    region: 'cn-hangzhou',
    signature: 'v4',
    credentials: { kind: 'default' },
    tls: { verify: true },
    timeoutMs: 1_000,
  },
  splunk: {
    urls: [],
    token: '',
    tls: { verify: true },
    timeoutMs: 1_000,
    compression: 'gzip',
    batchBytes: MIB,
    metadata: {},
  },
  worker: {
    memoryLimitBytes: MIB,
    inFlightBytes: MIB,
    stalledAfterMs: 1_000,
    restartBackoff: { minMs: 1, maxMs: 1 },
    drainTimeoutMs: 1_000,
  },
  deadLetters: { directory: '', maxBytes: MIB },
}

function setUp(admin: Partial<GroupAdmin>) {
  const said: string[] = []
  const say = (level: string) => (message: string) => void said.push(`${level} ${message.split('\n')[0]}`)
  const log = {
    write: () => {},
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
  }
  const runs: string[] = []
  const all: GroupAdmin = {
    ensure: async () => ({ kind: 'ok', notes: [] }),
    restore: async () => ({ kind: 'ok', notes: [] }),
    facts: async () => ({}),
    ...admin,
  }
  const conditions = createConditions(log)
  const run = startSource({
    settings,
    keeperOf: of =>
      createGroupKeeper({
        settings: of,
        admin: all,
        log,
        onCondition: () => conditions.update([run.condition() ?? []].flat()),
      }),
    factsOf: all.facts,
    nameOf: (source, n) => `${source.name}-${n}`,
    loopOf: consumer => ({
      consumer,
      run(drain) {
        runs.push(consumer)
        return new Promise(resolve =>
          drain.addEventListener('abort', () => resolve({ kind: 'drained', unconfirmed: [], unsaved: [] })),
        )
      },
      restartBackoff: () => ({ minMs: 1, maxMs: 1 }),
      onRestart: () => {},
      onDrained: () => {},
    }),
    isFlowing: () => true,
    onExpected: () => {},
    onGone: () => {},
    log,
  })
  return { run, runs, said, conditions }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('the look at a logstore, which only decorates', () => {
  it('is taken every ten minutes; one that throws is said, and ends nothing', async () => {
    const looks = [
      async () => ({ shards: 2 }),
      async () => Promise.reject(new RangeError('Invalid time value')),
      async () => ({ shards: 4 }),
    ]
    const { run, runs, said } = setUp({ facts: () => (looks.shift() ?? never)() })
    await pass(0)
    expect([run.facts(), runs]).toEqual([{ shards: 2 }, ['audit-1']])
    await pass(TEN_MINUTES)
    expect([run.facts(), runs]).toEqual([{ shards: 2 }, ['audit-1']])
    expect(said).toEqual([
      'error source audit: looking at its logstore failed unexpectedly: RangeError: Invalid time value',
    ])
    await pass(TEN_MINUTES)
    expect([run.facts(), runs]).toEqual([{ shards: 4 }, ['audit-1']])
    await run.stop()
  })
})

describe('a consumer group that cannot be prepared', () => {
  const odd: Ensured = { kind: 'failed', code: 'sls-BadResponse', text: 'odd', remedy: 'wait' }

  it.each([
    ['fails', async () => odd, 'sls-BadResponse'],
    ['throws', async () => Promise.reject(new TypeError('a bug')), 'internal-error'],
  ])('is said and tried again until it works: %s', async (_, ensure, code) => {
    const tries: (() => Promise<Ensured>)[] = [ensure, ensure, async () => ({ kind: 'ok', notes: ['made'] })]
    const { run, runs, said, conditions } = setUp({ ensure: () => (tries.shift() ?? never)() })
    await pass(0)
    expect(conditions.list()).toMatchObject([{ code, source: 'audit', count: 1 }])
    expect(runs).toEqual([])
    await pass(5_000)
    expect(conditions.list()).toEqual([])
    expect(said.at(-1)).toMatch(/over after|made/)
    expect(runs).toEqual(['audit-1'])
    await run.stop()
  })
})
