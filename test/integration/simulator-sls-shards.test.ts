import { deflateSync } from 'node:zlib'
import { compressSync } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import { decodeLogGroup, decodeLogGroupList, encodeLogGroup } from '../../src/simulator/wire.ts'
import type { SlsAnswer } from './simulator-sls-client.ts'
import { groupOf, refusal, startSls } from './simulator-sls-setup.ts'

const shards = '/logstores/logs/shards'
const ends = (...keys: string[]) => keys.map(key => key.padEnd(32, key === 'f' ? 'f' : '0'))

describe('ListShards', () => {
  it('has the whole range of keys, in shards of equal size, not in the order of their ids', async () => {
    const { call, clock } = await startSls()
    const createTime = Math.floor(clock.nowMs() / 1_000)
    const shard = (shardID: number, begin: string, end: string) => {
      const [inclusiveBeginKey, exclusiveEndKey] = ends(begin, end)
      return { shardID, status: 'readwrite', inclusiveBeginKey, exclusiveEndKey, createTime }
    }
    expect((await call(shards)).json).toEqual([
      shard(3, 'c', 'f'),
      shard(2, '8', 'c'),
      shard(1, '4', '8'),
      shard(0, '0', '4'),
    ])
  })
})

describe('SplitShard and MergeShard', () => {
  it('leave the parents read-only, and give the children new ids', async () => {
    const { call } = await startSls({}, 1)
    const [key = ''] = ends('6')
    const split = await call(`${shards}/0`, { method: 'POST', query: { action: 'split', key } })
    expect(split.json).toMatchObject([
      { shardID: 0, status: 'readonly' },
      { shardID: 1, status: 'readwrite', exclusiveEndKey: key },
      { shardID: 2, status: 'readwrite', inclusiveBeginKey: key },
    ])
    const merge = await call(`${shards}/1`, { method: 'POST', query: { action: 'merge' } })
    expect(merge.json).toMatchObject([
      { shardID: 3, status: 'readwrite', inclusiveBeginKey: '0'.repeat(32), exclusiveEndKey: 'f'.repeat(32) },
      { shardID: 1, status: 'readonly' },
      { shardID: 2, status: 'readonly' },
    ])
  })

  it('divides into as many as asked for', async () => {
    const { call } = await startSls({}, 1)
    const split = await call(`${shards}/0`, { method: 'POST', query: { action: 'split', shardCount: '4' } })
    expect(split.json).toHaveLength(5)
  })

  it('are refused for a key outside, a read-only shard, and one without a neighbour', async () => {
    const { call, sls } = await startSls({}, 2)
    const post = (id: number, query: Record<string, string>) =>
      call(`${shards}/${id}`, { method: 'POST', query })
    const [outside = ''] = ends('c')
    expect(refusal(await post(0, { action: 'split', key: outside }))).toEqual([400, 'ParameterInvalid'])
    expect(refusal(await post(0, { action: 'split', key: 'xyz' }))).toEqual([400, 'ParameterInvalid'])
    expect(refusal(await post(1, { action: 'merge' }))).toEqual([400, 'ParameterInvalid'])
    sls.splitShard('test-project', 'logs', 0)
    expect(refusal(await post(0, { action: 'split' }))).toEqual([400, 'ParameterInvalid'])
    expect(refusal(await post(0, { action: 'merge' }))).toEqual([400, 'ParameterInvalid'])
  })

  it('keep what the parent holds where it is', async () => {
    const { append, cursor, pull, sls } = await startSls({}, 1)
    append(0, 'before')
    expect(sls.splitShard('test-project', 'logs', 0)).toEqual([1, 2])
    expect(sls.mergeShards('test-project', 'logs', 1)).toBe(3)
    const answer = await pull(await cursor('begin'))
    expect(answer.headers).toMatchObject({ 'x-log-count': '1', 'x-log-end-of-cursor': '1' })
  })
})

describe('expiry', () => {
  it('moves the begin, and the cursors before it are no good any more', async () => {
    const { append, cursor, pull, sls } = await startSls({}, 1)
    append(0, 'one', 'two')
    const old = await cursor('begin')
    sls.expire('test-project', 'logs', 0, 1)
    expect(refusal(await pull(old))).toEqual([400, 'InvalidCursor'])
    const rest = await pull(await cursor('begin'))
    expect(rest.headers['x-log-count']).toBe('1')
  })

  it('goes on at the oldest group where the option says so', async () => {
    const { append, cursor, pull, sls } = await startSls({ expiredCursor: 'oldest' }, 1)
    append(0, 'one', 'two')
    const old = await cursor('begin')
    sls.expire('test-project', 'logs', 0, 1)
    expect((await pull(old)).headers).toMatchObject({
      'x-log-count': '1',
      'x-log-cursor': await cursor('end'),
    })
  })

  it('leaves a read-only shard that never had anything', async () => {
    const { sls } = await startSls({}, 1)
    sls.splitShard('test-project', 'logs', 0)
    sls.expire('test-project', 'logs', 0)
    expect(sls.positions('test-project', 'logs')).toHaveLength(3)
  })

  it('happens by age, and takes the read-only shard that has nothing left', async () => {
    const { call, clock, sls } = await startSls()
    sls.createLogstore('test-project', 'short', { shards: 1, ttlDays: 1 })
    sls.append('test-project', 'short', 0, [groupOf('old')])
    sls.splitShard('test-project', 'short', 0)
    clock.advance(86_400_000)
    expect((await call('/logstores/short/shards')).json).toHaveLength(3)
    clock.advance(1_000)
    expect((await call('/logstores/short/shards')).json).toHaveLength(2)
    const query = { type: 'cursor', from: 'begin' }
    expect(refusal(await call('/logstores/short/shards/0', { query }))).toEqual([400, 'ShardNotExist'])
  })

  it('keeps at most as many groups as the option allows', async () => {
    const { append, sls } = await startSls({ maxGroupsPerShard: 3 }, 1)
    append(0, 'one', 'two')
    append(0, 'three', 'four', 'five')
    expect(sls.positions('test-project', 'logs')).toMatchObject([{ shard: 0, groups: 3 }])
  })
})

describe('PutLogs', () => {
  const group = encodeLogGroup({
    topic: 'app',
    source: '10.0.0.1',
    tags: [{ key: 'a', value: 'b' }],
    logs: [
      {
        timeSeconds: 1672628645,
        timeNs: 123456789,
        contents: [
          { key: 'k', value: 'first' },
          { key: 'k', value: Buffer.from([0xff, 0x00, 0xfe]) },
        ],
      },
    ],
  })
  const lz4 = compressSync(group).subarray(4)

  async function startWriter(shardCount = 4) {
    const setup = await startSls({}, shardCount)
    const put = (path: string, body: Buffer, headers: Record<string, string> = {}, query = {}) =>
      setup.call(path, {
        method: 'POST',
        body,
        query,
        headers: {
          'content-type': 'application/x-protobuf',
          'x-log-bodyrawsize': `${group.length}`,
          ...headers,
        },
      })
    const counts = () => setup.sls.positions('test-project', 'logs').map(({ groups }) => groups)
    return { ...setup, put, counts }
  }

  it.each([
    ['nothing', group, {}],
    ['lz4', lz4, { 'x-log-compresstype': 'lz4' }],
    ['deflate', deflateSync(group), { 'x-log-compresstype': 'deflate' }],
  ])('takes a group compressed with %s as it is', async (_name, body, headers) => {
    const { put, pull, cursor } = await startWriter(1)
    const answer: SlsAnswer = await put(`${shards}/lb`, body, headers)
    expect([answer.status, answer.body.length]).toEqual([200, 0])
    const pulled = await pull(await cursor('begin'))
    expect(decodeLogGroupList(pulled.body)).toEqual([decodeLogGroup(group)])
  })

  it('spreads groups over the shards that take writes', async () => {
    const { counts, put, sls } = await startWriter(3)
    sls.splitShard('test-project', 'logs', 0)
    for (let count = 0; count < 4; count++) await put(`${shards}/lb`, group)
    for (let count = 0; count < 4; count++) await put('/logstores/logs', group)
    expect(counts()).toEqual([0, 2, 2, 2, 2])
  })

  it('goes to the shard of its key', async () => {
    const { counts, put } = await startWriter()
    for (const key of ['0', '7fffffffffffffffffffffffffffffff', 'f'.repeat(32)])
      await put(`${shards}/route`, group, {}, { key: key.padEnd(32, '0') })
    expect(counts()).toEqual([1, 1, 0, 1])
    expect(refusal(await put(`${shards}/route`, group, {}, { key: 'x' }))).toEqual([400, 'ParameterInvalid'])
  })

  it.each([
    ['a wrong size', group, { 'x-log-bodyrawsize': '5' }, [400, 'PostBodyInvalid']],
    ['a broken block', Buffer.alloc(50, 0xff), { 'x-log-compresstype': 'lz4' }, [400, 'PostBodyInvalid']],
    ['no log group', Buffer.from('no'), { 'x-log-bodyrawsize': '2' }, [400, 'PostBodyInvalid']],
    ['an unknown compression', group, { 'x-log-compresstype': 'snappy' }, [400, 'InvalidCompressType']],
    ['too much', group, { 'x-log-bodyrawsize': '10485761' }, [413, 'PostBodyTooLarge']],
  ])('is refused with %s', async (_name, body, headers, expected) => {
    const { counts, put } = await startWriter(1)
    expect(refusal(await put(`${shards}/lb`, body, headers))).toEqual(expected)
    expect(counts()).toEqual([0])
  })

  it('gets the service’s own tags where the logstore adds them', async () => {
    const { call, clock, put, sls } = await startWriter()
    sls.createLogstore('test-project', 'tagged', { shards: 1, appendReceiveTimeTag: true })
    await put('/logstores/tagged/shards/lb', group)
    const [at] = sls.positions('test-project', 'tagged')
    const query = { type: 'log', cursor: at?.begin ?? '', count: '1' }
    const [stored] = decodeLogGroupList((await call('/logstores/tagged/shards/0', { query })).body)
    expect(stored?.tags.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'a=b',
      '__client_ip__=127.0.0.1',
      `__receive_time__=${Math.floor(clock.nowMs() / 1_000)}`,
    ])
  })
})

describe('logstores', () => {
  it('are made, seen and deleted over HTTP', async () => {
    const { call } = await startSls()
    const body = JSON.stringify({ logstoreName: 'more', ttl: 7, shardCount: 3 })
    expect((await call('/logstores', { method: 'POST', body })).status).toBe(200)
    expect(refusal(await call('/logstores', { method: 'POST', body }))).toEqual([400, 'LogStoreAlreadyExist'])
    expect((await call('/logstores')).json).toMatchObject({ count: 2, logstores: ['logs', 'more'] })
    expect((await call('/logstores/more')).json).toMatchObject({
      logstoreName: 'more',
      ttl: 7,
      shardCount: 3,
    })
    expect((await call('/logstores/more', { method: 'DELETE' })).status).toBe(200)
    expect(refusal(await call('/logstores/more'))).toEqual([404, 'LogStoreNotExist'])
    expect((await call('/')).json).toMatchObject({ projectName: 'test-project' })
  })
})
