import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, judgeProbe, judgeUnanswered } from '../../../src/splunk/judge.ts'
import { readReply } from '../../../src/splunk/reply.ts'
import { ASKED, hec, short, verdictOn } from './verdicts.ts'

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
    const asked = { ...ASKED, rawBytes: 6 * 1024 * 1024 }
    expect(short(verdictOn(400, hec(6, 0), asked))).toBe('divide event-refused')
    expect(short(verdictOn(400, hec(6, 1), asked))).toBe('refused event-refused 1')
    expect(short(verdictOn(400, hec(6, 0), { ...asked, events: 1 }))).toBe('refused event-refused 0')
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
          const verdict = judge(status, reply, { ...ASKED, events })
          if (verdict.kind === 'delivered') return status === 200
          const taken =
            verdict.kind === 'again' ? verdict.accepted : verdict.kind === 'refused' ? verdict.at : 0
          return taken >= 0 && taken < events
        },
      ),
    )
  })
})

describe('a request without a whole answer', () => {
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
    expect(short(judgeUnanswered(code))).toBe(expected)
  })
})
