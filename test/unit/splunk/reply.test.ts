import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/splunk/judge.ts'
import { readAcks, readReply, retryAfterMs } from '../../../src/splunk/reply.ts'
import { ASKED } from './verdicts.ts'

describe('acknowledgement', () => {
  const reply = (body: string) => readReply(Buffer.from(body))

  it.each(['ackId', 'ackID'])('has an id, spelled %s', key => {
    expect(reply(`{"text":"Success","code":0,"${key}":7}`)).toMatchObject({ ackId: 7 })
    expect(judge(200, { text: '', code: 0, ackId: 7 }, ASKED)).toMatchObject({ kind: 'delivered', ackId: 7 })
  })

  it('has one for what was taken before a refused event, too', () => {
    const verdict = judge(400, { text: '', code: 6, invalidEventNumber: 3, ackId: 0 }, ASKED)
    expect(verdict).toEqual({ kind: 'refused', reason: 'event-refused', at: 3, ackId: 0 })
  })

  it.each(['-1', '"3"', 'null', '1.5'])('has none that is %s', id => {
    expect(reply(`{"text":"Success","code":0,"ackId":${id}}`)).not.toHaveProperty('ackId')
  })

  it.each([
    ['{"acks":{"0":true,"1":false,"2":true}}', [0, 2]],
    ['{"acks":{"0":"true","1":1}}', []],
    ['{"acks":{}}', []],
    ['{"acks":null}', undefined],
    ['{"text":"ACK is disabled","code":14}', undefined],
    ['<html>', undefined],
  ])('is read from %s', (body, indexed) => {
    const acks = readAcks(Buffer.from(body))
    expect(acks && [...acks]).toEqual(indexed)
  })
})

describe('Retry-After', () => {
  const nowMs = Date.UTC(2026, 0, 31, 8, 0, 0)
  it.each([
    ['1', 1_000],
    ['120', 120_000],
    ['0', 100],
    ['300', 300_000],
    ['301', 300_000],
    ['99999999999999999999', 300_000],
    ['Sat, 31 Jan 2026 08:00:05 GMT', 5_000],
    ['Sat, 31 Jan 2026 07:00:00 GMT', 100],
    ['Sat, 31 Jan 2026 12:00:00 GMT', 300_000],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    [undefined, undefined],
    [['1', '2'], undefined],
  ])('%j is a wait of %j ms', (value, expected) => {
    expect(retryAfterMs({ 'retry-after': value }, nowMs)).toBe(expected)
  })
})
