import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createPacker } from '../../../src/splunk/packed.ts'
import { slice } from '../../../src/splunk/pieces.ts'
import { numbered } from './events.ts'

const MANY = numbered(200)
const FEW = numbered(2)

it('are compressed where the endpoint takes that and it is worth it', () => {
  const packer = createPacker('gzip')
  const payload = packer.pack(MANY)(true)
  expect(payload).toMatchObject({ gzip: true, events: 200, rawBytes: MANY.bytes.length })
  expect(gunzipSync(payload.bytes).equals(MANY.bytes)).toBe(true)
})

it.each([
  ['the endpoint takes none', 'gzip', MANY, false],
  ['they are few', 'gzip', FEW, true],
  ['compression is none', 'none', MANY, true],
] as const)('are sent as they are where %s', (_, compression, events, takesGzip) => {
  const payload = createPacker(compression).pack(events)(takesGzip)
  expect(payload).toMatchObject({ gzip: false, events: events.offsets.length, rawBytes: events.bytes.length })
  expect(payload.bytes).toBe(events.bytes)
})

it('are never compressed again once that is stopped', () => {
  const packer = createPacker('gzip')
  const before = packer.pack(MANY)
  expect(before(true).gzip).toBe(true)
  packer.stopCompressing()
  expect([before(true).gzip, packer.pack(MANY)(true).gzip]).toEqual([false, false])
})

it('are compressed once, however often the same are posted', () => {
  const packer = createPacker('gzip')
  const first = packer.pack(MANY)(true)
  expect(packer.pack(MANY)(true).bytes).toBe(first.bytes)
  packer.pack(slice(MANY, 1))
  const again = packer.pack(MANY)(true)
  expect(again.bytes).not.toBe(first.bytes)
  packer.discard()
  expect(packer.pack(MANY)(true).bytes).not.toBe(again.bytes)
})
