import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapedSize, WORST_GROWTH, writeJsonText } from '../../../../src/worker/encode/json-text.ts'
import { nastyBytes } from './pages.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What the bytes are as a JSON string, by the platform's own decoder and stringifier. */
const expected = (bytes: Uint8Array) => JSON.stringify(decoder.decode(bytes)).slice(1, -1)

/** Strict: a replacement character would hide bytes that are not UTF-8. */
const strictly = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function written(source: Uint8Array, from = 0, to = source.length): string {
  const out = new Uint8Array((to - from) * WORST_GROWTH)
  return strictly.decode(out.subarray(0, writeJsonText(out, 0, source, from, to)))
}

describe('text of a log in JSON', () => {
  it('is what the platform makes of it, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000, size: 'max' }), bytes => {
        expect(written(bytes)).toBe(expected(bytes))
      }),
      { numRuns: 300 },
    )
  })

  it('is what the platform makes of it, for bytes at the edges of UTF-8 and JSON', () => {
    const many = fc.array(nastyBytes, { maxLength: 50, size: 'max' }).map(parts => Buffer.concat(parts))
    fc.assert(
      fc.property(many, bytes => {
        expect(written(bytes)).toBe(expected(bytes))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is right for every sequence of two bytes, whatever follows', () => {
    for (let first = 0; first < 256; first++)
      for (let second = 0; second < 256; second++) {
        const bytes = Buffer.of(first, second, 0x80, 0x80, 0x61)
        if (written(bytes) !== expected(bytes)) expect([first, second, written(bytes)]).toBe(expected(bytes))
      }
  })

  it.each(['é', '中', '😀', '\u{10ffff}', '\ufffd', '\ufeff'])(
    'ends where the value ends, in the middle of %j too',
    text => {
      const source = Buffer.concat([Buffer.from('a'), Buffer.from(text), Buffer.from(text)])
      for (let to = 0; to <= source.length; to++)
        for (let from = 0; from <= to; from++)
          expect(written(source, from, to)).toBe(expected(source.subarray(from, to)))
    },
  )

  it('never takes more room than its bounds say', () => {
    fc.assert(
      fc.property(fc.oneof(nastyBytes, fc.uint8Array({ maxLength: 200 })), bytes => {
        const size = Buffer.byteLength(expected(bytes))
        const bound = escapedSize(bytes, 0, bytes.length)
        expect(size).toBeLessThanOrEqual(bound)
        expect(bound).toBeLessThanOrEqual(bytes.length * WORST_GROWTH)
      }),
    )
  })

  it('is measured exactly where it is all ASCII', () => {
    const ascii = Buffer.from(Array.from({ length: 128 }, (_, code) => code))
    expect(escapedSize(ascii, 0, ascii.length)).toBe(expected(ascii).length)
  })
})
