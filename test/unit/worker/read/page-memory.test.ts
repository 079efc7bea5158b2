import fc from 'fast-check'
import { compressSync } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import { HEADROOM_BYTES } from '../../../../src/sls/page.ts'
import { createPageMemory, regionBytes } from '../../../../src/worker/read/page-memory.ts'
import { encoderModule } from '../../../support/encoder-module.ts'

/** Without the length that the library puts in front. */
const blockOf = (data: Uint8Array) => compressSync(Buffer.from(data)).subarray(HEADROOM_BYTES)

const REGION_BYTES = 128 * 1024

function setUp(pagesBytes = REGION_BYTES) {
  const module = encoderModule({ pagesBytes })
  const memory = createPageMemory(module)
  return { module, memory, unpack: (bytes: Uint8Array) => memory.unpack(blockOf(bytes), bytes.length) }
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

  it('takes pages that do not get smaller, up to the end of its room', () => {
    const { memory, unpack } = setUp(regionBytes(60_000))
    const bytes = Buffer.from(Array.from({ length: 65_000 }, (_, i) => (i * i * 31 + i * 7) % 251))
    for (const length of [1, 12, 13, 100, 60_000]) {
      const page = unpack(bytes.subarray(0, length))
      expect(page && Buffer.from(page.data).equals(bytes.subarray(0, length))).toBe(true)
      page?.release()
    }
    expect(memory.unpack(blockOf(Buffer.alloc(70_000)), 70_000)).toBeUndefined()
  })

  it('takes damaged blocks for none, or for rubbish of the right length, and touches nobody else', () => {
    const { module, memory, unpack } = setUp()
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 })
    // Three neighbours, of which the one in the middle goes.
    const held = Buffer.alloc(20_000, 'x')
    const [below, between, above] = [unpack(held), unpack(Buffer.alloc(40_000)), unpack(held)]
    between?.release()
    const outside = module.memory.slice(0, module.pages.byteOffset)
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
        for (const page of [below, above]) expect(Buffer.from(page?.data ?? []).equals(held)).toBe(true)
      }),
      { numRuns: 500 },
    )
    expect(outside.every((byte, i) => byte === module.memory[i])).toBe(true)
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
    const { memory, unpack } = setUp()
    const held = Buffer.alloc(40_000, 'x')
    const [between, above] = [unpack(Buffer.alloc(400)), unpack(held)]
    between?.release()
    expect(() => memory.unpack(block, rawSize)).toThrow(/not a block of/)
    expect(Buffer.from(above?.data ?? []).equals(held)).toBe(true)
    // The place is free again.
    expect(memory.unpack(Buffer.of(0x10, 97), 1)?.data.byteOffset).toBe(between?.data.byteOffset)
  })

  it('has no room when it is taken, until some is given back', () => {
    const { unpack } = setUp(1_000)
    const text = (letter: string) => Buffer.alloc(300, letter)
    const [one, other] = [unpack(text('1')), unpack(text('2'))]
    expect(unpack(text('3'))).toBeUndefined()
    one?.release()
    const third = unpack(text('3'))
    expect([other, third].map(page => Buffer.from(page?.data ?? []).toString())).toEqual([
      text('2').toString(),
      text('3').toString(),
    ])
  })

  it('is given back once, however often that is said: no two pages are ever in one place', () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.nat(), fc.boolean()), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(sizes, steps => {
        const { unpack } = setUp()
        const there: { readonly page: NonNullable<ReturnType<typeof unpack>>; readonly letter: number }[] = []
        for (const [i, [size, pick, gives]] of steps.entries()) {
          const [gone] = gives ? there.splice(pick % Math.max(1, there.length), 1) : []
          gone?.page.release()
          const page = unpack(Buffer.alloc(size, i + 1))
          if (page) there.push({ page, letter: i + 1 })
          // Once more: its place may be that page's already.
          gone?.page.release()
        }
        for (const { page, letter } of there) expect(page.data.every(byte => byte === letter)).toBe(true)
      }),
    )
  })

  it('lies as low as there is room, and counts what it has used', () => {
    const { memory, unpack } = setUp()
    expect(memory.usedBytes()).toBe(0)
    const first = unpack(Buffer.alloc(10_000))
    const used = memory.usedBytes()
    expect(used).toBeGreaterThan(10_000)
    expect(used).toBeLessThan(11_000)
    first?.release()
    expect(unpack(Buffer.alloc(5_000))?.data.byteOffset).toBe(first?.data.byteOffset)
    expect(memory.usedBytes()).toBe(used)
  })
})
