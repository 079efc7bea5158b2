/** One shard at a time, run by the real worker code against both far ends, which fail in every way they know. */

import fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import { createBudget } from '../../src/base/budget.ts'
import type { SourceConfig, SplunkConfig } from '../../src/config/types.ts'
import { createNodeClient } from '../../src/http/node-client.ts'
import type { Fault } from '../../src/simulator/hec/faults.ts'
import type { CallName, SlsFault } from '../../src/simulator/sls/index.ts'
import { createSlsClient } from '../../src/sls/client.ts'
import { createMarker, readMark } from '../../src/thread/marker.ts'
import { createBuffers } from '../../src/worker/deliver/buffers.ts'
import { connectToSplunk } from '../../src/worker/deliver/connect.ts'
import { deliveryFor } from '../../src/worker/deliver/delivery.ts'
import { createVector, type Vector } from '../../src/worker/encode/vector.ts'
import { createPageMemory, regionBytes } from '../../src/worker/read/page-memory.ts'
import { createQuarantineList } from '../../src/worker/read/quarantine.ts'
import { createMeter } from '../../src/worker/report/meter.ts'
import { createTroubles } from '../../src/worker/report/troubles.ts'
import type { ShardContext } from '../../src/worker/shard/context.ts'
import type { Release, ShardRunner } from '../../src/worker/shard/runner.ts'
import { startShard } from '../../src/worker/shard/shard.ts'
import { encoderModule } from '../support/encoder-module.ts'
import { eventually } from '../support/eventually.ts'
import {
  ACCESS_KEY,
  type FarEnds,
  GROUP,
  LOGSTORE,
  PROJECT,
  startFarEnds,
  TOKEN,
} from '../support/far-ends.ts'

const PATIENCE = { withinMs: 50_000 }
/** One event of the generator is about as long as two of these. */
const SMALL_BODY = 512

interface Options {
  readonly shards?: number
  readonly batchBytes?: number
  readonly pageBytes?: number
  readonly timeoutMs?: number
  readonly inOrder?: boolean
  readonly fetchIntervalMs?: number
  /** Stands between the worker and its vector encoder. */
  readonly around?: (vector: Vector) => Vector
}

const TLS = { verify: true }
const BUDGET_BYTES = 64 * 2 ** 20
const asItIs = (vector: Vector) => vector

function sourceOf({ inOrder = false, fetchIntervalMs = 20 }: Options): SourceConfig {
  return {
    name: 'logs',
    project: PROJECT,
    logstore: LOGSTORE,
    consumerGroup: GROUP,
    consumers: 1,
    startFrom: { kind: 'begin' },
    inOrder,
    heartbeatIntervalMs: 1_000,
    fetchIntervalMs,
    checkpointIntervalMs: 30,
    routes: [],
    event: { metadata: true },
  }
}

/** Far ends, and a worker's parts without its heartbeat: the shards are this consumer's from the start. */
async function setUp({ onTestFinished }: TestContext, options: Options = {}) {
  const { shards = 1, batchBytes = 4_096, pageBytes = 8_192, timeoutMs = 10_000, around = asItIs } = options
  const far = await startFarEnds({ shards, logsPerGroup: 5, sls: { pullByteCap: pageBytes } }, onTestFinished)
  far.sls.createGroup(PROJECT, LOGSTORE, GROUP, { timeoutSeconds: 3_600 })
  // Everything in one memory, as in a worker.
  const module = encoderModule({
    bodies: { count: 4, bytesEach: batchBytes },
    pagesBytes: regionBytes(BUDGET_BYTES),
  })
  const client = createSlsClient({
    sls: {
      endpoint: far.sls.url,
      region: 'cn-hangzhou',
      signature: 'v4',
      credentials: { kind: 'keys', accessKeyId: ACCESS_KEY.id, accessKeySecret: ACCESS_KEY.secret },
      tls: TLS,
      timeoutMs,
    },
    project: PROJECT,
    logstore: LOGSTORE,
    consumerGroup: GROUP,
    consumer: 'c1',
    heartbeatIntervalMs: 1_000,
    createHttp: createNodeClient,
    maxSockets: 16,
    unpack: createPageMemory(module).unpack,
  })
  const splunk: SplunkConfig = {
    urls: [far.hec.url],
    token: TOKEN,
    tls: TLS,
    timeoutMs,
    compression: 'gzip',
    batchBytes,
    metadata: {},
  }
  const never = new AbortController().signal
  await eventually(async () => (await client.heartbeat([], never)).kind === 'ok', PATIENCE)

  const troubles = createTroubles()
  const meter = createMeter()
  const hec = connectToSplunk(splunk, { maxRequests: 8, troubles })
  const { endpoints } = hec
  const buffers = createBuffers(4, batchBytes, module.bodies)
  const budget = createBudget(BUDGET_BYTES)
  const marker = createMarker()
  const errors: string[] = []
  const log = () => {}
  const context: ShardContext = {
    client,
    source: sourceOf(options),
    drainTimeoutMs: 30_000,
    defaults: {},
    deliverFor: ofShard => deliveryFor(ofShard, { endpoints, compression: 'gzip', troubles, meter }),
    deadLetters: { write: async () => ({ kind: 'failed', message: 'there are none here' }) },
    announce: () => {},
    quarantine: createQuarantineList(),
    marker,
    budget,
    buffers,
    vector: around(createVector(module)),
    meter,
    troubles,
    log: { debug: log, info: log, warn: log, error: message => void errors.push(message) },
  }
  const runners: ShardRunner[] = []
  onTestFinished(async () => {
    for (const runner of runners) runner.release('lost')
    await Promise.allSettled(runners.map(runner => runner.ended))
    client.close()
    hec.close()
  })
  return {
    far,
    troubles,
    meter,
    errors,
    mark: () => readMark(marker),
    start(shard = 0) {
      const runner = startShard(shard, context, {
        known: () => undefined,
        isOurs: () => true,
        onLapsed: () => {},
        isDisputed: false,
      })
      runners.push(runner)
      return runner
    },
    /** Nothing is lent or under way. */
    expectNothingHeld() {
      const inFlight = Array.from({ length: shards }, (_, shard) => meter.shard(shard).inFlightEvents())
      expect([budget.lentBytes(), buffers.lentBytes(), ...inFlight]).toEqual([0, 0, ...inFlight.map(() => 0)])
    },
    stored: (shard = 0) => far.sls.checkpoints(PROJECT, LOGSTORE, GROUP).get(shard)?.cursor,
    codes: () => troubles.list().map(({ code }) => code),
  }
}

const endOf = ({ sls }: FarEnds, shard = 0) => sls.positions(PROJECT, LOGSTORE)[shard]?.end
const arrived = (far: FarEnds) =>
  eventually(() => far.ledger.report().lost === 0, { ...PATIENCE, state: () => far.ledger.report() })

async function letGo(runner: ShardRunner, reason: Release): Promise<void> {
  runner.release(reason)
  await runner.ended
}

describe.concurrent('a shard', () => {
  it('is delivered once and in order, and its checkpoint ends where the shard does', async test => {
    const { far, start, stored, expectNothingHeld } = await setUp(test)
    far.produce([0], 40)
    const runner = start()
    await arrived(far)
    await letGo(runner, 'stop')
    expect(far.ledger.report()).toMatchObject({ lost: 0, duplicated: 0, unknown: 0 })
    expect([far.oracle.violations(), stored()]).toEqual([[], endOf(far)])
    expectNothingHeld()
  })

  it.for([SMALL_BODY, 100_000])(
    'in strict order is delivered log by log, with bodies of %d bytes',
    async (batchBytes, test) => {
      const { far, start } = await setUp(test, { inOrder: true, batchBytes })
      // Tried again while the next ones could be on their way.
      const busy = { kind: 'reply', status: 503, body: '{"text":"Server is busy","code":9}' } as const
      far.hec.faults.add({ fault: busy, times: 2 })
      far.produce([0], 12)
      const runner = start()
      await arrived(far)
      await letGo(runner, 'stop')
      expect(far.ledger.report()).toMatchObject({ duplicated: 0, orderViolations: 0 })
    },
  )

  it('that has nothing to read is asked once in a fetch interval, no more', async test => {
    const { far, start } = await setUp(test, { fetchIntervalMs: 100 })
    const pulls = () => far.sls.journal.served(PROJECT, LOGSTORE, 0).pulls
    const startedAt = performance.now()
    const runner = start()
    await eventually(() => pulls() >= 5, PATIENCE)
    expect(performance.now() - startedAt).toBeGreaterThan(4 * 95)
    expect(runner.status()).toMatchObject({ state: 'caught-up', lagSeconds: 0 })
    await letGo(runner, 'stop')
  })

  it('that has much to read is read without a pause', async test => {
    const { far, start } = await setUp(test, { fetchIntervalMs: 3_600_000, pageBytes: 1 })
    far.produce([0], 20)
    const runner = start()
    await arrived(far)
    await letGo(runner, 'stop')
  })

  it('that ends without a log has its end stored all the same, once more after a split', async test => {
    const { far, start, stored } = await setUp(test)
    far.sls.splitShard(PROJECT, LOGSTORE, 0)
    const runner = start()
    await eventually(() => stored() === endOf(far), PATIENCE)
    await eventually(() => far.sls.holders(PROJECT, LOGSTORE, GROUP).get(0)?.state === 'over', PATIENCE)
    await letGo(runner, 'stop')
  })
})

describe('a page that throws when it is worked on', () => {
  it.for(['lost', undefined] as const)(
    'ends its shard and leaves its mark, whatever else the thread does meanwhile (%s)',
    async (release, test) => {
      let throws = 1
      const around = (vector: Vector): Vector => ({
        ...vector,
        check(...args) {
          if (throws-- > 0) {
            // The shard is to be let go at the same time.
            if (release) broken.release(release)
            throw new RangeError('a bug')
          }
          return vector.check(...args)
        },
      })
      const { far, start, mark } = await setUp(test, { shards: 2, around })
      far.produce([1], 10)
      const broken = start(1)
      await expect(broken.ended).rejects.toThrow('a bug')
      expect(mark()).toMatchObject({ shard: 1 })
      far.produce([0], 10)
      const runner = start(0)
      await eventually(() => far.hec.events.length >= 10, PATIENCE)
      await letGo(runner, 'stop')
      expect(mark()).toMatchObject({ shard: 1 })
    },
  )
})

describe.concurrent('a checkpoint', () => {
  it('stays where a page begins of which Splunk refuses one event, and goes on when it takes it', async test => {
    const { far, start, stored } = await setUp(test, { pageBytes: 1_000_000 })
    far.hec.setToken({ token: TOKEN, indexes: ['main'] })
    far.produce([0], 10)
    const runner = start()
    const [begin] = far.sls.positions(PROJECT, LOGSTORE)
    const refuse = far.hec.faults.add({
      fault: { kind: 'reply', status: 400, body: '{"text":"Incorrect index","code":7}' },
      match: ({ body }) => body.includes('0000-0000000023'),
    })
    await eventually(() => refuse.strikes() >= 2, PATIENCE)
    expect(stored()).toBe(begin?.begin)
    expect(far.ledger.report().delivered).toBeLessThan(50)
    refuse.remove()
    await arrived(far)
    await letGo(runner, 'stop')
    expect([stored(), far.oracle.violations(), far.ledger.report().duplicated]).toEqual([endOf(far), [], 0])
  })

  it('does not pass a page that is corrupt: held, said, and nothing of it is sent however often it is read', async test => {
    const { far, start, stored, codes } = await setUp(test, { pageBytes: 1_000_000 })
    far.produce([0], 2)
    const first = start()
    await arrived(far)
    await letGo(first, 'stop')
    const reached = endOf(far)
    far.produce([0], 2)
    far.sls.append(PROJECT, LOGSTORE, 0, [Buffer.from('0a7f08', 'hex')])
    const runner = start()
    const pulls = () => far.sls.journal.pulls().filter(({ cursor }) => cursor === reached).length
    await eventually(() => codes().includes('sls-corrupt-page') && pulls() >= 2, PATIENCE)
    await letGo(runner, 'stop')
    expect(far.ledger.report()).toMatchObject({ delivered: 10, lost: 10, duplicated: 0 })
    expect([far.oracle.violations(), stored()]).toEqual([[], reached])
  })

  it.for<SlsFault>([
    { kind: 'truncated' },
    { kind: 'corrupt' },
    { kind: 'wrong-raw-size' },
    { kind: 'wrong-count' },
    { kind: 'html', status: 200 },
    { kind: 'empty' },
    { kind: 'wrong-shape' },
    { kind: 'duplicate' },
  ])('passes no log for a page that arrives damaged: %j', async (fault, test) => {
    const { far, start, stored } = await setUp(test)
    far.sls.faults.add({ call: 'PullLogs', fault, after: 1, times: 2 })
    far.produce([0], 20)
    const runner = start()
    await arrived(far)
    await letGo(runner, 'stop')
    expect([far.oracle.violations(), stored()]).toEqual([[], endOf(far)])
    expect(far.ledger.report()).toMatchObject({ unknown: 0, duplicated: 0 })
  })

  it('passes no log for an answer to an earlier request: what it brings is delivered twice', async test => {
    const { far, start, stored } = await setUp(test)
    far.sls.faults.add({ call: 'PullLogs', fault: { kind: 'stale' }, after: 2, times: 2 })
    far.produce([0], 20)
    const runner = start()
    await arrived(far)
    await letGo(runner, 'stop')
    expect([far.oracle.violations(), stored()]).toEqual([[], endOf(far)])
  })

  it('does not pass a corrupt page for the good one that was read ahead behind it', async test => {
    const { far, start, stored, codes } = await setUp(test, { pageBytes: 1 })
    far.produce([0], 1)
    const corrupt = endOf(far)
    far.sls.append(PROJECT, LOGSTORE, 0, [Buffer.from('0a7f08', 'hex')])
    far.produce([0], 2)
    const runner = start()
    const tries = () => far.sls.journal.pulls().filter(({ cursor }) => cursor === corrupt).length
    await eventually(() => codes().includes('sls-corrupt-page') && tries() >= 3, PATIENCE)
    await letGo(runner, 'stop')
    expect(far.ledger.report()).toMatchObject({ delivered: 5, lost: 10, duplicated: 0 })
    expect([far.oracle.violations(), stored()]).toEqual([[], corrupt])
  })

  it('goes on at the oldest log when those at the position have expired, and says which time is gone', async test => {
    const { far, start, errors, meter } = await setUp(test)
    far.produce([0], 4)
    const runner = start()
    await arrived(far)
    await letGo(runner, 'stop')
    far.produce([0], 6)
    far.sls.expire(PROJECT, LOGSTORE, 0, 7)
    meter.take()
    const again = start()
    await eventually(() => far.ledger.report().lost === 15, PATIENCE)
    await letGo(again, 'stop')
    expect(errors).toEqual([expect.stringContaining('expired before they were read')])
    expect(meter.take().shards).toMatchObject([
      { shard: 0, expiredSeconds: expect.any(Number), deliveredEvents: 15 },
    ])
  })
})

describe.concurrent('a shard that is let go', () => {
  it.for<Release>(['stop', 'deadline', 'lost'])(
    '(%s) gives back the page that was read ahead',
    async (reason, test) => {
      const { far, start, expectNothingHeld } = await setUp(test, { pageBytes: 1 })
      const hanging = far.hec.faults.add({ fault: { kind: 'hang' } })
      far.produce([0], 3)
      const runner = start()
      await eventually(() => hanging.strikes() > 0, PATIENCE)
      await eventually(() => far.sls.journal.served(PROJECT, LOGSTORE, 0).pulls === 2, PATIENCE)
      hanging.remove()
      far.hec.restart()
      await letGo(runner, reason)
      expect(far.oracle.violations()).toEqual([])
      expectNothingHeld()
    },
  )

  it.for<Release>(['stop', 'taken'])(
    '(%s) has the page under way delivered, and its checkpoint saved',
    async (reason, test) => {
      const { far, start, stored, expectNothingHeld } = await setUp(test, { pageBytes: 1_000_000 })
      const slow = far.hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 300 } })
      far.produce([0], 8)
      const runner = start()
      await eventually(() => slow.strikes() > 0, PATIENCE)
      runner.release(reason)
      expect(runner.status().state).toBe('draining')
      await runner.ended
      expect(far.ledger.report()).toMatchObject({ lost: 0, duplicated: 0 })
      expect([stored(), far.oracle.violations()]).toEqual([endOf(far), []])
      expectNothingHeld()
    },
  )

  it.for<Release>(['deadline', 'lost'])(
    '(%s) while Splunk hangs ends at once, nothing undelivered passed',
    async (reason, test) => {
      const { far, start, stored, expectNothingHeld } = await setUp(test, { pageBytes: 1_000_000 })
      far.produce([0], 4)
      const first = start()
      await arrived(far)
      await eventually(() => stored() === endOf(far), PATIENCE)
      await letGo(first, 'stop')
      const reached = stored()
      const hanging = far.hec.faults.add({ fault: { kind: 'hang' } })
      far.produce([0], 4)
      const runner = start()
      await eventually(() => hanging.strikes() > 0, PATIENCE)
      expect(runner.status().inFlightEvents).toBeGreaterThan(0)
      await letGo(runner, reason)
      expect([stored(), runner.status().position, far.oracle.violations()]).toEqual([reached, reached, []])
      expectNothingHeld()
      hanging.remove()
      const again = start()
      await arrived(far)
      await letGo(again, 'stop')
    },
  )

  it.for<{ reasons: readonly Release[] }>([
    { reasons: ['lost'] },
    { reasons: ['stop', 'lost'] },
    { reasons: ['deadline', 'lost'] },
  ])('($reasons) saves nothing any more, not even what is delivered', async ({ reasons }, test) => {
    const { far, start, stored } = await setUp(test)
    const refusing = far.sls.faults.add({
      call: 'UpdateCheckPoint',
      fault: { kind: 'error', code: 'InternalServerError' },
    })
    far.produce([0], 4)
    const runner = start()
    await arrived(far)
    for (const reason of reasons) {
      const hits = refusing.hits()
      await eventually(() => refusing.hits() > hits + 1, PATIENCE)
      runner.release(reason)
    }
    const hits = refusing.hits()
    await runner.ended
    // One may have been under way.
    expect(refusing.hits()).toBeLessThanOrEqual(hits + 1)
    expect(stored()).toBeUndefined()
  })

  it('by the server, which says so when a checkpoint is saved, sends nothing any more', async test => {
    const { far, start } = await setUp(test)
    far.produce([0], 2)
    const runner = start()
    await arrived(far)
    far.sls.deleteGroup(PROJECT, LOGSTORE, GROUP)
    far.sls.createGroup(PROJECT, LOGSTORE, GROUP)
    far.produce([0], 2)
    await runner.ended
    expect(runner.status().state).toBe('draining')
  })
})

describe.concurrent('whatever goes wrong at both ends', () => {
  const busy = { text: 'Server is busy', code: 9 }
  const hecFault = fc.constantFrom<Fault>(
    { kind: 'reset-before-read' },
    { kind: 'reset-before-store' },
    { kind: 'reset-before-reply' },
    { kind: 'truncated-reply' },
    { kind: 'hang' },
    { kind: 'hang-before-reply' },
    { kind: 'slow-reply', delayMs: 100 },
    { kind: 'reply', status: 503, body: JSON.stringify(busy) },
    { kind: 'reply', status: 503, body: JSON.stringify({ ...busy, 'invalid-event-number': 0 }) },
    {
      kind: 'reply',
      status: 429,
      body: JSON.stringify({ text: 'at capacity', code: 26 }),
      headers: { 'retry-after': '0' },
    },
    { kind: 'reply', status: 502, body: '<html>Bad Gateway</html>' },
    { kind: 'reply', status: 200, body: '<html>Sign in</html>' },
    { kind: 'reply', status: 403, body: JSON.stringify({ text: 'Invalid token', code: 4 }) },
    { kind: 'reply', status: 404, body: JSON.stringify({ text: 'not found', code: 404 }) },
  )
  const slsFault = fc.constantFrom<SlsFault>(
    { kind: 'error', code: 'InternalServerError' },
    { kind: 'error', code: 'ShardReadQuotaExceed' },
    { kind: 'html' },
    { kind: 'empty' },
    { kind: 'stale' },
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'hang', processed: true },
    { kind: 'slow', delayMs: 100 },
    { kind: 'truncated' },
    { kind: 'corrupt' },
    { kind: 'wrong-raw-size' },
    { kind: 'wrong-count' },
    { kind: 'duplicate' },
  )
  const slsRule = fc
    .record({
      call: fc.constantFrom<CallName>('PullLogs', 'UpdateCheckPoint', 'GetCheckPoint', 'GetCursor'),
      fault: slsFault,
      after: fc.nat(4),
      times: fc.constant(1),
    })
    // Nobody can tell that a save was not done when the answer says that it was.
    .filter(({ call, fault }) => call !== 'UpdateCheckPoint' || !['stale', 'empty'].includes(fault.kind))
  const hecRule = fc.record({ fault: hecFault, times: fc.integer({ min: 1, max: 2 }) })
  const release = fc.record({
    afterMs: fc.nat(400),
    reason: fc.constantFrom<Release>('stop', 'taken', 'deadline', 'lost'),
  })
  const scenario = fc.record({
    groups: fc.integer({ min: 1, max: 25 }),
    batchBytes: fc.constantFrom(SMALL_BODY, 3_000, 20_000),
    pageBytes: fc.constantFrom(1, 4_000, 50_000),
    inOrder: fc.boolean(),
    hecRules: fc.array(hecRule, { maxLength: 3 }),
    slsRules: fc.array(slsRule, { maxLength: 4 }),
    releases: fc.array(release, { maxLength: 3 }),
  })

  it.for([1, 2, 3, 4, 5, 6])(
    'no checkpoint passes a log that Splunk does not have, and every log arrives (%d)',
    async (_, test) => {
      await fc.assert(
        fc.asyncProperty(scenario, async ({ groups, hecRules, slsRules, releases, ...options }) => {
          const { far, start, stored, expectNothingHeld } = await setUp(test, {
            ...options,
            shards: 2,
            timeoutMs: 700,
          })
          for (const rule of hecRules) far.hec.faults.add(rule)
          for (const rule of slsRules) far.sls.faults.add(rule)
          far.produce([0, 1], groups)
          for (const { afterMs, reason } of releases) {
            const runners = [start(0), start(1)]
            await new Promise(resolve => setTimeout(resolve, afterMs))
            await Promise.all(runners.map(runner => letGo(runner, reason)))
            expectNothingHeld()
            far.produce([0, 1], 1)
          }
          const runners = [start(0), start(1)]
          await arrived(far)
          await Promise.all(runners.map(runner => letGo(runner, 'stop')))
          expect([far.oracle.violations(), far.ledger.report().unknown]).toEqual([[], 0])
          expect([stored(0), stored(1)]).toEqual([endOf(far, 0), endOf(far, 1)])
          expectNothingHeld()
        }),
        { numRuns: 2, endOnFailure: true },
      )
    },
  )
})
