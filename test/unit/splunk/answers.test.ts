import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANSWERS, htmlReply } from '../../../src/simulator/hec/answers.ts'
import {
  judge,
  judgeProbe,
  judgeTrouble,
  readAcks,
  readReply,
  retryAfterMs,
  type Verdict,
} from '../../../src/splunk/answers.ts'

const EVENTS = 10
const SENT = { events: EVENTS, bytes: 5_000, gzip: true }
const PLAIN = { ...SENT, gzip: false }

/** What is answered to a request of ten events. */
const verdictOn = (status: number, body: string, sent = SENT) =>
  judge(status, readReply(Buffer.from(body)), sent)

const hec = (code: number, number?: number) =>
  JSON.stringify({ text: 'any text', code, 'invalid-event-number': number })

/** `delivered`, or kind and reason, and how many events of the front are Splunk's where an answer can say so. */
function short(verdict: Verdict): string {
  if (verdict.kind === 'delivered') return verdict.nearlyFull ? 'delivered, nearly full' : 'delivered'
  const { kind, reason } = verdict
  if (kind === 'again') return `again ${reason} ${verdict.accepted}`
  if (kind === 'refused') return `refused ${reason} ${verdict.at}`
  if (kind === 'divide') return `divide ${reason}${verdict.sure ? '' : ', perhaps'}`
  if (kind === 'uncompressed') return `uncompressed ${reason}${verdict.always ? ', always' : ''}`
  return `hold ${reason}`
}

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

describe('a health probe', () => {
  it.each([
    [200, 17, 'delivered'],
    [503, 17, 'hold not-hec'],
    [503, 18, 'again busy 0'],
    [200, 403, 'hold not-hec'],
    [400, 21, 'hold token-refused'],
  ])('answered with %i and code %i is %s', (status, code, expected) => {
    const body = Buffer.from(JSON.stringify({ text: 'text', code }))
    expect(short(judgeProbe(status, readReply(body)))).toBe(expected)
  })
})

describe('invalid-event-number', () => {
  // HTTP status, code, then for the numbers 0, 1, 5, 9, 10, 11 what is said of ten events
  const one = (reason: string, at: readonly (number | undefined)[]) =>
    at.map(number => (number === undefined ? `divide ${reason}` : `refused ${reason} ${number}`))
  const no = undefined
  const rows: [number, number, string[]][] = [
    [400, 6, one('event-refused', [0, 1, 5, 9, no, no])],
    [400, 5, Array(6).fill('divide event-refused')],
    [400, 12, one('event-refused', [0, 1, 5, 9, no, no])],
    [400, 13, one('event-refused', [0, 1, 5, 9, no, no])],
    [400, 15, one('event-refused', [0, 1, 5, 9, no, no])],
    [400, 7, one('index-refused', [no, 0, 4, 8, 9, no])],
    [503, 9, [0, 0, 4, 8, 9, 0].map(accepted => `again busy ${accepted}`)],
    [429, 26, Array(6).fill('again busy 0')],
    [500, 8, Array(6).fill('again server-error 0')],
    [403, 4, Array(6).fill('hold token-refused')],
    [400, 99, Array(6).fill('divide event-refused, perhaps')],
  ]
  it.each(rows)(
    'of %i with code %i says which event is meant, or how many are taken',
    (status, code, said) => {
      expect([0, 1, 5, 9, 10, 11].map(number => short(verdictOn(status, hec(code, number))))).toEqual(said)
    },
  )

  it('says nothing where the request is longer than an event may be', () => {
    const sent = { ...SENT, bytes: 6 * 1024 * 1024 }
    expect(short(verdictOn(400, hec(6, 0), sent))).toBe('divide event-refused')
    expect(short(verdictOn(400, hec(6, 1), sent))).toBe('refused event-refused 1')
    expect(short(verdictOn(400, hec(6, 0), { ...sent, events: 1 }))).toBe('refused event-refused 0')
  })

  it.each(['-1', '1.5', '"3"', 'null', '1e300', '[1]'])('that is %s says nothing', number => {
    const body = `{"text":"Invalid data format","code":6,"invalid-event-number":${number}}`
    expect(short(verdictOn(400, body))).toBe('divide event-refused')
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
          const reply = { code, text: '', invalidEventNumber: number }
          const verdict = judge(status, reply, { ...SENT, events })
          if (verdict.kind === 'delivered') return status === 200
          const taken =
            verdict.kind === 'again' ? verdict.accepted : verdict.kind === 'refused' ? verdict.at : 0
          return taken >= 0 && taken < events
        },
      ),
    )
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
        expect(judge(status, readReply(bytes), SENT).kind).not.toBe('delivered')
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
    ['ANSWER_TOO_LARGE', 'hold not-hec'],
    ['HPE_INVALID_CONSTANT', 'hold not-hec'],
    ['ERR_HTTP_CONTENT_LENGTH_MISMATCH', 'again unreachable 0'],
    ['ERR_PROXY_TUNNEL', 'again unreachable 0'],
    ['EPROTO', 'hold handshake-refused'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'hold handshake-refused'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'hold handshake-refused'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'hold certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'hold certificate'],
    ['CERT_HAS_EXPIRED', 'hold certificate'],
    ['CERT_NOT_YET_VALID', 'hold certificate'],
    ['CERT_UNTRUSTED', 'hold certificate'],
    ['INVALID_CA', 'hold certificate'],
    ['INVALID_PURPOSE', 'hold certificate'],
    ['ERROR_IN_CERT_NOT_AFTER_FIELD', 'hold certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'hold certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'hold certificate'],
    ['UNABLE_TO_GET_ISSUER_CERT', 'hold certificate'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'hold certificate'],
  ])('%s is %s', (code, expected) => {
    expect(short(judgeTrouble(code))).toBe(expected)
  })
})

describe('acknowledgement', () => {
  const reply = (body: string) => readReply(Buffer.from(body))

  it.each(['ackId', 'ackID'])('has an id, spelled %s', key => {
    expect(reply(`{"text":"Success","code":0,"${key}":7}`)).toMatchObject({ ackId: 7 })
    expect(judge(200, { text: '', code: 0, ackId: 7 }, SENT)).toMatchObject({ kind: 'delivered', ackId: 7 })
  })

  it('has one for what was taken before a refused event, too', () => {
    const verdict = judge(400, { text: '', code: 6, invalidEventNumber: 3, ackId: 0 }, SENT)
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
