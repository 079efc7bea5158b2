import { describe, expect, it } from 'vitest'
import { doubtGzip } from '../../../src/splunk/gzip-doubt.ts'
import type { Verdict } from '../../../src/splunk/verdict.ts'

const PACKED = { bytes: Buffer.alloc(9), gzip: true, events: 5, rawBytes: 5_000 }
const refused = (at: number): Verdict => ({ kind: 'refused', reason: 'event-refused', at })
const UNLOCATED: Verdict = { kind: 'divide', reason: 'event-refused', sure: true }

describe('a first event that is refused', () => {
  it.each([refused(0), UNLOCATED])(
    'of a compressed request is asked about again uncompressed: %j',
    verdict => {
      const once = { kind: 'uncompressed', reason: 'event-refused', always: false }
      expect(doubtGzip(PACKED, verdict)).toEqual(once)
    },
  )

  it.each([refused(0), UNLOCATED])('of an uncompressed one is believed: %j', verdict => {
    expect(doubtGzip({ ...PACKED, gzip: false }, verdict)).toEqual(verdict)
  })

  it.each<Verdict>([
    refused(3),
    { kind: 'delivered', nearlyFull: false },
    { kind: 'again', reason: 'busy', accepted: 0 },
    { kind: 'hold', reason: 'token-refused' },
    { kind: 'refused', reason: 'index-refused', at: 0 },
    { kind: 'divide', reason: 'too-large', sure: true },
  ])('is no matter of compression when it is something else: %j', verdict => {
    expect(doubtGzip(PACKED, verdict)).toEqual(verdict)
  })
})
