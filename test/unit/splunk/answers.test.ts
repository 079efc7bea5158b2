import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANSWERS, htmlReply } from '../../../src/simulator/hec/answers.ts'
import { judge } from '../../../src/splunk/judge.ts'
import { readReply } from '../../../src/splunk/reply.ts'
import { ASKED, hec, short, verdictOn } from './verdicts.ts'

const PLAIN = { ...ASKED, gzip: false }

describe("HEC's codes", () => {
  it.each([
    [200, 0, 'delivered'],
    [403, 1, 'hold token-disabled'],
    [401, 2, 'hold token-refused'],
    [401, 3, 'hold token-refused'],
    [403, 4, 'hold token-refused'],
    [400, 5, 'divide event-refused'],
    [400, 6, 'divide event-refused'],
    [400, 7, 'divide index-refused'],
    [500, 8, 'again server-error 0'],
    [503, 9, 'again busy 0'],
    [400, 10, 'hold channel-refused'],
    [400, 11, 'hold channel-refused'],
    [400, 12, 'divide event-refused'],
    [400, 13, 'divide event-refused'],
    [400, 14, 'hold acknowledgement-missing'],
    [400, 15, 'divide event-refused'],
    [400, 16, 'hold token-refused'],
    [200, 17, 'hold not-hec'],
    [503, 18, 'again busy 0'],
    [503, 19, 'again busy 0'],
    [503, 20, 'again busy 0'],
    [400, 21, 'hold token-refused'],
    [400, 22, 'hold token-disabled'],
    [503, 23, 'again shutting-down 0'],
    [200, 24, 'delivered, nearly full'],
    [200, 25, 'delivered, nearly full'],
    [429, 26, 'again busy 0'],
    [429, 27, 'again busy 0'],
    [400, 28, 'hold channel-refused'],
    [404, 404, 'again not-found 0'],
    [405, 404, 'again not-found 0'],
  ])('%i with code %i is %s', (status, code, expected) => {
    expect(short(verdictOn(status, hec(code)))).toBe(expected)
  })

  it('are all in the table that the double of HEC answers from', () => {
    for (const [code, { status, text }] of Object.entries(ANSWERS)) {
      const verdict = verdictOn(status, JSON.stringify({ text, code: Number(code) }))
      expect(verdict.kind === 'delivered', code).toBe(status === 200 && code !== '17')
    }
  })

  it('decide whatever the status and the text say', () => {
    expect(short(verdictOn(503, '{"text":"Success","code":4}'))).toBe('hold token-refused')
    expect(short(verdictOn(500, '{"text":"Success","code":4}'))).toBe('hold token-refused')
  })

  it.each([200, 302, 500, 503])('6 and its like give no event up with a %i', status => {
    for (const code of [5, 6, 7, 12, 13, 15])
      expect(verdictOn(status, hec(code, 3)).kind).toMatch(/^(again|hold)$/)
  })

  it.each([300, 307, 400, 401, 404, 500, 502, 503])('0 and its like are no success with a %i', status => {
    for (const code of [0, 17, 24, 25]) expect(verdictOn(status, hec(code)).kind).not.toBe('delivered')
  })

  it.each([201, 202, 203, 204, 206, 207, 226, 299])(
    'mean nothing with a %i, which HEC never answers',
    status => {
      for (const code of [0, 6, 9, 24, 25, 99])
        expect(short(verdictOn(status, hec(code, 3)))).toBe('hold not-hec')
    },
  )

  it.each([
    [200, 99, 'delivered'],
    [202, 99, 'hold not-hec'],
    [200, 403, 'hold not-hec'],
    [200, 1_000, 'hold not-hec'],
    [200, -1, 'hold not-hec'],
    [302, 99, 'hold redirect'],
    [400, 99, 'divide event-refused, perhaps'],
    [418, -1, 'divide event-refused, perhaps'],
    [500, 99, 'again server-error 0'],
    [507, 99, 'again server-error 0'],
  ])('that nobody knows: %i with code %i is %s', (status, code, expected) => {
    expect(short(verdictOn(status, hec(code)))).toBe(expected)
  })
})

describe("an answer that is not HEC's", () => {
  const html = (status: number) => htmlReply(status).body
  it.each([
    [200, '', 'hold not-hec'],
    [204, '', 'hold not-hec'],
    [200, '<p>Please log in</p>', 'hold not-hec'],
    [301, '', 'hold redirect'],
    [302, html(302), 'hold redirect'],
    [307, '', 'hold redirect'],
    [308, '', 'hold redirect'],
    [400, html(400), 'uncompressed not-hec'],
    [401, html(401), 'hold token-refused'],
    [403, html(403), 'hold token-refused'],
    [404, html(404), 'again not-found 0'],
    [405, '', 'again not-found 0'],
    [407, html(407), 'hold not-hec'],
    [408, '', 'again timeout 0'],
    [413, html(413), 'divide too-large'],
    [415, html(415), 'uncompressed encoding-refused, always'],
    [418, '', 'hold not-hec'],
    [429, '', 'again busy 0'],
    [500, html(500), 'again server-error 0'],
    [502, html(502), 'again server-error 0'],
    [503, '', 'again busy 0'],
    [503, html(503), 'again busy 0'],
    [504, html(504), 'again server-error 0'],
    [599, '', 'again server-error 0'],
  ])('%i %j is %s', (status, body, expected) => {
    expect(short(verdictOn(status, body))).toBe(expected)
  })

  it('that refuses what is not compressed says something else', () => {
    expect(short(verdictOn(400, html(400), PLAIN))).toBe('divide not-hec, perhaps')
    expect(short(verdictOn(415, html(415), PLAIN))).toBe('hold encoding-refused')
  })

  it.each([
    '{"text":"Success","code":0',
    '{"text":"Success","code":"0"}',
    '{"text":"Success","code":0.5}',
    '{"text":"Success"}',
    '{"code":0}',
    '{"code":0,"message":"ok"}',
    '{"code":401,"msg":"please log in"}',
    '{"text":["Success"],"code":0}',
    '[{"text":"Success","code":0}]',
    '0',
    'null',
    '"Success"',
    '\u0000',
  ])('with 200 %s counts as nothing delivered', body => {
    expect(short(verdictOn(200, body))).toBe('hold not-hec')
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.uint8Array({ maxLength: 40 }), (status, bytes) => {
        expect(judge(status, readReply(bytes), ASKED).kind).not.toBe('delivered')
      }),
    )
  })
})
