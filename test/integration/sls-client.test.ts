import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SlsConfig } from '../../src/config/types.ts'
import { createNodeClient } from '../../src/http/node-client.ts'
import {
  manualClock,
  type SlsFault,
  type SlsSimulatorOptions,
  startSlsSimulator,
} from '../../src/simulator/sls/index.ts'
import { decodeLogGroupList } from '../../src/simulator/wire.ts'
import { createSlsClient, type SlsClient, type SlsClientOptions } from '../../src/sls/client.ts'
import type { SlsResult } from '../../src/sls/errors.ts'
import { createAuthority } from '../support/certificates.ts'
import { listen } from '../support/listen.ts'
import { groupOf } from './simulator-sls-setup.ts'

const PROJECT = 'test-project'
const KEY = { id: 'key-id', secret: 'key-secret' }
const never = new AbortController().signal

interface Settings {
  readonly sls?: Partial<SlsConfig>
  readonly client?: Partial<SlsClientOptions>
}

/** A client of an endpoint, and what each of its requests came to. */
async function connect(endpoint: string, { sls = {}, client = {} }: Settings = {}) {
  const calls: string[] = []
  const options: SlsClientOptions = {
    sls: {
      endpoint,
      region: 'cn-hangzhou',
      signature: 'v4',
      credentials: { kind: 'keys', accessKeyId: KEY.id, accessKeySecret: KEY.secret },
      tls: { verify: true },
      timeoutMs: 5_000,
      ...sls,
    },
    project: PROJECT,
    logstore: 'logs',
    consumerGroup: 'cg',
    consumer: 'consumer-1',
    heartbeatIntervalMs: 5_000,
    createHttp: createNodeClient,
    maxSockets: 4,
    onCall: ({ operation, code }) => void calls.push(`${operation} ${code}`),
    ...client,
  }
  const created = createSlsClient(options)
  onTestFinished(created.close)
  return { client: created, calls }
}

async function start(options: Partial<SlsSimulatorOptions> = {}, settings: Settings = {}) {
  const simulator = await startSlsSimulator({ accessKeys: [KEY], region: 'cn-hangzhou', ...options })
  onTestFinished(() => simulator.close())
  simulator.createLogstore(PROJECT, 'logs', { shards: 2 })
  simulator.createGroup(PROJECT, 'logs', 'cg')
  simulator.append(PROJECT, 'logs', 0, [groupOf('one'), groupOf('two')])
  return { simulator, ...(await connect(simulator.url, settings)) }
}

const short = (result: SlsResult<unknown>) =>
  result.kind === 'ok' ? 'ok' : `${result.failure.action} ${result.failure.status} ${result.failure.code}`

function valueIn<T>(result: SlsResult<T>): T {
  if (result.kind === 'ok') return result.value
  throw new Error(`${result.failure.code}: ${result.failure.message}`)
}

const begin = { kind: 'begin' } as const

/** One of every call, in the order a consumer makes them. */
async function allCalls(client: SlsClient): Promise<string[]> {
  const held = await client.heartbeat([], never)
  const checkpoint = await client.checkpointOf(0, never)
  const cursor = valueIn(await client.cursorAt(0, begin, never))
  const time = await client.timeOf(0, cursor, never)
  const page = await client.pull(0, cursor, never)
  const saved = await client.saveCheckpoint(0, valueIn(page).next, never)
  return [held, checkpoint, time, page, saved].map(short)
}

const OK = ['ok', 'ok', 'ok', 'ok', 'ok']

describe('a signature', () => {
  it.each(['v1', 'v4'] as const)('of version %s is accepted for every call', async signature => {
    const { client, calls } = await start({}, { sls: { signature } })
    expect(await allCalls(client)).toEqual(OK)
    expect(calls).toEqual(
      ['heartbeat', 'checkpoint_get', 'cursor', 'cursor', 'pull', 'checkpoint_save'].map(
        name => `${name} ok`,
      ),
    )
  })

  it.each(['v1', 'v4'] as const)('of version %s covers the security token', async signature => {
    const accessKeys = [{ ...KEY, securityToken: 'sts-token' }]
    const keys = { kind: 'keys', accessKeyId: KEY.id, accessKeySecret: KEY.secret } as const
    const withToken = { signature, credentials: { ...keys, securityToken: 'sts-token' } }
    expect(await allCalls((await start({ accessKeys }, { sls: withToken })).client)).toEqual(OK)
    const { client } = await start({ accessKeys }, { sls: { signature } })
    expect(short(await client.heartbeat([], never))).toBe('credentials 401 Unauthorized')
  })

  it.each(['v1', 'v4'] as const)('of version %s with a wrong key is refused', async signature => {
    const keys = { kind: 'keys', accessKeyId: KEY.id, accessKeySecret: 'wrong' } as const
    const wrong = await start({}, { sls: { signature, credentials: keys } })
    expect(short(await wrong.client.heartbeat([], never))).toBe('setup 401 SignatureNotMatch')
    const unknown = await start({}, { sls: { signature, credentials: { ...keys, accessKeyId: 'who' } } })
    expect(short(await unknown.client.heartbeat([], never))).toBe('credentials 401 Unauthorized')
  })

  it.each(['v1', 'v4'] as const)(
    'of version %s covers a query of every reserved character',
    async signature => {
      const query = `* | where "a" = '!*()~-_.%20+&=?#/:;,@$[]{}<>\\^|' and msg like '%日本 ü\u{1F600}%'`
      const seen: string[] = []
      const understand = (statement: string) => {
        seen.push(statement)
        return () => true
      }
      const { client } = await start({ query: understand }, { sls: { signature }, client: { query } })
      const cursor = valueIn(await client.cursorAt(0, begin, never))
      expect(valueIn(await client.pull(0, cursor, never)).groups).toBe(2)
      expect(seen).toEqual([query])
    },
  )
})

describe('a clock that is off', () => {
  const minute = 60_000
  const offsets = [20 * minute, -20 * minute, 24 * 60 * minute, -24 * 60 * minute]
  const rows = offsets.flatMap(offset => (['v1', 'v4'] as const).map(signature => ({ offset, signature })))
  it.each(rows)('by $offset ms is set by the server once ($signature)', async ({ offset, signature }) => {
    const clock = manualClock(Date.now() + offset)
    const { client, calls } = await start({ clock }, { sls: { signature } })
    expect(await allCalls(client)).toEqual(OK)
    expect(calls.slice(0, 3)).toEqual(['heartbeat RequestTimeExpired', 'heartbeat ok', 'checkpoint_get ok'])
    // Somebody sets the clock right again.
    clock.advance(-offset)
    expect(short(await client.cursorAt(0, begin, never))).toBe('ok')
    expect(short(await client.cursorAt(0, begin, never))).toBe('ok')
    expect(calls.filter(call => call.endsWith('RequestTimeExpired'))).toHaveLength(2)
  })

  it('is set for all requests that are under way', async () => {
    const clock = manualClock(Date.now() + 24 * 60 * minute)
    const { client } = await start({ clock })
    const results = await Promise.all([0, 1, 0, 1, 0].map(shard => client.cursorAt(shard, begin, never)))
    expect(results.map(short)).toEqual(OK)
  })

  it('is a failure of its own where the server does not tell its time', async () => {
    const clock = manualClock(Date.now() + 20 * minute)
    const { client, calls } = await start({ clock, omitHeaders: ['date'] })
    expect(short(await client.heartbeat([], never))).toBe('clock 400 RequestTimeExpired')
    expect(calls).toHaveLength(1)
  })

  it.each(['v1', 'v4'] as const)('is not set to a time that is none (%s)', async signature => {
    const clock = { nowMs: () => (isOff ? 8.64e15 : Date.now()) }
    let isOff = true
    const { client, calls } = await start({ wallClock: clock }, { sls: { signature } })
    const refused = await client.heartbeat([], never)
    expect(short(refused)).toBe('clock 400 RequestTimeExpired')
    expect(refused).toMatchObject({
      failure: { message: expect.stringMatching(/275760 .* more than ten years/) },
    })
    expect(calls).toHaveLength(1)
    isOff = false
    expect(await allCalls(client)).toEqual(OK)
  })
})

describe('credentials of the chain', () => {
  beforeEach(() => {
    for (const name of Object.keys(process.env))
      if (name.startsWith('ALIBABA_CLOUD_')) vi.stubEnv(name, undefined)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })
  const environment = ({ id, secret }: typeof KEY) => {
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', id)
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', secret)
  }

  it('are asked for once more when they are refused, and the call goes on with the new ones', async () => {
    environment(KEY)
    const { simulator, client, calls } = await start({}, { sls: { credentials: { kind: 'default' } } })
    expect(short(await client.heartbeat([], never))).toBe('ok')
    const next = { id: 'next-id', secret: 'next-secret' }
    simulator.setAccessKeys([next])
    expect(short(await client.heartbeat([], never))).toBe('credentials 401 Unauthorized')
    environment(next)
    expect(short(await client.heartbeat([], never))).toBe('ok')
    expect(calls).toEqual(['heartbeat ok', ...Array(2).fill('heartbeat Unauthorized'), 'heartbeat ok'])
  })
})

describe('what goes out', () => {
  interface Seen {
    readonly line: string
    readonly headers: IncomingHttpHeaders
    readonly body: string
  }

  async function capture(answer: string) {
    const seen: Seen[] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks).toString()
      seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
      response.end(answer)
    })
    const { port, url } = await listen(server, onTestFinished)
    return { seen, port, url }
  }

  it('is a heartbeat with the body, its digest and its size', async () => {
    const { seen, port, url } = await capture('[0,1]')
    const { client } = await connect(url)
    expect(valueIn(await client.heartbeat([0, 1], never))).toEqual([0, 1])
    expect(seen[0]?.line).toBe('POST /logstores/logs/consumergroups/cg?type=heartbeat&consumer=consumer-1')
    expect(seen[0]?.body).toBe('[0,1]')
    expect(seen[0]?.headers).toMatchObject({
      host: `${PROJECT}.127.0.0.1:${port}`,
      'x-log-apiversion': '0.6.0',
      'x-log-bodyrawsize': '5',
      'content-length': '5',
      'content-type': 'application/json',
      'content-md5': 'CCFCD347D0BF65DC77AFE01A3306A96B',
    })
  })

  it('is a pull that asks for lz4, and for a query on the server', async () => {
    const { seen, url } = await capture('')
    const { client } = await connect(url, { client: { query: '* | where a' }, sls: { signature: 'v1' } })
    await client.pull(7, 'MTIz', never)
    expect(seen[0]?.line).toBe(
      'GET /logstores/logs/shards/7?type=log&cursor=MTIz&count=1000&query=%2A%20%7C%20where%20a&pullMode=scan_on_stream',
    )
    expect(seen[0]?.headers).toMatchObject({
      accept: 'application/x-protobuf',
      'accept-encoding': 'lz4',
      'x-log-bodyrawsize': '0',
      'x-log-signaturemethod': 'hmac-sha1',
      date: expect.stringMatching(/ GMT$/),
    })
    expect(seen[0]?.headers).not.toHaveProperty('content-md5')
  })

  it('is a checkpoint that gives way to another holder', async () => {
    const { seen, url } = await capture('')
    const { client } = await connect(url)
    expect(short(await client.saveCheckpoint(7, 'MTIz', never))).toBe('ok')
    expect(seen[0]).toMatchObject({
      line: 'POST /logstores/logs/consumergroups/cg?type=checkpoint&consumer=consumer-1&forceSuccess=false',
      body: '{"shard":7,"checkpoint":"MTIz"}',
    })
  })

  it('goes to localhost as it stands, with the project in the Host header', async () => {
    const { seen, port } = await capture('[]')
    const { client } = await connect(`http://localhost:${port}`)
    expect(short(await client.heartbeat([], never))).toBe('ok')
    expect(seen[0]?.headers.host).toBe(`${PROJECT}.localhost:${port}`)
  })

  const answers: [number, string, string, string][] = [
    [
      404,
      '{"errorCode":"LogStoreNotExist","errorMessage":"no logs"}',
      'setup 404 LogStoreNotExist',
      'no logs',
    ],
    [401, '{"Error":{"Code":"Unauthorized","Message":"who"}}', 'credentials 401 Unauthorized', 'who'],
    [400, '{"errorCode":"InvalidCursor"}', 'cursor 400 InvalidCursor', ''],
    [400, '{"errorCode":"Odd","errorMessage":{"a":1}}', 'protocol 400 Odd', ''],
    [502, '<html>Bad Gateway</html>', 'retry 502 BadResponse', '<html>Bad Gateway</html>'],
    [403, '<html>Blocked</html>', 'retry 403 BadResponse', '<html>Blocked</html>'],
    [500, '', 'retry 500 BadResponse', 'empty'],
    [503, '{"errorCode":"', 'retry 503 BadResponse', 'errorCode'],
    [500, '{"errorCode":5}', 'retry 500 BadResponse', 'errorCode'],
    [500, '[{"errorCode":"ServerBusy"}]', 'retry 500 BadResponse', 'ServerBusy'],
    [500, 'null', 'retry 500 BadResponse', 'null'],
    [204, '', 'retry 204 BadResponse', 'empty'],
    [302, '', 'retry 302 BadResponse', 'empty'],
  ]
  it.each(answers)('is answered %i %s and read as such', async (status, body, expected, words) => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(status, { 'x-log-requestid': 'ABC', location: 'http://127.0.0.1:1' })
      response.end(status === 204 ? undefined : body)
    })
    const { url } = await listen(server, onTestFinished)
    const { client } = await connect(url)
    const result = await client.heartbeat([], never)
    expect(short(result)).toBe(expected)
    expect(result.kind === 'failed' && result.failure.message).toContain(words)
    expect(result.kind === 'failed' && result.failure.requestId).toBe('ABC')
  })
})

describe('TLS', () => {
  it('is checked against the address, or localhost, not against the project', async () => {
    const authority = createAuthority()
    const tls = authority.issue('IP:127.0.0.1,DNS:localhost')
    const { simulator, client } = await start({ tls }, { sls: { tls: { verify: true, ca: authority.ca } } })
    expect(await allCalls(client)).toEqual(OK)
    const byName = await connect(simulator.url.replace('127.0.0.1', 'localhost'), {
      sls: { tls: { verify: true, ca: authority.ca } },
    })
    expect(await allCalls(byName.client)).toEqual(OK)
    const trusting = await connect(simulator.url)
    expect(short(await trusting.client.heartbeat([], never))).toBe('retry 0 UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })
})

describe('a 200 of the wrong shape is a failure, never nothing', () => {
  const bad = 'retry 200 BadResponse'
  const wrong = (value: unknown): SlsFault => ({ kind: 'wrong-shape', value })
  const foreign: SlsFault[] = [{ kind: 'html', status: 200 }, { kind: 'empty' }, wrong({})]

  it.each([...foreign, wrong('x'), wrong([0.5]), wrong(['0']), wrong([null]), wrong({ shards: [0] })])(
    'heartbeat %j',
    async fault => {
      const { simulator, client, calls } = await start()
      simulator.faults.add({ call: 'HeartBeat', fault, times: 1 })
      expect(short(await client.heartbeat([], never))).toBe(bad)
      expect(calls).toEqual(['heartbeat BadResponse'])
    },
  )

  it.each([
    ...foreign,
    wrong([null]),
    wrong([{ shard: 0 }]),
    wrong([{ shard: 0, checkpoint: null }]),
    wrong([{ shard: '0', checkpoint: '' }]),
    wrong([{ shard: 0, checkpoint: '\ud800' }]),
    wrong([{ shard: 0, checkpoint: '', updateTime: 1e308 }]),
  ])('checkpoint %j', async fault => {
    const { simulator, client } = await start()
    simulator.faults.add({ call: 'GetCheckPoint', fault, times: 1 })
    expect(short(await client.checkpointOf(0, never))).toBe(bad)
  })

  it.each([...foreign, wrong({ cursor: '' }), wrong({ cursor: 5 }), wrong([])])('cursor %j', async fault => {
    const { simulator, client } = await start()
    simulator.faults.add({ call: 'GetCursor', fault, times: 1 })
    expect(short(await client.cursorAt(0, begin, never))).toBe(bad)
  })

  it.each([...foreign, wrong({ cursor_time: '5' })])('time %j', async fault => {
    const { simulator, client } = await start()
    simulator.faults.add({ call: 'GetCursorTime', fault, times: 1 })
    expect(short(await client.timeOf(0, 'MTIz', never))).toBe(bad)
  })

  it('saved checkpoint: a page of HTML', async () => {
    const { simulator, client } = await start()
    await client.heartbeat([], never)
    simulator.faults.add({ call: 'UpdateCheckPoint', fault: { kind: 'html', status: 200 }, times: 1 })
    expect(short(await client.saveCheckpoint(0, 'MTIz', never))).toBe(bad)
    expect(short(await client.saveCheckpoint(0, 'MTIz', never))).toBe('ok')
  })
})

describe('a pull', () => {
  const texts = (data: Uint8Array) =>
    decodeLogGroupList(data).flatMap(({ logs }) => logs.map(log => log.contents[0]?.value.toString()))

  it.each(['compressed', 'literals'] as const)('reads what is there: lz4 %s', async lz4 => {
    const { client } = await start({ lz4 })
    const first = valueIn(await client.pull(0, valueIn(await client.cursorAt(0, begin, never)), never))
    expect(first).toMatchObject({ groups: 2, atEnd: true })
    expect(texts(first.data)).toEqual(['one', 'two'])
    const second = valueIn(await client.pull(0, first.next, never))
    expect(second).toMatchObject({ groups: 0, atEnd: true, next: first.next })
  })

  it('reads on where the answer was cut off by size', async () => {
    const { client } = await start({ pullByteCap: 1 })
    const first = valueIn(await client.pull(0, valueIn(await client.cursorAt(0, begin, never)), never))
    expect([texts(first.data), first.atEnd]).toEqual([['one'], false])
    const second = valueIn(await client.pull(0, first.next, never))
    expect([texts(second.data), second.atEnd]).toEqual([['two'], true])
  })

  it('goes forward where a query lets nothing through', async () => {
    const { client } = await start({}, { client: { query: "* | where msg = 'none'" } })
    const from = valueIn(await client.cursorAt(0, begin, never))
    const page = valueIn(await client.pull(0, from, never))
    expect(page.groups).toBe(0)
    expect(page.next).not.toBe(from)
    expect(page.next).toBe(valueIn(await client.cursorAt(0, { kind: 'end' }, never)))
  })

  it('works without any header that a server may leave out', async () => {
    const optional = [
      'x-log-cursor-time',
      'x-log-end-of-cursor',
      'x-log-read-last-cursor',
      'x-log-requestid',
      'x-log-time',
      'x-log-count',
      'server',
      'content-type',
    ]
    const { client } = await start({ omitHeaders: optional })
    const first = valueIn(await client.pull(0, valueIn(await client.cursorAt(0, begin, never)), never))
    expect(texts(first.data)).toEqual(['one', 'two'])
    expect(first.atEnd).toBe(false)
    expect(valueIn(await client.pull(0, first.next, never)).atEnd).toBe(true)
  })

  const damages: [SlsFault, RegExp][] = [
    [{ kind: 'truncated' }, /^retry 0 (ERR_HTTP_CONTENT_LENGTH_MISMATCH|ECONNRESET)$/],
    [{ kind: 'corrupt' }, /^retry 200 BadResponse$/],
    [{ kind: 'wrong-raw-size' }, /^retry 200 BadResponse$/],
    [{ kind: 'wrong-count' }, /^retry 200 BadResponse$/],
    [{ kind: 'empty' }, /^retry 200 BadResponse$/],
    [{ kind: 'html', status: 200 }, /^retry 200 BadResponse$/],
    [{ kind: 'wrong-shape' }, /^retry 200 BadResponse$/],
    [{ kind: 'html' }, /^retry 502 BadResponse$/],
    [{ kind: 'empty', status: 503 }, /^retry 503 BadResponse$/],
    [{ kind: 'reset-before' }, /^retry 0 ECONNRESET$/],
    [{ kind: 'reset-after' }, /^retry 0 ECONNRESET$/],
    [{ kind: 'hang' }, /^retry 0 ETIMEDOUT$/],
    [{ kind: 'error', code: 'InternalServerError' }, /^retry 500 InternalServerError$/],
  ]
  it.each(damages)(
    'that %j damages is a failure, and the next one the whole page',
    async (fault, expected) => {
      const { simulator, client } = await start({}, { sls: { timeoutMs: 500 } })
      const cursor = valueIn(await client.cursorAt(0, begin, never))
      simulator.faults.add({ call: 'PullLogs', fault, times: 1 })
      expect(short(await client.pull(0, cursor, never))).toMatch(expected)
      expect(texts(valueIn(await client.pull(0, cursor, never)).data)).toEqual(['one', 'two'])
    },
  )

  it('over the quota is throttled, and not a matter of the account', async () => {
    const { client } = await start({ clock: manualClock(Date.now()), shardReadsPerSecond: 1 })
    const cursor = valueIn(await client.cursorAt(0, begin, never))
    expect(short(await client.pull(0, cursor, never))).toBe('ok')
    expect(short(await client.pull(0, cursor, never))).toBe('throttled 403 ShardReadQuotaExceed')
  })

  it('at a place that is gone, or never was, says which', async () => {
    const { simulator, client } = await start()
    const cursor = valueIn(await client.cursorAt(0, begin, never))
    simulator.expire(PROJECT, 'logs', 0, 1)
    expect(short(await client.pull(0, cursor, never))).toBe('cursor 400 InvalidCursor')
    expect(short(await client.pull(9, cursor, never))).toBe('shard-gone 400 ShardNotExist')
    expect(short(await client.checkpointOf(9, never))).toBe('ok')
  })
})

describe('a checkpoint', () => {
  it.each([
    'MTQ0NzMyOTQwMTEwMjEzMDkwNA==',
    'MTQ0NzMyOTQwMTEwMjEzMDkwNA',
    'OTAwNzE5OTI1NDc0MDk5Mw==',
    'OTIyMzM3MjAzNjg1NDc3NTgwNw==',
  ])('comes back as it was saved, above 2^53: %s', async cursor => {
    const { client } = await start()
    await client.heartbeat([], never)
    expect(valueIn(await client.checkpointOf(0, never))).toBeUndefined()
    expect(short(await client.saveCheckpoint(0, cursor, never))).toBe('ok')
    const stored = valueIn(await client.checkpointOf(0, never))
    expect(stored?.cursor).toBe(cursor)
    expect(Math.abs((stored?.savedAtSeconds ?? 0) - Date.now() / 1_000)).toBeLessThan(60)
    expect(valueIn(await client.checkpointOf(1, never))).toBeUndefined()
  })

  it('is none where the server has no row for the shard', async () => {
    const { client } = await start({ untouchedCheckpoints: 'no-row' })
    expect(valueIn(await client.checkpointOf(0, never))).toBeUndefined()
  })

  it('is refused to whoever does not hold the shard', async () => {
    const { simulator, client } = await start()
    expect(short(await client.saveCheckpoint(0, 'MTIz', never))).toBe('unregistered 404 ConsumerNotExist')
    const other = await connect(simulator.url, { client: { consumer: 'other' } })
    expect(valueIn(await other.client.heartbeat([], never))).toEqual([0, 1])
    await client.heartbeat([], never)
    expect(short(await client.saveCheckpoint(0, 'MTIz', never))).toBe('not-owner 400 ConsumerNotMatch')
    simulator.deleteGroup(PROJECT, 'logs', 'cg')
    expect(short(await client.saveCheckpoint(0, 'MTIz', never))).toBe('group-gone 404 ConsumerGroupNotExist')
  })
})

describe('a heartbeat', () => {
  it('of a consumer that the server has forgotten says so', async () => {
    const { client } = await start()
    expect(short(await client.heartbeat([0], never))).toBe('unregistered 400 NotExistConsumerWithBody')
    expect(valueIn(await client.heartbeat([], never))).toEqual([0, 1])
  })

  it('gives up when the next one is due, long before other requests do', async () => {
    const { simulator, client } = await start(
      {},
      { sls: { timeoutMs: 60_000 }, client: { heartbeatIntervalMs: 300 } },
    )
    simulator.faults.add({ call: 'HeartBeat', fault: { kind: 'hang' }, times: 1 })
    expect(short(await client.heartbeat([], never))).toBe('retry 0 ETIMEDOUT')
  })

  it('ends with its signal', async () => {
    const { simulator, client } = await start()
    simulator.faults.add({ call: 'HeartBeat', fault: { kind: 'hang' } })
    const stop = new AbortController()
    const beat = client.heartbeat([], stop.signal)
    setTimeout(() => stop.abort(new Error('lease lost')), 50)
    await expect(beat).rejects.toThrow('lease lost')
  })
})
