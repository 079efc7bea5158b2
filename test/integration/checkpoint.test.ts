import fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import { createNodeClient } from '../../src/http/node-client.ts'
import {
  type CallName,
  decodeCursor,
  encodeCursor,
  type SlsFault,
  startSlsSimulator,
} from '../../src/simulator/sls/index.ts'
import { createSlsClient } from '../../src/sls/client.ts'
import type { SlsFailure } from '../../src/sls/errors.ts'
import { createTroubles } from '../../src/worker/report/troubles.ts'
import { type CheckpointOptions, createCheckpoint } from '../../src/worker/shard/checkpoint.ts'
import { eventually } from '../support/eventually.ts'

const INTERVAL_MS = 40
const PATIENCE = { withinMs: 20_000 }
/** Of a request, where one is to have no answer. */
const SHORT_MS = 400
const SAVE: { readonly call: CallName } = { call: 'UpdateCheckPoint' }

/** A cursor that lies so many groups behind the beginning of the shard. */
type CursorAt = (groups: number) => string

async function setUp({ onTestFinished }: TestContext, { timeoutMs = 10_000 } = {}) {
  const sls = await startSlsSimulator()
  sls.createLogstore('prj', 'logs', { shards: 1 })
  sls.createGroup('prj', 'logs', 'cg')
  const client = createSlsClient({
    sls: {
      endpoint: sls.url,
      region: 'cn-hangzhou',
      signature: 'v4',
      credentials: { kind: 'keys', accessKeyId: 'id', accessKeySecret: 'secret' },
      tls: { verify: true },
      timeoutMs,
    },
    project: 'prj',
    logstore: 'logs',
    consumerGroup: 'cg',
    consumer: 'c1',
    heartbeatIntervalMs: 1_000,
    createHttp: createNodeClient,
    maxSockets: 4,
  })
  onTestFinished(async () => {
    client.close()
    await sls.close()
  })
  await eventually(
    async () => (await client.heartbeat([], new AbortController().signal)).kind === 'ok',
    PATIENCE,
  )

  const [position] = sls.positions('prj', 'logs')
  const begin = decodeCursor(position?.begin ?? '') ?? 0n
  const cursorAt: CursorAt = groups => encodeCursor(begin + BigInt(groups))
  const troubles = createTroubles()
  const lost: SlsFailure[] = []
  const stop = new AbortController()
  const cut = new AbortController()
  onTestFinished(() => {
    stop.abort()
    cut.abort()
  })

  function start(options: Partial<CheckpointOptions> = {}) {
    const checkpoint = createCheckpoint({
      client,
      shard: 0,
      start: cursorAt(0),
      stored: undefined,
      intervalMs: INTERVAL_MS,
      troubles,
      cut: cut.signal,
      onLost: failure => void lost.push(failure),
      isOurs: () => true,
      onLapsed: () => {},
      ...options,
    })
    return { checkpoint, saving: checkpoint.keepSaving(stop.signal) }
  }

  return {
    sls,
    cursorAt,
    start,
    stop,
    cut,
    lost,
    codes: () => troubles.list().map(({ code, shards }) => [code, ...shards]),
    stored: () => sls.checkpoints('prj', 'logs', 'cg').get(0)?.cursor,
    /** Cursors that reached the server, and what it refused them with. */
    requests: () => sls.journal.checkpoints().map(({ cursor, refused }) => [cursor, refused]),
    fail: (fault: SlsFault, times?: number) =>
      sls.faults.add({ ...SAVE, fault, ...(times !== undefined && { times }) }),
  }
}

const FAILURES: readonly (readonly [string, SlsFault, code: string])[] = [
  ['an internal error', { kind: 'error', code: 'InternalServerError' }, 'sls-InternalServerError'],
  ['a quota', { kind: 'error', code: 'ReadQuotaExceed' }, 'sls-ReadQuotaExceed'],
  ['refused keys', { kind: 'error', code: 'Unauthorized' }, 'sls-Unauthorized'],
  ['a missing project', { kind: 'error', code: 'ProjectNotExist' }, 'sls-ProjectNotExist'],
  [
    'a checkpoint that it calls invalid',
    { kind: 'error', code: 'InvalidShardCheckPoint' },
    'sls-InvalidShardCheckPoint',
  ],
  ['a code that nobody knows', { kind: 'error', code: 'Whatever', status: 400 }, 'sls-Whatever'],
  ['a page of HTML', { kind: 'html' }, 'sls-BadResponse'],
  ['an empty 503', { kind: 'empty', status: 503 }, 'sls-BadResponse'],
  ['a connection that breaks before', { kind: 'reset-before' }, 'sls-ECONNRESET'],
  ['a connection that breaks after', { kind: 'reset-after' }, 'sls-ECONNRESET'],
  ['no answer', { kind: 'hang' }, 'sls-ETIMEDOUT'],
]

const timeFor = ({ kind }: SlsFault) => (kind === 'hang' ? { timeoutMs: SHORT_MS } : {})

const NOT_OURS = [
  'ConsumerNotMatch',
  'ConsumerNotExist',
  'ShardNotExist',
  'ConsumerGroupNotExist',
  'NotExistConsumerWithBody',
]

describe.concurrent('a checkpoint', () => {
  it('is saved where it began when the server has none, and wherever it moves', async test => {
    const { cursorAt, start, stored } = await setUp(test)
    const { checkpoint } = start()
    await eventually(() => stored() === cursorAt(0), PATIENCE)
    checkpoint.advance(cursorAt(5))
    expect(checkpoint.position()).toBe(cursorAt(5))
    await eventually(() => stored() === cursorAt(5), PATIENCE)
  })

  it('is not saved before its interval has passed: many moves are one save', async test => {
    const { cursorAt, start, stored, requests } = await setUp(test)
    const { checkpoint } = start({ stored: cursorAt(0), intervalMs: 200 })
    for (let groups = 1; groups <= 100; groups++) checkpoint.advance(cursorAt(groups))
    await eventually(() => stored() === cursorAt(100), PATIENCE)
    expect(requests()).toEqual([[cursorAt(100), undefined]])
  })

  it('that rests is saved again now and then, so that a shard split meanwhile is found finished', async test => {
    const { cursorAt, start, requests } = await setUp(test)
    const startedAt = performance.now()
    start({ stored: cursorAt(0) })
    await eventually(() => requests().length === 3, PATIENCE)
    expect(requests()).toEqual(Array(3).fill([cursorAt(0), undefined]))
    expect(performance.now() - startedAt).toBeGreaterThan(3 * 5 * INTERVAL_MS)
  })

  it.for(FAILURES)(
    'whose save meets with %s is a trouble until a later save works',
    async ([, fault, code], test) => {
      const { cursorAt, start, stored, codes, fail } = await setUp(test, timeFor(fault))
      const failing = fail(fault)
      const { checkpoint } = start({ stored: cursorAt(0) })
      checkpoint.advance(cursorAt(1))
      await eventually(() => failing.hits() >= 3, PATIENCE)
      expect(codes()).toEqual([[code, 0]])
      failing.remove()
      await eventually(() => codes().length === 0, PATIENCE)
      expect(stored()).toBe(cursorAt(1))
    },
  )

  it('is not taken for saved by the last save either when the one before it failed', async test => {
    const { cursorAt, start, stop, stored, fail } = await setUp(test)
    const failing = fail({ kind: 'error', code: 'InternalServerError' }, 1)
    const { checkpoint, saving } = start({ stored: cursorAt(0) })
    checkpoint.advance(cursorAt(1))
    await eventually(() => failing.hits() === 1, PATIENCE)
    stop.abort()
    await saving
    await checkpoint.flush(new AbortController().signal)
    expect(stored()).toBe(cursorAt(1))
  })
})

describe.concurrent('the last save', () => {
  it('saves what is not saved yet, and sends nothing when all is', async test => {
    const { cursorAt, start, stop, stored, requests } = await setUp(test)
    stop.abort()
    const { checkpoint } = start({ stored: cursorAt(0) })
    await checkpoint.flush(new AbortController().signal)
    expect(requests()).toEqual([])
    checkpoint.advance(cursorAt(3))
    await checkpoint.flush(new AbortController().signal)
    await checkpoint.flush(new AbortController().signal)
    expect([stored(), requests().length]).toEqual([cursorAt(3), 1])
  })

  it.for(FAILURES)('is tried again after %s', async ([, fault], test) => {
    const { cursorAt, start, stop, stored, codes, fail } = await setUp(test, timeFor(fault))
    stop.abort()
    fail(fault, 1)
    const { checkpoint } = start({ stored: cursorAt(0) })
    checkpoint.advance(cursorAt(3))
    await checkpoint.flush(new AbortController().signal)
    expect([stored(), codes()]).toEqual([cursorAt(3), []])
  })

  it.for<[string, SlsFault]>([
    ['hangs', { kind: 'hang' }],
    ['answers with nothing but errors', { kind: 'error', code: 'InternalServerError' }],
  ])('gives up when its time is up while the server %s', async ([, fault], test) => {
    const { cursorAt, start, stop, stored, codes, fail } = await setUp(test)
    stop.abort()
    const failing = fail(fault)
    const { checkpoint } = start({ stored: cursorAt(0) })
    checkpoint.advance(cursorAt(3))
    const time = new AbortController()
    const flushed = checkpoint.flush(time.signal)
    await eventually(() => failing.hits() > 0, PATIENCE)
    time.abort()
    await flushed
    expect([stored(), codes()]).toEqual([undefined, []])
  })

  it('saves a position that never moved where the server has none', async test => {
    const { cursorAt, start, stop, stored } = await setUp(test)
    stop.abort()
    const { checkpoint } = start()
    await checkpoint.flush(new AbortController().signal)
    expect(stored()).toBe(cursorAt(0))
  })

  it('does not begin when its time is up already', async test => {
    const { cursorAt, start, stop, requests } = await setUp(test)
    stop.abort()
    const { checkpoint } = start()
    checkpoint.advance(cursorAt(3))
    await checkpoint.flush(AbortSignal.abort())
    expect(requests()).toEqual([])
  })
})

describe.concurrent('a shard that is not ours', () => {
  it.for(NOT_OURS)('is told once (%s), and nothing is saved from then on', async (code, test) => {
    const { cursorAt, start, lost, codes, fail } = await setUp(test)
    const refusing = fail({ kind: 'error', code })
    const { checkpoint, saving } = start()
    await saving
    expect(lost.map(failure => failure.code)).toEqual([code])
    checkpoint.advance(cursorAt(7))
    await checkpoint.keepSaving(new AbortController().signal)
    await checkpoint.flush(new AbortController().signal)
    expect([refusing.hits(), lost.length, codes()]).toEqual([1, 1, []])
  })

  it('is found so by the server itself when another consumer holds it', async test => {
    const { sls, cursorAt, start, lost, requests } = await setUp(test)
    sls.deleteGroup('prj', 'logs', 'cg')
    sls.createGroup('prj', 'logs', 'cg')
    const { checkpoint, saving } = start()
    await saving
    await checkpoint.flush(new AbortController().signal)
    expect(lost.map(({ code }) => code)).toEqual(['ConsumerNotExist'])
    expect(requests()).toEqual([[cursorAt(0), 'ConsumerNotExist']])
  })
})

describe.concurrent('a save under way', () => {
  it('is waited for when saving is told to end, so that the last one comes after it', async test => {
    const { cursorAt, start, stop, stored, requests, fail } = await setUp(test)
    const slow = fail({ kind: 'slow', delayMs: 300 }, 1)
    const { checkpoint, saving } = start({ stored: cursorAt(0) })
    checkpoint.advance(cursorAt(1))
    await eventually(() => slow.hits() === 1, PATIENCE)
    stop.abort()
    checkpoint.advance(cursorAt(2))
    await saving
    await checkpoint.flush(new AbortController().signal)
    expect(requests().map(([cursor]) => cursor)).toEqual([cursorAt(1), cursorAt(2)])
    expect(stored()).toBe(cursorAt(2))
  })

  it('ends with the cut at the latest', async test => {
    const { cursorAt, start, stop, cut, fail } = await setUp(test)
    const hanging = fail({ kind: 'hang' })
    const { checkpoint, saving } = start({ stored: cursorAt(0) })
    checkpoint.advance(cursorAt(1))
    await eventually(() => hanging.hits() === 1, PATIENCE)
    stop.abort()
    cut.abort()
    await saving
    expect(hanging.hits()).toBe(1)
  })
})

describe('whatever goes wrong', () => {
  const fault = fc.constantFrom<SlsFault>(
    { kind: 'error', code: 'InternalServerError' },
    { kind: 'html' },
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'duplicate' },
    { kind: 'hang', processed: true },
    { kind: 'slow', delayMs: 60 },
  )
  const step = fc.record({
    groups: fc.integer({ min: 0, max: 3 }),
    fault: fc.option(fault),
    pauseMs: fc.nat(60),
  })

  it('what the server holds never goes back and never runs ahead, and is the position in the end', async test => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
        const { sls, cursorAt, start, stop, stored, fail } = await setUp(test, { timeoutMs: SHORT_MS })
        const { checkpoint, saving } = start({ intervalMs: 15 })
        const saved: bigint[] = []
        const ahead: string[] = []
        sls.onCheckpoint(({ cursor }) => {
          saved.push(decodeCursor(cursor) ?? -1n)
          if ((decodeCursor(cursor) ?? 0n) > (decodeCursor(checkpoint.position()) ?? 0n)) ahead.push(cursor)
        })
        let position = 0
        for (const { groups, fault: each, pauseMs } of steps) {
          if (each) fail(each, 1)
          position += groups
          checkpoint.advance(cursorAt(position))
          await new Promise(resolve => setTimeout(resolve, pauseMs))
        }
        stop.abort()
        await saving
        await checkpoint.flush(new AbortController().signal)
        expect(stored()).toBe(cursorAt(position))
        expect(ahead).toEqual([])
        expect(saved).toEqual(saved.toSorted((a, b) => Number(a - b)))
      }),
      { numRuns: 8 },
    )
  })
})
