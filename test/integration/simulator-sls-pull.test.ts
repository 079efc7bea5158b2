import { zstdDecompressSync } from 'node:zlib'
import { uncompressSync } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor, type SlsSimulatorOptions } from '../../src/simulator/sls/index.ts'
import { decodeLogGroupList, encodeLogGroup } from '../../src/simulator/wire.ts'
import { field, groupOf, refusal, startSls } from './simulator-sls-setup.ts'

/** Two shards, and calls of shard 0. */
async function start(options: Partial<SlsSimulatorOptions> = {}) {
  const { append, call, ...rest } = await startSls(options, 2)
  const shard = (query: Record<string, string>, headers: Record<string, string> = {}) =>
    call('/logstores/logs/shards/0', { query, headers })
  return {
    ...rest,
    call,
    shard,
    append: (...messages: string[]) => append(0, ...messages),
    pull: (at: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      shard({ type: 'log', cursor: at, count: '1000', ...query }, headers),
  }
}

const messages = (list: Buffer) =>
  decodeLogGroupList(list).map(({ logs }) => logs[0]?.contents[0]?.value.toString())

describe('GetCursor', () => {
  it('finds the begin, the end, and the first group of a second', async () => {
    const { append, clock, cursor } = await start()
    append('one')
    clock.advance(10_000)
    append('two', 'three')
    const begin = decodeCursor(await cursor('begin')) ?? 0n
    const at = (offset: bigint) => encodeCursor(begin + offset)
    expect(begin > 2n ** 53n).toBe(true)
    expect(await cursor('end')).toBe(at(3n))
    const seconds = Math.floor(clock.nowMs() / 1_000)
    expect(await cursor(String(seconds - 10))).toBe(at(0n))
    expect(await cursor(String(seconds - 9))).toBe(at(1n))
    expect(await cursor(String(seconds))).toBe(at(1n))
    expect(await cursor(String(seconds + 1))).toBe(at(3n))
    expect(await cursor('0')).toBe(at(0n))
  })

  it('gives cursors that no other shard has', async () => {
    const { cursor, shard } = await start()
    expect(await cursor('begin', 0)).not.toBe(await cursor('begin', 1))
    const foreign = await shard({ type: 'log', cursor: await cursor('begin', 1), count: '1' })
    expect(refusal(foreign)).toEqual([400, 'InvalidCursor'])
  })

  it('refuses a position that is none, and a shard that is none', async () => {
    const { call, shard } = await start()
    expect(refusal(await shard({ type: 'cursor', from: 'yesterday' }))).toEqual([400, 'ParameterInvalid'])
    const missing = await call('/logstores/logs/shards/7', { query: { type: 'cursor', from: 'end' } })
    expect(refusal(missing)).toEqual([400, 'ShardNotExist'])
  })

  it('has a time for every cursor', async () => {
    const { append, clock, cursor, shard } = await start()
    append('one')
    clock.advance(10_000)
    const time = async (at: string) =>
      Number(field(await shard({ type: 'cursor_time', cursor: at }), 'cursor_time'))
    const now = Math.floor(clock.nowMs() / 1_000)
    expect(await time(await cursor('begin'))).toBe(now - 10)
    expect(await time(await cursor('end'))).toBe(now)
  })
})

describe('PullLogs', () => {
  it('gives the groups with what a client needs to go on', async () => {
    const { append, cursor, pull, clock } = await start()
    append('one', 'two')
    const begin = await cursor('begin')
    const answer = await pull(begin)
    expect(messages(answer.body)).toEqual(['one', 'two'])
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'x-log-cursor': await cursor('end'),
      'x-log-count': '2',
      'x-log-bodyrawsize': String(answer.body.length),
      'x-log-cursor-time': String(Math.floor(clock.nowMs() / 1_000)),
      'x-log-end-of-cursor': '1',
      'x-log-read-last-cursor': String((decodeCursor(begin) ?? 0n) + 1n),
    })
    expect(answer.headers).not.toHaveProperty('x-log-compresstype')
    expect(answer.headers['x-log-requestid']).toMatch(/^[0-9A-F]{24}$/)
  })

  it('gives nothing and the same cursor at the end', async () => {
    const { append, cursor, pull } = await start()
    append('one')
    const end = await cursor('end')
    const answer = await pull(end, {}, { 'accept-encoding': 'lz4' })
    expect(answer.body).toHaveLength(0)
    expect(answer.headers).toMatchObject({
      'x-log-cursor': end,
      'x-log-count': '0',
      'x-log-bodyrawsize': '0',
      'x-log-end-of-cursor': '1',
    })
    expect(answer.headers).not.toHaveProperty('x-log-compresstype')
  })

  it.each([
    ['lz4', 'lz4', 'compressed'],
    ['lz4', 'lz4', 'literals'],
    ['gzip, zstd;q=1', 'zstd', 'compressed'],
  ] as const)('compresses for %s as %s, %s', async (accepted, encoding, lz4) => {
    const { append, cursor, pull } = await start({ lz4 })
    append('one', 'two'.repeat(1_000))
    const answer = await pull(await cursor('begin'), {}, { 'accept-encoding': accepted })
    expect(answer.headers['x-log-compresstype']).toBe(encoding)
    const size = Buffer.alloc(4)
    size.writeUInt32LE(Number(answer.headers['x-log-bodyrawsize']))
    const raw =
      encoding === 'zstd'
        ? zstdDecompressSync(answer.body)
        : uncompressSync(Buffer.concat([size, answer.body]))
    expect(messages(raw)).toEqual(['one', 'two'.repeat(1_000)])
  })

  it('serves the bytes that were appended, whatever they are', async () => {
    const { sls, cursor, pull } = await start()
    sls.append('test-project', 'logs', 0, [encodeLogGroup(groupOf('fine')), Buffer.from('no protobuf')])
    const answer = await pull(await cursor('begin'))
    expect(answer.headers['x-log-count']).toBe('2')
    expect(answer.body.subarray(-13)).toEqual(Buffer.from('\n\vno protobuf'))
  })

  it('keeps to the count, to the byte cap, and to the end cursor', async () => {
    const { append, cursor, pull } = await start({ pullByteCap: 80 })
    append('x'.repeat(200), 'two', 'three', 'four')
    const begin = decodeCursor(await cursor('begin')) ?? 0n
    const from = (offset: bigint) => encodeCursor(begin + offset)
    const one = await pull(from(0n))
    expect(one.headers).toMatchObject({
      'x-log-count': '1',
      'x-log-cursor': from(1n),
      'x-log-end-of-cursor': '0',
    })
    expect((await pull(from(1n))).headers['x-log-count']).toBe('2')
    expect((await pull(from(1n), { count: '1' })).headers['x-log-cursor']).toBe(from(2n))
    expect((await pull(from(1n), { end_cursor: from(2n) })).headers['x-log-cursor']).toBe(from(2n))
    const atEnd = await pull(from(2n), { end_cursor: from(2n) })
    expect(atEnd.headers).toMatchObject({ 'x-log-count': '0', 'x-log-cursor': from(2n) })
  })

  it('takes both types, and HEAD without a body', async () => {
    const { append, call, cursor, pull } = await start()
    append('one')
    const begin = await cursor('begin')
    expect((await pull(begin, { type: 'logs' })).headers['x-log-count']).toBe('1')
    const query = { type: 'log', cursor: begin, count: '10' }
    const head = await call('/logstores/logs/shards/0', { method: 'HEAD', query })
    expect(head.headers['x-log-cursor']).toBe(await cursor('end'))
    expect(head.body).toHaveLength(0)
  })

  it.each(['0', '1001', '-1', '1.5', 'many'])('refuses a count of %s', async count => {
    const { cursor, pull } = await start()
    expect(refusal(await pull(await cursor('begin'), { count }))).toEqual([400, 'ParameterInvalid'])
  })

  it.each(['', 'garbage', 'bm8gZGlnaXRz'])('refuses the cursor "%s"', async cursor => {
    const { pull } = await start()
    expect(refusal(await pull(cursor))).toEqual([400, 'InvalidCursor'])
  })

  it('refuses a cursor beyond the end', async () => {
    const { cursor, pull } = await start()
    const beyond = encodeCursor((decodeCursor(await cursor('end')) ?? 0n) + 1n)
    expect(refusal(await pull(beyond))).toEqual([400, 'InvalidCursor'])
  })

  it('leaves out the headers that it is told to', async () => {
    const omitHeaders = [
      'x-log-cursor-time',
      'x-log-end-of-cursor',
      'x-log-read-last-cursor',
      'x-log-requestid',
    ]
    const { append, cursor, pull } = await start({ omitHeaders })
    append('one')
    const answer = await pull(await cursor('begin'))
    for (const name of omitHeaders) expect(answer.headers).not.toHaveProperty(name)
    expect(answer.headers['x-log-count']).toBe('1')
  })

  it('filters by a query, and moves on when nothing is left', async () => {
    const { append, cursor, pull } = await start()
    append('keep', 'drop')
    const [begin, end] = [await cursor('begin'), await cursor('end')]
    const some = await pull(begin, { query: "* | where msg = 'keep'", pullMode: 'scan_on_stream' })
    expect(messages(some.body)).toEqual(['keep'])
    expect(some.headers).toMatchObject({
      'x-log-cursor': end,
      'x-log-rawdatacount': '2',
      'x-log-rawdatalines': '2',
      'x-log-resultlines': '1',
    })
    const none = await pull(begin, { query: "* | where msg like 'no%'" })
    expect(none.headers).toMatchObject({ 'x-log-count': '0', 'x-log-bodyrawsize': '0', 'x-log-cursor': end })
    expect(refusal(await pull(begin, { query: 'select' }))).toEqual([400, 'ParameterInvalid'])
  })
})
