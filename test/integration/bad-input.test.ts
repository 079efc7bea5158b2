/** Log Service, or something in its place, answers what it should not: counted, said, tried again, never passed over. */

import { uncompressSync } from 'lz4-napi'
import { afterAll, describe, expect, it } from 'vitest'
import type { CallName, SlsFault, SlsFaultRule } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import { startFarEnds } from '../support/far-ends.ts'
import { everythingArrives, expectNothingOpen, expectSoundEnd } from '../support/invariants.ts'
import type { RunningService } from '../support/service.ts'
import { type Answer, startTamperingProxy } from '../support/tampering-proxy.ts'

afterAll(expectNothingOpen)

const SMALL = { shards: 2, bytesPerLog: 200 }

interface BadAnswers {
  /** What is asked for, and by whom. */
  readonly asked: Omit<SlsFaultRule, 'fault'> & { readonly call: CallName }
  /** As the metrics name the request. */
  readonly operation: string
  /** One after the other, each once. */
  readonly faults: readonly SlsFault[]
}

const PAGE: SlsFault = { kind: 'html', status: 200 }
const EMPTY: SlsFault = { kind: 'empty' }
const shape = (value: unknown): SlsFault => ({ kind: 'wrong-shape', value })

const BAD_ANSWERS: readonly BadAnswers[] = [
  {
    asked: { call: 'PullLogs' },
    operation: 'pull',
    faults: [{ kind: 'truncated' }, { kind: 'corrupt' }, { kind: 'wrong-raw-size' }],
  },
  { asked: { call: 'PullLogs' }, operation: 'pull', faults: [{ kind: 'wrong-count' }, PAGE, EMPTY] },
  {
    asked: { call: 'PullLogs' },
    operation: 'pull',
    faults: [shape([]), { kind: 'html' }, { kind: 'reset-after' }],
  },
  { asked: { call: 'HeartBeat' }, operation: 'heartbeat', faults: [PAGE, EMPTY, shape({ shards: [0] })] },
  {
    asked: { call: 'HeartBeat' },
    operation: 'heartbeat',
    faults: [shape(['0']), shape([null]), { kind: 'reset-after' }],
  },
  {
    // The first one is the supervisor's, before it gives the shard its first position.
    asked: { call: 'GetCheckPoint', shard: 0, after: 1 },
    operation: 'checkpoint_get',
    faults: [PAGE, EMPTY, shape([{ shard: 0, checkpoint: 7 }])],
  },
  {
    asked: { call: 'UpdateCheckPoint', consumer: 'test-logs-1' },
    operation: 'checkpoint_save',
    faults: [PAGE, { kind: 'html' }, { kind: 'reset-after' }],
  },
  { asked: { call: 'ListConsumerGroup' }, operation: 'admin', faults: [PAGE, EMPTY, shape([{}])] },
  { asked: { call: 'CreateConsumerGroup' }, operation: 'admin', faults: [PAGE, { kind: 'reset-after' }] },
  { asked: { call: 'ListShards' }, operation: 'admin', faults: [PAGE, EMPTY, shape([null])] },
  { asked: { call: 'GetCheckPoint' }, operation: 'admin', faults: [PAGE, EMPTY, shape([{}])] },
  { asked: { call: 'GetCursor' }, operation: 'admin', faults: [PAGE, EMPTY, shape({ cursor: '' })] },
  { asked: { call: 'UpdateCheckPoint' }, operation: 'admin', faults: [PAGE, { kind: 'reset-after' }] },
]

const CASES = BAD_ANSWERS.map(bad => ({
  ...bad,
  what: `${bad.asked.call} as ${bad.operation}`,
  kinds: bad.faults.map(({ kind }) => kind).join(', '),
}))

describe.concurrent('bad answers to', () => {
  it.for(CASES)('$what: $kinds', async ({ asked, operation, faults }, { onTestFinished }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    const bad = faults.map(fault => far.sls.faults.add({ ...asked, fault, times: 1 }))
    far.produce([0, 1], 2)
    const running = far.start()
    await everythingArrives(far)
    await eventually(() => bad.every(each => each.hits() === 1), {
      withinMs: 30_000,
      what: 'it was asked for again and again',
      state: () => running.logLines,
    })
    await saidOnce(running, operation)
    await expectSoundEnd(far)
    const failures = await failuresOf(running, operation)
    expect(failures.map(({ count }) => count).reduce((sum, count) => sum + count, 0)).toBe(faults.length)
  })
})

/** A page as it may look on the way: pulled, and not yet read. */
type Pulled = (answer: Answer) => Answer

interface BadPage {
  readonly name: string
  readonly tamper: Pulled
}

const header = (name: string, value?: string): Pulled => {
  return ({ headers: { [name]: _, ...others }, ...answer }) => ({
    ...answer,
    headers: value === undefined ? others : { ...others, [name]: value },
  })
}

const BAD_PAGES: readonly BadPage[] = [
  { name: 'no cursor to go on from', tamper: header('x-log-cursor') },
  { name: 'a cursor that does not move', tamper: header('x-log-cursor', 'MTQ0NzMyOTQwMTEwMjEzMDkwNA==') },
  { name: 'more bytes than memory holds', tamper: header('x-log-bodyrawsize', '4000000000') },
  { name: 'a compression that nobody asked for', tamper: header('x-log-compresstype', 'deflate') },
  { name: 'bytes behind its end', tamper: longer },
]

function longer({ body, ...answer }: Answer): Answer {
  return { ...answer, body: Buffer.concat([body, Buffer.alloc(100, 0x41)]) }
}

describe.concurrent('a page with', () => {
  it.for(BAD_PAGES)('$name is refused and read again', async ({ tamper }, { onTestFinished }) => {
    const far = await startFarEnds({ ...SMALL, shards: 1 }, onTestFinished)
    let tampered = 0
    const isWanted = ({ headers }: Answer, url: string) =>
      url.includes('type=log') && headers['x-log-count'] !== '0' && tampered < 2
    const endpoint = await startTamperingProxy(
      far.sls.url,
      (answer, url) => {
        if (!isWanted(answer, url)) return answer
        tampered++
        return tamper(answer)
      },
      onTestFinished,
    )
    far.produce([0], 3)
    const running = far.start({ overrides: { sls: { endpoint } } })
    await everythingArrives(far)
    await saidOnce(running, 'pull')
    await expectSoundEnd(far)
    expect(await failuresOf(running, 'pull')).toEqual([{ code: 'BadResponse', count: 2 }])
  })
})

describe.concurrent('what a later version of Log Service may add is read over:', () => {
  it('fields of the list of groups', async ({ onTestFinished }) => {
    const far = await startFarEnds({ ...SMALL, sls: { missingAcceptEncoding: 'identity' } }, onTestFinished)
    const endpoint = await startTamperingProxy(far.sls.url, withUnknownFields, onTestFinished)
    far.produce([0, 1], 3)
    const running = far.start({ overrides: { sls: { endpoint } } })
    await expectSoundEnd(far)
    expect(await failuresOf(running, 'pull')).toEqual([])
  })

  it('fields of a group, with and without logs, and headers that are left out', async ({
    onTestFinished,
  }) => {
    const omitHeaders = ['x-log-cursor-time', 'x-log-end-of-cursor', 'x-log-read-last-cursor']
    const far = await startFarEnds({ ...SMALL, sls: { omitHeaders } }, onTestFinished)
    far.produce([0], 1)
    far.sls.append('test-project', 'logs', 0, [UNKNOWN_FIELDS, Buffer.alloc(0)])
    far.produce([0], 1)
    const running = far.start()
    await expectSoundEnd(far)
    expect(await failuresOf(running, 'pull')).toEqual([])
  })
})

/** Field 15 as a number and as text, field 14 as 64 bits, field 13 as 32. */
const UNKNOWN_FIELDS = Buffer.concat([
  Buffer.of(0x78, 0xff, 0x01),
  Buffer.of(0x7a, 0x03, 0x61, 0x62, 0x63),
  Buffer.of(0x71, 1, 2, 3, 4, 5, 6, 7, 8),
  Buffer.of(0x6d, 1, 2, 3, 4),
])

/** An uncompressed page with them at its end; LZ4 allows no more bytes behind a block, so it becomes literals. */
function withUnknownFields(answer: Answer): Answer {
  const rawBytes = Number(answer.headers['x-log-bodyrawsize'] ?? 0)
  if (rawBytes === 0) return answer
  const { body, headers, status } = answer
  const size = Buffer.alloc(4)
  size.writeUInt32LE(rawBytes)
  const page = Buffer.concat([uncompressSync(Buffer.concat([size, body])), UNKNOWN_FIELDS])
  const { 'x-log-compresstype': _, ...others } = headers
  return { status, headers: { ...others, 'x-log-bodyrawsize': String(page.length) }, body: page }
}

describe.concurrent('a group that is corrupt in the store', () => {
  it('holds its shard, which says so, and no other; nothing is doubled while it is tried again', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds(SMALL, onTestFinished)
    far.produce([0, 1], 20)
    far.sls.append('test-project', 'logs', 0, [Buffer.alloc(40, 0xff)])
    const running = far.start({ overrides: { splunk: { batchBytes: 4_096 } } })
    const isHeld = () => running.service.conditions.list().find(({ code }) => code === 'sls-corrupt-page')
    await eventually(() => (isHeld()?.count ?? 0) >= 2, {
      withinMs: 30_000,
      what: 'the page was tried again',
      state: () => running.logLines,
    })
    expect(isHeld()).toMatchObject({ shards: [0], text: expect.stringContaining('shard 0 is corrupt') })
    expect(running.logLines.filter(line => line.includes('is corrupt'))).toHaveLength(1)
    far.produce([1], 5)
    await eventually(() => far.ledger.report().shards.get(1)?.lost === 0, {
      withinMs: 30_000,
      what: 'the other shard goes on',
    })
    expect(far.ledger.report().duplicated).toBe(0)
    expect(far.oracle.violations()).toEqual([])
    // The store is mended: what was corrupt is gone with what lay before it.
    far.sls.expire('test-project', 'logs', 0)
    await eventually(() => isHeld() === undefined, { withinMs: 90_000, what: 'the shard goes on' })
  })
})

interface Failures {
  readonly code: string
  readonly count: number
}

/** Failed requests of an operation, as the metrics count them. */
async function failuresOf({ service }: RunningService, operation: string): Promise<Failures[]> {
  const { text } = await service.metrics.render(undefined)
  const counts = text.matchAll(/^sls2splunk_sls_requests_total\{.*operation="(\w+)",code="(\w+)"\} (\d+)$/gm)
  return [...counts].flatMap(([, name, code = '', count]) =>
    name === operation && code !== 'ok' ? [{ code, count: Number(count) }] : [],
  )
}

/** Waits until the log has a warning for each kind of failure of the operation; there must be one each. */
async function saidOnce(running: RunningService, operation: string): Promise<void> {
  const warnings = () => running.logLines.filter(line => line.includes('"level":"warn"'))
  const said = (code: string) => warnings().filter(line => line.includes(`"code":"sls-${code}"`)).length
  await eventually(async () => (await failuresOf(running, operation)).every(({ code }) => said(code) === 1), {
    withinMs: 10_000,
    what: 'each kind of failure is said once',
    state: warnings,
  })
}
