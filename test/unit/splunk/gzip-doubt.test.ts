import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/splunk/answers.ts'
import { createGzipDoubt } from '../../../src/splunk/gzip-doubt.ts'

const PACKED = { bytes: Buffer.alloc(9), gzip: true, events: 5, rawBytes: 5_000 }
const PLAIN = { ...PACKED, gzip: false }
const DELIVERED: Verdict = { kind: 'delivered', nearlyFull: false }
const refused = (at: number): Verdict => ({ kind: 'refused', reason: 'event-refused', at })
const UNLOCATED: Verdict = { kind: 'divide', reason: 'event-refused', sure: true }
const PLAIN_ONCE: Verdict = { kind: 'uncompressed', reason: 'event-refused', always: false }

describe('a first event that is refused', () => {
  it.each([refused(0), UNLOCATED])('of a compressed request: %j is asked again uncompressed', verdict => {
    expect(createGzipDoubt().judge(PACKED, verdict)).toEqual(PLAIN_ONCE)
  })

  it.each([DELIVERED, refused(3)])('is believed once a compressed one was read: %j', proof => {
    const doubt = createGzipDoubt()
    doubt.judge(PACKED, proof)
    expect(doubt.judge(PACKED, refused(0))).toEqual(refused(0))
    expect(doubt.judge(PACKED, refused(0)), 'the next one, without proof in between').toEqual(PLAIN_ONCE)
  })

  it('is believed of a request that was not compressed, which proves nothing', () => {
    const doubt = createGzipDoubt()
    expect(doubt.judge(PLAIN, refused(0))).toEqual(refused(0))
    doubt.judge(PLAIN, DELIVERED)
    expect(doubt.judge(PACKED, refused(0))).toEqual(PLAIN_ONCE)
  })

  it.each<Verdict>([
    { kind: 'again', reason: 'busy', accepted: 0 },
    { kind: 'hold', reason: 'token-refused' },
    { kind: 'refused', reason: 'index-refused', at: 0 },
    { kind: 'divide', reason: 'too-large', sure: true },
  ])('is no matter of compression when it is something else: %j', verdict => {
    const doubt = createGzipDoubt()
    expect(doubt.judge(PACKED, verdict)).toEqual(verdict)
    expect(doubt.judge(PACKED, refused(0))).toEqual(PLAIN_ONCE)
  })
})
