import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SourceConfig } from '../../src/config/types.ts'
import { createGotClient } from '../../src/http/got-client.ts'
import {
  manualClock,
  type SlsFault,
  type SlsSimulatorOptions,
  startSlsSimulator,
} from '../../src/simulator/sls/index.ts'
import { createSlsAdmin } from '../../src/sls/admin.ts'
import type { SlsResult } from '../../src/sls/errors.ts'
import { groupOf } from './simulator-sls-setup.ts'

const PROJECT = 'test-project'
const KEY = { id: 'key-id', secret: 'key-secret' }
const never = new AbortController().signal

const source: SourceConfig = {
  name: 'logs',
  project: PROJECT,
  logstore: 'logs',
  consumerGroup: 'sls2splunk',
  consumers: 2,
  startFrom: { kind: 'begin' },
  inOrder: false,
  heartbeatIntervalMs: 20_000,
  fetchIntervalMs: 1_000,
  checkpointIntervalMs: 5_000,
  routes: [],
  event: { metadata: true },
}

async function start(options: Partial<SlsSimulatorOptions> = {}) {
  const simulator = await startSlsSimulator({ accessKeys: [KEY], ...options })
  onTestFinished(() => simulator.close())
  simulator.createLogstore(PROJECT, 'logs', { shards: 3 })
  const calls: string[] = []
  const admin = await createSlsAdmin({
    sls: {
      endpoint: simulator.url,
      region: 'cn-hangzhou',
      signature: 'v4',
      credentials: { kind: 'keys', accessKeyId: KEY.id, accessKeySecret: KEY.secret },
      tls: { verify: true },
      timeoutMs: 5_000,
    },
    project: PROJECT,
    createHttp: createGotClient,
    maxSockets: 20,
    onCall: ({ operation, code }) => void calls.push(`${operation} ${code}`),
  })
  onTestFinished(admin.close)
  return {
    simulator,
    admin,
    calls,
    ensure: (own: Partial<SourceConfig> = {}) => admin.ensureGroup({ ...source, ...own }, never),
    known: async (logstore: string) => (await admin.factsOf(logstore, never)).known,
    positions: () => simulator.checkpoints(PROJECT, 'logs', source.consumerGroup),
  }
}

/** What was changed, or what failed. */
const short = (result: SlsResult<unknown>) =>
  result.kind === 'ok' ? result.value : `${result.failure.action} ${result.failure.code}`

const MADE = 'consumer group sls2splunk made, timeout 60 s, in order: false'

describe('the consumer group', () => {
  it('is made where there is none, and left alone where it fits', async () => {
    const { ensure, calls } = await start()
    expect(short(await ensure())).toEqual([MADE])
    expect(short(await ensure())).toEqual([])
    expect(calls).toEqual(['admin ok', 'admin ok', 'admin ok'])
  })

  it('is brought to the timeout and the order of the file, with both told', async () => {
    const { simulator, ensure } = await start()
    simulator.createGroup(PROJECT, 'logs', 'sls2splunk', { timeoutSeconds: 5, inOrder: true })
    const told = 'consumer group sls2splunk adjusted: timeout 5 s to 60 s, in order: true to false'
    expect(short(await ensure())).toEqual([told])
    expect(short(await ensure())).toEqual([])
    expect(short(await ensure({ heartbeatIntervalMs: 1_000, inOrder: true }))).toHaveLength(1)
    expect(short(await ensure({ heartbeatIntervalMs: 1_000, inOrder: true }))).toEqual([])
  })

  it('whose order alone differs is adjusted, too', async () => {
    const { simulator, ensure } = await start()
    simulator.createGroup(PROJECT, 'logs', 'sls2splunk', { timeoutSeconds: 60, inOrder: true })
    expect(short(await ensure())).toHaveLength(1)
    expect(short(await ensure())).toEqual([])
  })

  it('is one, made once, when twenty start together', async () => {
    const { ensure } = await start()
    const results = (await Promise.all(Array.from({ length: 20 }, () => ensure()))).map(short)
    expect(results.filter(result => Array.isArray(result) && result[0] === MADE)).toHaveLength(1)
    expect(results.flat()).toEqual([MADE])
  })

  it('that somebody else has just made otherwise is adjusted', async () => {
    const { simulator, ensure } = await start()
    simulator.faults.add({ call: 'ListConsumerGroup', fault: { kind: 'wrong-shape', value: [] }, times: 1 })
    simulator.createGroup(PROJECT, 'logs', 'sls2splunk', { timeoutSeconds: 5 })
    expect(short(await ensure())).toEqual([expect.stringMatching(/adjusted: timeout 5 s to 60 s/)])
  })

  it('one too many says so', async () => {
    const { ensure } = await start({ maxConsumerGroups: 0 })
    expect(short(await ensure())).toBe('setup ConsumerGroupQuotaExceed')
    const other = await start({ maxConsumerGroups: 0, statuses: { ConsumerGroupQuotaExceed: 400 } })
    expect(short(await other.ensure())).toBe('setup ConsumerGroupQuotaExceed')
  })

  it('of a logstore or project that is not there says which', async () => {
    const { ensure, simulator } = await start()
    expect(short(await ensure({ logstore: 'other' }))).toBe('setup LogStoreNotExist')
    simulator.setAccessKeys([{ ...KEY, secret: 'other' }])
    expect(short(await ensure())).toBe('setup SignatureNotMatch')
  })

  it('is made by a clock that is a day off', async () => {
    const { ensure, calls } = await start({ clock: manualClock(Date.now() + 86_400_000) })
    expect(short(await ensure())).toEqual([MADE])
    expect(calls).toEqual(['admin RequestTimeExpired', 'admin ok', 'admin ok'])
  })
})

describe('what is worth knowing of a logstore', () => {
  it('is how many shards take writes, and for how long logs are kept', async () => {
    const { simulator, known } = await start()
    simulator.createLogstore(PROJECT, 'kept', { shards: 2, ttlDays: 30 })
    simulator.splitShard(PROJECT, 'kept', 0)
    expect(await known('kept')).toEqual({ shards: 3, retentionSeconds: 30 * 86_400 })
  })

  it('is nothing of retention where logs are kept for ever, or nobody may know', async () => {
    const { simulator, known } = await start()
    expect(await known('logs')).toEqual({ shards: 3 })
    simulator.createLogstore(PROJECT, 'kept', { shards: 1, ttlDays: 30 })
    simulator.faults.add({ call: 'GetLogStore', fault: { kind: 'error', code: 'Unauthorized' } })
    expect(await known('kept')).toEqual({ shards: 1 })
    simulator.faults.add({ call: 'ListShards', fault: { kind: 'error', code: 'Unauthorized' } })
    expect(await known('kept')).toEqual({})
  })
})

describe('positions', () => {
  const cursorsOf = (all: ReturnType<Awaited<ReturnType<typeof start>>['positions']>) =>
    new Map([...all].map(([shard, { cursor }]) => [shard, cursor]))

  it('are written back whoever holds the shards', async () => {
    const { simulator, admin, ensure, positions } = await start()
    await ensure()
    const known = new Map([
      [0, 'MTQ0NzMyOTQwMTEwMjEzMDkwNA=='],
      [2, 'OTIyMzM3MjAzNjg1NDc3NTgwNw=='],
    ])
    expect((await admin.restorePositions(source, known, never)).kind).toBe('ok')
    expect(cursorsOf(positions())).toEqual(known)
    expect(simulator.consumers(PROJECT, 'logs', 'sls2splunk')).toEqual([])
  })

  it('of a shard that is gone are passed over, the others are written', async () => {
    const { admin, ensure, positions } = await start()
    await ensure()
    const known = new Map([
      [9, 'MTIz'],
      [1, 'MTIz'],
    ])
    expect((await admin.restorePositions(source, known, never)).kind).toBe('ok')
    expect(cursorsOf(positions())).toEqual(new Map([[1, 'MTIz']]))
  })

  it('that cannot be written are a failure', async () => {
    const { simulator, admin, ensure } = await start()
    await ensure()
    simulator.faults.add({
      call: 'UpdateCheckPoint',
      shard: 1,
      fault: { kind: 'error', code: 'ServerBusy' },
      times: 1,
    })
    expect(short(await admin.restorePositions(source, new Map([[1, 'MTIz']]), never))).toBe(
      'retry ServerBusy',
    )
  })

  it('are given to shards that have none, and taken from none', async () => {
    const { simulator, admin, ensure, positions } = await start()
    await ensure()
    simulator.append(PROJECT, 'logs', 0, [groupOf('one')])
    await admin.restorePositions(source, new Map([[1, 'MTIz']]), never)
    expect(short(await admin.initialisePositions(source, never))).toEqual({ shards: 3, initialised: 2 })
    const [first, , third] = simulator.positions(PROJECT, 'logs')
    expect(cursorsOf(positions())).toEqual(
      new Map([
        [0, first?.begin],
        [1, 'MTIz'],
        [2, third?.begin],
      ]),
    )
    expect(short(await admin.initialisePositions(source, never))).toEqual({ shards: 3, initialised: 0 })
  })
})

describe('an answer that is not what was asked for is a failure, never a surprise', () => {
  const wrong = (value: unknown): SlsFault => ({ kind: 'wrong-shape', value })
  const faults: SlsFault[] = [
    { kind: 'html', status: 200 },
    { kind: 'html', status: 502 },
    { kind: 'empty' },
    { kind: 'empty', status: 500 },
    { kind: 'truncated' },
    { kind: 'reset-before' },
    ...[{}, null, 'x', 5, [null], [1], ['a'], [{}], [[]], { consumergroups: [] }].map(wrong),
  ]
  it.each(faults)('%j', async fault => {
    const { simulator, admin, ensure } = await start()
    simulator.faults.add({ call: 'ListConsumerGroup', fault, times: 1 })
    simulator.faults.add({ call: 'ListShards', fault, times: 1 })
    expect(short(await ensure())).toMatch(/^retry /)
    expect(short(await ensure())).toEqual([MADE])
    expect(short(await admin.initialisePositions(source, never))).toMatch(/^retry /)
    simulator.faults.add({ call: 'GetCheckPoint', fault, times: 1 })
    expect(short(await admin.initialisePositions(source, never))).toMatch(/^retry /)
    simulator.faults.add({ call: 'GetCursor', fault, times: 1 })
    expect(short(await admin.initialisePositions(source, never))).toMatch(/^retry /)
    expect(short(await admin.initialisePositions(source, never))).toEqual({ shards: 3, initialised: 3 })
  })

  it.each([
    [{ createTime: 'yesterday' }, '[0].createTime is "yesterday", not a number'],
    [{ shardID: 1e308 }, '[0].shardID is 1e+308, not the number of a shard'],
  ])('%j in a row of a shard is named', async (field, text) => {
    const { simulator, admin } = await start()
    const row = { shardID: 0, status: 'readwrite', inclusiveBeginKey: '0', exclusiveEndKey: 'f', ...field }
    simulator.faults.add({ call: 'ListShards', fault: wrong([row]) })
    expect(await admin.initialisePositions(source, never)).toMatchObject({
      kind: 'failed',
      failure: { action: 'retry', code: 'BadResponse', message: expect.stringContaining(text) },
    })
    const facts = await admin.factsOf('logs', never)
    expect(facts.known).toEqual({})
    expect(facts.failures).toMatchObject([{ message: expect.stringContaining(text) }])
  })

  it('that the SDK stumbles over all the same, as a later one may', async () => {
    const { Shard } = await import('@alicloud/sls20201230')
    const types = vi.spyOn(Shard, 'types').mockReturnValue({ ...Shard.types(), status: 'number' })
    onTestFinished(() => types.mockRestore())
    const { admin } = await start()
    const text =
      'the official SDK cannot read what GET /logstores/logs/shards answers: type of status is mismatch'
    expect(await admin.initialisePositions(source, never)).toMatchObject({
      kind: 'failed',
      failure: { action: 'retry', code: 'BadResponse', message: expect.stringContaining(text) },
    })
  })

  it('page of HTML in place of "made"', async () => {
    const { simulator, ensure } = await start()
    simulator.faults.add({ call: 'CreateConsumerGroup', fault: { kind: 'html', status: 200 }, times: 1 })
    expect(short(await ensure())).toBe('retry BadResponse')
    expect(short(await ensure())).toEqual([MADE])
  })

  it('stop in the middle rejects with its reason', async () => {
    const { simulator, admin } = await start()
    simulator.faults.add({ fault: { kind: 'hang' } })
    const stop = new AbortController()
    const ensured = admin.ensureGroup(source, stop.signal)
    setTimeout(() => stop.abort(new Error('stopping')), 50)
    await expect(ensured).rejects.toThrow('stopping')
  })
})
