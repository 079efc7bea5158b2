import { randomBytes } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { compressSync } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import type { HttpHeaders } from '../../../src/http/client.ts'
import { encodeLogGroupList } from '../../../src/simulator/wire.ts'
import { HEADROOM_BYTES, type Page, readPage } from '../../../src/sls/page.ts'

const FROM = 'MTQ0NzMyOTQwMTEwMjEzMDkwNA=='
const NEXT = 'MTQ0NzMyOTQwMTEwMjEzMDkwNQ=='

/** The worked example of the protocol: one group of two logs, plain, as an LZ4 block and as one of literals alone. */
const plain = Buffer.from(
  '0a92010a2d08a593c99d06120e0a056c6576656c12054552524f5212100a036d736712096469736b2066756c6c' +
    '2515cd5b070a1e08a693c99d06120d0a056c6576656c1204494e464f12070a036d736712001a03617070220831' +
    '302e302e302e3132120a0c5f5f686f73746e616d655f5f12026831321e0a105f5f726563656976655f74696d65' +
    '5f5f120a31363732363238363437',
  'hex',
)
const lz4 = Buffer.from(
  'f1270a92010a2d08a593c99d06120e0a056c6576656c12054552524f5212100a036d736712096469736b206675' +
    '6c6c2515cd5b070a1e08a62f00140d2f007204494e464f12072e00b0001a03617070220831302e0200f1163132' +
    '120a0c5f5f686f73746e616d655f5f12026831321e0a105f5f726563656976655f74691800b00a313637323632' +
    '38363437',
  'hex',
)
const literals = Buffer.concat([Buffer.from('f086', 'hex'), plain])

const said = { 'x-log-cursor': NEXT, 'x-log-count': '1', 'x-log-bodyrawsize': '149' }

function read(content: Uint8Array, headers: HttpHeaders) {
  return readPage(Buffer.concat([Buffer.alloc(HEADROOM_BYTES), content]), headers, FROM)
}

/** The page, or why there is none. */
function pageOf(content: Uint8Array, headers: HttpHeaders): Page | string {
  const result = read(content, headers)
  if (result.kind === 'ok') return result.value
  const { action, code, status, message } = result.failure
  expect({ action, code, status }).toEqual({ action: 'retry', code: 'BadResponse', status: 200 })
  return message
}

describe('a page', () => {
  it.each([
    ['plain', plain, {}],
    [
      'a plain one that says nothing of its size and groups',
      plain,
      { 'x-log-count': undefined, 'x-log-bodyrawsize': undefined },
    ],
    ['lz4', lz4, { 'x-log-compresstype': 'lz4' }],
    ['lz4 of literals alone', literals, { 'x-log-compresstype': 'lz4' }],
    ['zstd', zstdCompressSync(plain), { 'x-log-compresstype': 'zstd' }],
  ])('%s is the bytes of the worked example', (_, content, headers) => {
    const page = pageOf(content, { ...said, ...headers })
    expect(page).toMatchObject({ next: NEXT, groups: 1, atEnd: false })
    expect(typeof page === 'object' && Buffer.from(page.data).equals(plain)).toBe(true)
    expect(page).not.toHaveProperty('receivedAtSeconds')
  })

  it('knows when it was received, where the server says so', () => {
    expect(pageOf(plain, { ...said, 'x-log-cursor-time': '1672628647' })).toMatchObject({
      receivedAtSeconds: 1_672_628_647,
    })
  })

  it.each(['253402300800', '1672628647000000', '9'.repeat(400), '-1', 'soon'])(
    'does not know when it was received where the server says %s',
    time => {
      const told = pageOf(plain, { ...said, 'x-log-cursor-time': time })
      expect(told).toMatchObject({ groups: 1 })
      expect(told).not.toHaveProperty('receivedAtSeconds')
    },
  )

  it.each(['1447329401102130904', '9'.repeat(400), '-1', 'x'])(
    'has a last group where the server says one that can be: %s',
    last => {
      const told = pageOf(plain, { ...said, 'x-log-read-last-cursor': last })
      const lastGroup = typeof told === 'object' ? told.lastGroup : ''
      expect(lastGroup === undefined || lastGroup.length < 40).toBe(true)
    },
  )

  it.each([
    ['the server says so', plain, { ...said, 'x-log-end-of-cursor': '1' }, true],
    ['the server says no', plain, { ...said, 'x-log-end-of-cursor': '0' }, false],
    ['nothing came and the cursor stays', Buffer.alloc(0), { 'x-log-cursor': FROM }, true],
    [
      'nothing came and the cursor moves: a query took it all',
      Buffer.alloc(0),
      { 'x-log-cursor': NEXT },
      false,
    ],
  ])('is at the end or not: %s', (_, content, headers, atEnd) => {
    expect(pageOf(content, headers)).toMatchObject({ atEnd, next: headers['x-log-cursor'] })
  })

  it('of a megabyte is its own: the memory of the body is given back once it is decompressed', () => {
    const data = encodeLogGroupList([{ topic: randomBytes(1_000_000), tags: [], logs: [] }])
    for (const type of ['', 'lz4', 'zstd']) {
      const body = Buffer.concat([Buffer.alloc(HEADROOM_BYTES), compress(data, type)])
      const sizes = { 'x-log-bodyrawsize': String(data.length), 'x-log-compresstype': type }
      const result = readPage(body, { ...said, ...sizes }, FROM)
      expect(body.length === 0).toBe(type !== '')
      expect(result.kind === 'ok' && Buffer.from(result.value.data).equals(data)).toBe(true)
    }
  })

  it('lies where it is unpacked to, and is given back at once when something is wrong with it', () => {
    const body = () => Buffer.concat([Buffer.alloc(HEADROOM_BYTES), lz4])
    const headers = { ...said, 'x-log-compresstype': 'lz4' }
    const data = Buffer.from(plain)
    let released = 0
    const unpack = (block: Uint8Array, rawSize: number) => {
      expect([Buffer.from(block).equals(lz4), rawSize]).toEqual([true, plain.length])
      return { data, release: () => void released++ }
    }
    const whole = readPage(body(), headers, FROM, unpack)
    expect(whole.kind === 'ok' && whole.value.data === data).toBe(true)
    expect(released).toBe(0)
    if (whole.kind === 'ok') whole.value.release()
    expect(released).toBe(1)
    expect(readPage(body(), { ...headers, 'x-log-count': '2' }, FROM, unpack).kind).toBe('failed')
    expect(released).toBe(2)
    const onHeap = readPage(body(), headers, FROM, () => undefined)
    expect(onHeap.kind === 'ok' && Buffer.from(onHeap.value.data).equals(plain)).toBe(true)
  })

  it('without groups may be compressed or not', () => {
    const headers = { 'x-log-cursor': FROM, 'x-log-count': '0', 'x-log-bodyrawsize': '0' }
    const empty = { groups: 0, atEnd: true, next: FROM }
    expect(pageOf(Buffer.alloc(0), headers)).toMatchObject(empty)
    expect(pageOf(Buffer.alloc(0), { ...headers, 'x-log-compresstype': 'lz4' })).toMatchObject(empty)
  })

  it('keeps a cursor as it is: above 2^53, without padding, with white space', () => {
    for (const cursor of [NEXT, NEXT.replaceAll('=', ''), 'MTQ0NzMyOTQwMTEwMjEzMDkwNQo=', 'x y'])
      expect(pageOf(plain, { ...said, 'x-log-cursor': cursor })).toMatchObject({ next: cursor })
  })

  it('of any groups comes through any compression', () => {
    const group = fc.record({
      topic: fc.string(),
      tags: fc.constant([]),
      logs: fc.array(
        fc.record({
          timeSeconds: fc.nat(),
          contents: fc.array(fc.record({ key: fc.string(), value: fc.string() }), { maxLength: 4 }),
        }),
        { maxLength: 3 },
      ),
    })
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('', 'lz4', 'zstd'),
        (groups, type) => {
          const data = encodeLogGroupList(groups)
          const content = compress(data, type)
          const headers = {
            ...said,
            'x-log-count': String(groups.length),
            'x-log-bodyrawsize': String(data.length),
            'x-log-compresstype': type,
          }
          const page = pageOf(content, headers)
          expect(typeof page === 'object' && Buffer.from(page.data).equals(data)).toBe(true)
          expect(page).toMatchObject({ groups: groups.length })
        },
      ),
    )
  })
})

function compress(data: Buffer, type: string): Uint8Array {
  if (type === 'lz4') return compressSync(data).subarray(4)
  return type === 'zstd' ? zstdCompressSync(data) : data
}

describe('an answer that is no page', () => {
  const ofLz4 = { ...said, 'x-log-compresstype': 'lz4' }
  const ofZstd = { ...said, 'x-log-compresstype': 'zstd' }
  it.each([
    ['an empty 200', Buffer.alloc(0), {}, /without a cursor/],
    ['a login page', Buffer.from('<html>'), {}, /without a cursor/],
    ['a page without a cursor', plain, { ...said, 'x-log-cursor': undefined }, /without a cursor/],
    ['a page with what is no cursor', plain, { ...said, 'x-log-cursor': 'é' }, /without a cursor .*"é"/],
    [
      'a page with an endless cursor',
      plain,
      { ...said, 'x-log-cursor': 'M'.repeat(121) },
      /without a cursor/,
    ],
    ['a page that leads nowhere', plain, { ...said, 'x-log-cursor': FROM }, /the cursor that was asked for/],
    ['a larger size', plain, { ...said, 'x-log-bodyrawsize': '150' }, /149 bytes instead of 150/],
    ['a smaller size', plain, { ...said, 'x-log-bodyrawsize': '148' }, /149 bytes instead of 148/],
    ['a larger size of lz4', lz4, { ...ofLz4, 'x-log-bodyrawsize': '150' }, /149 bytes instead of 150/],
    ['a smaller size of lz4', lz4, { ...ofLz4, 'x-log-bodyrawsize': '148' }, /not lz4/],
    [
      'an impossible size of lz4',
      lz4,
      { ...ofLz4, 'x-log-bodyrawsize': '4294967295' },
      /can never be 4294967295/,
    ],
    [
      'a larger size of zstd',
      zstdCompressSync(plain),
      { ...ofZstd, 'x-log-bodyrawsize': '150' },
      /149 bytes instead of 150/,
    ],
    [
      'a smaller size of zstd',
      zstdCompressSync(plain),
      { ...ofZstd, 'x-log-bodyrawsize': '148' },
      /not zstd/,
    ],
    [
      'no size though there is a body',
      plain,
      { ...said, 'x-log-bodyrawsize': '0' },
      /149 bytes instead of 0/,
    ],
    ['more groups', plain, { ...said, 'x-log-count': '2' }, /1 log groups instead of 2/],
    ['fewer groups', plain, { ...said, 'x-log-count': '0' }, /1 log groups instead of 0/],
    ['half a body', plain.subarray(0, 75), { ...said, 'x-log-bodyrawsize': '75' }, /cut or corrupt/],
    ['half an lz4 block', lz4.subarray(0, 70), ofLz4, /75 bytes instead of 149/],
    ['half a zstd frame', zstdCompressSync(plain).subarray(0, 30), ofZstd, /not zstd/],
    ['lz4 called zstd', lz4, ofZstd, /not zstd/],
    ['zstd called lz4', zstdCompressSync(plain), ofLz4, /not lz4|can never be/],
    ['plain called lz4', plain, ofLz4, /not lz4/],
    ['lz4 called plain', lz4, said, /139 bytes instead of 149/],
    [
      'a compression that nobody asked for',
      plain,
      { ...said, 'x-log-compresstype': 'snappy' },
      /unknown compression \(snappy\)/,
    ],
    ['bytes that are no protobuf', Buffer.alloc(149, 0xff), said, /cut or corrupt/],
  ])('%s', (_, content, headers, message) => {
    expect(pageOf(content, headers)).toMatch(message)
  })

  it('is told from a page whatever a wire does to it', () => {
    const flipped = fc.tuple(fc.nat({ max: lz4.length - 1 }), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(flipped, ([at, by]) => {
        const damaged = Buffer.from(lz4)
        damaged[at] = (damaged[at] ?? 0) ^ by
        const page = pageOf(damaged, ofLz4)
        if (typeof page === 'object') expect(page.data.length).toBe(149)
      }),
    )
  })
})
