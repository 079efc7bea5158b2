import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  judge,
  judgeProbe,
  judgeTrouble,
  readReply,
  retryAfterMs,
  type Verdict,
} from '../../../src/splunk/answers.ts'
import { ANSWERS, htmlReply } from '../../../src/simulator/hec/answers.ts'

const EVENTS = 10

/** What is answered to a request of ten events. */
const verdictOn = (status: number, body: string) => judge(status, readReply(Buffer.from(body)), EVENTS)

const hec = (code: number, number?: number) =>
  JSON.stringify({ text: 'any text', code, 'invalid-event-number': number })

/** `delivered`, or kind, reason and how many events of the front are Splunk's. */
function short(verdict: Verdict): string {
  return verdict.kind === 'delivered' ? 'delivered' : `${verdict.kind} ${verdict.reason} ${verdict.accepted}`
}

describe("HEC's codes", () => {
  it.each([
    [200, 0, 'delivered'],
    [403, 1, 'hold token-disabled 0'],
    [401, 2, 'hold token-refused 0'],
    [401, 3, 'hold token-refused 0'],
    [403, 4, 'hold token-refused 0'],
    [400, 5, 'hold event-refused 0'],
    [400, 6, 'hold event-refused 0'],
    [400, 7, 'hold index-refused 0'],
    [500, 8, 'again server-error 0'],
    [503, 9, 'again busy 0'],
    [400, 10, 'hold channel-refused 0'],
    [400, 11, 'hold channel-refused 0'],
    [400, 12, 'hold event-refused 0'],
    [400, 13, 'hold event-refused 0'],
    [400, 14, 'hold channel-refused 0'],
    [400, 15, 'hold event-refused 0'],
    [400, 16, 'hold token-refused 0'],
    [200, 17, 'hold not-hec 0'],
    [503, 18, 'again busy 0'],
    [503, 19, 'again busy 0'],
    [503, 20, 'again busy 0'],
    [400, 21, 'hold token-refused 0'],
    [400, 22, 'hold token-disabled 0'],
    [503, 23, 'again shutting-down 0'],
    [200, 24, 'delivered'],
    [200, 25, 'delivered'],
    [429, 26, 'again busy 0'],
    [429, 27, 'again busy 0'],
    [400, 28, 'hold channel-refused 0'],
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
    expect(short(verdictOn(200, '{"text":"Success","code":6}'))).toBe('hold event-refused 0')
    expect(short(verdictOn(500, '{"text":"Success","code":4}'))).toBe('hold token-refused 0')
  })

  it.each([300, 307, 400, 401, 404, 500, 502, 503])('0 and its like are no success with a %i', status => {
    for (const code of [0, 17, 24, 25]) expect(verdictOn(status, hec(code)).kind).not.toBe('delivered')
  })

  it.each([
    [200, 99, 'delivered'],
    [202, 99, 'hold not-hec 0'],
    [200, 403, 'hold not-hec 0'],
    [200, 1_000, 'hold not-hec 0'],
    [200, -1, 'hold not-hec 0'],
    [302, 99, 'hold redirect 0'],
    [400, 99, 'hold event-refused 0'],
    [418, -1, 'hold event-refused 0'],
    [500, 99, 'again server-error 0'],
    [507, 99, 'again server-error 0'],
  ])('that nobody knows: %i with code %i is %s', (status, code, expected) => {
    expect(short(verdictOn(status, hec(code)))).toBe(expected)
  })
})

describe('a health probe', () => {
  it.each([
    [200, 17, 'delivered'],
    [503, 17, 'hold not-hec 0'],
    [503, 18, 'again busy 0'],
    [200, 403, 'hold not-hec 0'],
    [400, 21, 'hold token-refused 0'],
  ])('answered with %i and code %i is %s', (status, code, expected) => {
    const body = Buffer.from(JSON.stringify({ text: 'text', code }))
    expect(short(judgeProbe(status, readReply(body)))).toBe(expected)
  })
})

describe('invalid-event-number', () => {
  const rows: [number, number, (number | string)[]][] = [
    // HTTP status, code, then for the numbers 0, 1, 5, 9, 10, 11 how many of ten events are taken
    [400, 6, [0, 1, 5, 9, 0, 0]],
    [400, 5, [0, 1, 5, 9, 0, 0]],
    [400, 12, [0, 1, 5, 9, 0, 0]],
    [400, 13, [0, 1, 5, 9, 0, 0]],
    [400, 15, [0, 1, 5, 9, 0, 0]],
    [400, 7, [0, 0, 4, 8, 9, 0]],
    [503, 9, [0, 0, 4, 8, 9, 0]],
    [429, 26, [0, 0, 0, 0, 0, 0]],
    [500, 8, [0, 0, 0, 0, 0, 0]],
    [403, 4, [0, 0, 0, 0, 0, 0]],
    [400, 99, [0, 0, 0, 0, 0, 0]],
  ]
  it.each(rows)('of %i with code %i says how many events are taken', (status, code, taken) => {
    const accepted = [0, 1, 5, 9, 10, 11].map(number => {
      const verdict = verdictOn(status, hec(code, number))
      return verdict.kind === 'delivered' ? 'delivered' : verdict.accepted
    })
    expect(accepted).toEqual(taken)
  })

  it.each(['-1', '1.5', '"3"', 'null', '1e300', '[1]'])('that is %s says nothing', number => {
    const body = `{"text":"Invalid data format","code":6,"invalid-event-number":${number}}`
    expect(short(verdictOn(400, body))).toBe('hold event-refused 0')
  })

  it('never takes all events off a request that was refused', () => {
    const status = fc.integer({ min: 100, max: 599 })
    const code = fc.oneof(fc.integer({ min: -1, max: 30 }), fc.integer())
    fc.assert(
      fc.property(
        status,
        code,
        fc.integer(),
        fc.integer({ min: 1, max: 5_000 }),
        (status, code, number, events) => {
          const verdict = judge(status, { code, text: '', invalidEventNumber: number }, events)
          if (verdict.kind === 'delivered') return status >= 200 && status < 300
          return verdict.accepted >= 0 && verdict.accepted < events
        },
      ),
    )
  })
})

describe("an answer that is not HEC's", () => {
  const html = (status: number) => htmlReply(status).body
  it.each([
    [200, '', 'hold not-hec 0'],
    [204, '', 'hold not-hec 0'],
    [200, '<p>Please log in</p>', 'hold not-hec 0'],
    [301, '', 'hold redirect 0'],
    [302, html(302), 'hold redirect 0'],
    [307, '', 'hold redirect 0'],
    [308, '', 'hold redirect 0'],
    [400, html(400), 'hold not-hec 0'],
    [401, html(401), 'hold token-refused 0'],
    [403, html(403), 'hold token-refused 0'],
    [404, html(404), 'again not-found 0'],
    [405, '', 'again not-found 0'],
    [407, html(407), 'hold not-hec 0'],
    [408, '', 'again timeout 0'],
    [413, html(413), 'hold too-large 0'],
    [415, html(415), 'hold encoding-refused 0'],
    [418, '', 'hold not-hec 0'],
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
    expect(short(verdictOn(200, body))).toBe('hold not-hec 0')
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.uint8Array({ maxLength: 40 }), (status, bytes) => {
        expect(judge(status, readReply(bytes), EVENTS).kind).not.toBe('delivered')
      }),
    )
  })
})

describe('trouble before a whole answer', () => {
  it.each([
    ['ETIMEDOUT', 'again timeout 0'],
    ['ECONNREFUSED', 'again unreachable 0'],
    ['ECONNRESET', 'again unreachable 0'],
    ['ENOTFOUND', 'again unreachable 0'],
    ['EAI_AGAIN', 'again unreachable 0'],
    ['EPIPE', 'again unreachable 0'],
    ['ANSWER_TOO_LARGE', 'hold not-hec 0'],
    ['HPE_INVALID_CONSTANT', 'hold not-hec 0'],
    ['ERR_HTTP_CONTENT_LENGTH_MISMATCH', 'again unreachable 0'],
    ['ERR_PROXY_TUNNEL', 'again unreachable 0'],
    ['EPROTO', 'hold handshake-refused 0'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'hold handshake-refused 0'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'hold handshake-refused 0'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'hold certificate 0'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'hold certificate 0'],
    ['CERT_HAS_EXPIRED', 'hold certificate 0'],
    ['CERT_NOT_YET_VALID', 'hold certificate 0'],
    ['CERT_UNTRUSTED', 'hold certificate 0'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'hold certificate 0'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'hold certificate 0'],
    ['UNABLE_TO_GET_ISSUER_CERT', 'hold certificate 0'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'hold certificate 0'],
  ])('%s is %s', (code, expected) => {
    expect(short(judgeTrouble(code))).toBe(expected)
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
