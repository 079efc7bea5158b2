import fc from 'fast-check'
import { compressSync } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import { HEADROOM_BYTES } from '../../../src/sls/page.ts'
import { loadModule } from '../../../src/worker/encode/module.ts'
import { createPageMemory, slotsFor } from '../../../src/worker/page-memory.ts'

/** Without the length that the library puts in front. */
const blockOf = (data: Uint8Array) => compressSync(Buffer.from(data)).subarray(HEADROOM_BYTES)

const SLOT_BYTES = 64 * 1024

function setUp(count = 2) {
  const module = loadModule({ pages: { count, bytesEach: SLOT_BYTES } })
  if (!module) throw new Error('there is no module: npm run build makes it')
  return { module, memory: createPageMemory(module) }
}

/** Repetitions near and far, long and short, between bytes that never repeat. */
const data = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(60)).map(([part, times]) => {
        return Buffer.concat(Array<Uint8Array>(times).fill(part))
      }),
      fc.constantFrom(Buffer.from('"message":"'), Buffer.alloc(700, 'ab')),
    ),
    { minLength: 1, maxLength: 30 },
  )
  .map(parts => Buffer.concat(parts))

describe('the memory for pages', () => {
  it('has pages as they were before they were compressed', () => {
    const { memory } = setUp()
    fc.assert(
      fc.property(data, bytes => {
        const page = memory.unpack(blockOf(bytes), bytes.length)
        expect(page && Buffer.from(page.data).equals(bytes)).toBe(true)
        page?.release()
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(Array.from({ length: 20 }, (_, i) => i + 1))('repeats what lies %i bytes before', distance => {
    const { memory } = setUp()
    const pattern = Buffer.from('abcdefghijklmnopqrstuvwxyz').subarray(0, distance)
    // The literals, 300 bytes more of the same, and five last literals, as the format wants them.
    const literals = distance < 15 ? [distance * 16 + 15] : [0xff, distance - 15]
    const block = Buffer.concat([
      Buffer.of(...literals),
      pattern,
      Buffer.of(distance, 0, 255, 300 - 4 - 15 - 255, 0x50),
      Buffer.from('12345'),
    ])
    const whole = Buffer.concat([Buffer.alloc(distance + 300, pattern), Buffer.from('12345')])
    expect(Buffer.from(memory.unpack(block, whole.length)?.data ?? []).toString()).toBe(whole.toString())
  })

  it('takes pages that do not get smaller, up to the end of a slot', () => {
    const { memory } = setUp(1)
    const bytes = Buffer.from(Array.from({ length: 65_000 }, (_, i) => (i * i * 31 + i * 7) % 251))
    for (const length of [1, 12, 13, 100, 60_000]) {
      const page = memory.unpack(blockOf(bytes.subarray(0, length)), length)
      expect(page && Buffer.from(page.data).equals(bytes.subarray(0, length))).toBe(true)
      page?.release()
    }
    expect(memory.unpack(blockOf(Buffer.alloc(SLOT_BYTES)), SLOT_BYTES)).toBeUndefined()
  })

  it('takes damaged blocks for none, or for rubbish of the right length, and touches nobody else', () => {
    const { module, memory } = setUp(3)
    const [, , below] = module.pages
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 })
    // The topmost slot goes first.
    const held = memory.unpack(blockOf(Buffer.alloc(SLOT_BYTES / 2, 'x')), SLOT_BYTES / 2)
    expect(held?.data.byteOffset).toBe(below?.byteOffset)
    const outside = module.memory.slice(0, module.pages[1]?.byteOffset)
    const changed = () =>
      module.memory.subarray(0, outside.length).findIndex((byte, i) => byte !== outside[i])
    fc.assert(
      fc.property(data, flips, fc.integer({ min: -20, max: 20 }), (bytes, changes, off) => {
        const block = Buffer.from(blockOf(bytes))
        for (const [at, byte] of changes) block[at % block.length] = byte
        const length = Math.max(1, bytes.length + off)
        try {
          const page = memory.unpack(block, length)
          expect(page?.data.length).toBe(length)
          page?.release()
        } catch (error) {
          expect(String(error)).toMatch(/not a block of/)
        }
        expect(held?.data.every(byte => byte === 0x78)).toBe(true)
      }),
      { numRuns: 500 },
    )
    expect(changed()).toBe(-1)
  })

  it.each([
    ['literals beyond the page', 100, Buffer.concat([Buffer.of(0xf0, 135), Buffer.alloc(150)])],
    ['a match beyond the page', 200, Buffer.of(0x1f, 97, 1, 0, ...Array<number>(270).fill(255), 0, 0)],
    ['a match before the page', 6, Buffer.of(0x10, 97, 50, 0, 0x10, 98)],
    ['a match at no distance', 6, Buffer.of(0x10, 97, 0, 0, 0x10, 98)],
    ['a length that is cut', 100, Buffer.of(0xf0, 255, 255)],
    ['a match that is cut', 5, Buffer.of(0x10, 97, 1)],
    ['nothing behind the last match', 5, Buffer.of(0x10, 97, 1, 0)],
    ['no bytes', 1, Buffer.alloc(0)],
    ['less than it should be', 3, Buffer.of(0x20, 97, 98)],
  ])('takes a block with %s for none, and touches nobody else', (_, rawSize, block) => {
    const { memory } = setUp(2)
    const above = memory.unpack(blockOf(Buffer.alloc(SLOT_BYTES / 2, 'x')), SLOT_BYTES / 2)
    expect(() => memory.unpack(block, rawSize)).toThrow(/not a block of/)
    expect(above?.data.every(byte => byte === 0x78)).toBe(true)
    // The slot is free again.
    expect(memory.unpack(Buffer.of(0x10, 97), 1)?.data[0]).toBe(97)
  })

  it('has no room when all its slots are taken, until one is given back', () => {
    const { memory } = setUp(2)
    const unpack = (text: string) => memory.unpack(blockOf(Buffer.from(text)), text.length)
    const [one, other] = [unpack('one'), unpack('other')]
    expect(unpack('third')).toBeUndefined()
    other?.release()
    expect(Buffer.from(unpack('third')?.data ?? []).toString()).toBe('third')
    expect(Buffer.from(one?.data ?? []).toString()).toBe('one')
  })

  it('is given back once, however often that is said: no two pages are ever in one place', () => {
    const { memory } = setUp(2)
    const unpack = (text: string) => memory.unpack(blockOf(Buffer.from(text)), text.length)
    const page = unpack('page')
    page?.release()
    page?.release()
    const places = [unpack('a'), unpack('b')].map(each => each?.data.byteOffset)
    expect(new Set(places).size).toBe(2)
    expect(unpack('c')).toBeUndefined()
  })

  it('counts what it has used of its room', () => {
    const { memory } = setUp(2)
    expect(memory.usedBytes()).toBe(0)
    memory.unpack(blockOf(Buffer.alloc(10_000)), 10_000)?.release()
    const used = memory.usedBytes()
    expect(used).toBeGreaterThan(10_000)
    expect(used).toBeLessThan(11_000)
    memory.unpack(blockOf(Buffer.alloc(5_000)), 5_000)
    expect(memory.usedBytes()).toBe(used)
  })

  it('has slots for as many pages as the budget lets in, and never more than eight', () => {
    const counts = [0, 9, 10, 64, 10_000].map(mebibytes => slotsFor(mebibytes * 1024 * 1024).count)
    expect(counts).toEqual([0, 0, 1, 6, 8])
  })
})
