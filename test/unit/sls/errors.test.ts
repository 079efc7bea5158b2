import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  actionOf,
  BAD_RESPONSE,
  describeFailure,
  failureOf,
  remedyOf,
  type SlsAction,
} from '../../../src/sls/errors.ts'

/** Action, HTTP status as documented, codes. */
const CODES: [SlsAction, number, string[]][] = [
  ['retry', 500, ['InternalServerError', 'RequestTimeout', 'ServerBusy']],
  [
    'throttled',
    403,
    ['ReadQuotaExceed', 'ShardReadQuotaExceed', 'WriteQuotaExceed', 'ShardWriteQuotaExceed'],
  ],
  ['throttled', 403, ['MetaOperationQpsLimitExceeded']],
  ['clock', 400, ['RequestTimeExpired', 'RequestTimeTooSkewed']],
  [
    'credentials',
    401,
    ['Unauthorized', 'InvalidAccessKeyId', 'SecurityTokenExpired', 'SecurityToken.Expired'],
  ],
  ['setup', 401, ['SignatureNotMatch']],
  ['setup', 404, ['ProjectNotExist', 'ProjectNotExists', 'LogStoreNotExist', 'LogStoreWithoutShard']],
  ['setup', 403, ['ProjectForbidden', 'ConsumerGroupQuotaExceed']],
  ['cursor', 400, ['InvalidCursor']],
  ['shard-gone', 400, ['ShardNotExist']],
  ['group-gone', 404, ['ConsumerGroupNotExist']],
  ['unregistered', 400, ['NotExistConsumerWithBody', 'ConsumerNotExist']],
  ['not-owner', 400, ['ConsumerNotMatch']],
  ['protocol', 400, ['InvalidRequestTime', 'MissingDate', 'InvalidDateFormat', 'MissingAPIVersion']],
  [
    'protocol',
    400,
    ['InvalidAPIVersion', 'MissAccessKeyId', 'MissingSignatureMethod', 'InvalidSignatureMethod'],
  ],
  [
    'protocol',
    400,
    ['MissingContentType', 'MissingBodyRawSize', 'InvalidBodyRawSize', 'InvalidCompressType'],
  ],
  ['protocol', 400, ['MissingHost', 'InvalidHost', 'PostBodyInvalid', 'ParameterInvalid', 'JsonInfoInvalid']],
  ['protocol', 400, ['InvalidShardCheckPoint', 'ConsumerGroupAlreadyExist']],
  ['protocol', 411, ['MissingContentLength']],
  ['protocol', 415, ['InvalidContentType']],
  ['protocol', 405, ['InvalidMethod']],
  ['protocol', 413, ['PostBodyTooLarge']],
]

describe('an error code', () => {
  const rows = CODES.flatMap(([action, status, codes]) => codes.map(code => [code, status, action] as const))
  it.each(rows)('%s (%i) means %s, whatever the status', (code, status, action) => {
    for (const any of [status, 400, 401, 403, 404, 500, 503]) expect(actionOf(code, any)).toBe(action)
  })

  it.each([
    ['Whatever', 400, 'protocol'],
    ['Whatever', 404, 'protocol'],
    ['Whatever', 401, 'credentials'],
    ['Whatever', 403, 'setup'],
    ['ProjectReadQuotaExceed', 403, 'throttled'],
    ['SomeQpsLimit', 403, 'throttled'],
    ['Whatever', 429, 'throttled'],
    ['Whatever', 500, 'retry'],
    ['Whatever', 503, 'retry'],
    ['ECONNRESET', 0, 'retry'],
    ['ETIMEDOUT', 0, 'retry'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 0, 'retry'],
    [BAD_RESPONSE, 200, 'retry'],
    [BAD_RESPONSE, 302, 'retry'],
    [BAD_RESPONSE, 400, 'retry'],
    [BAD_RESPONSE, 401, 'credentials'],
    [BAD_RESPONSE, 403, 'retry'],
    [BAD_RESPONSE, 404, 'retry'],
    [BAD_RESPONSE, 429, 'throttled'],
    [BAD_RESPONSE, 502, 'retry'],
    ['constructor', 400, 'protocol'],
    ['toString', 500, 'retry'],
    ['__proto__', 400, 'protocol'],
  ] as const)('that nobody knows, %s with %i, means %s', (code, status, action) => {
    expect(actionOf(code, status)).toBe(action)
  })
})

describe('a remedy', () => {
  it('is there for every code, and tells different things apart', () => {
    const remedies = CODES.flatMap(([, status, codes]) =>
      codes.map(code => remedyOf(failureOf(code, status, ''))),
    )
    expect(remedies.every(remedy => remedy.length > 10)).toBe(true)
    expect(new Set(remedies).size).toBeGreaterThan(14)
  })

  it.each([
    ['SignatureNotMatch', 401, /access_key_secret/],
    ['Unauthorized', 401, /RAM policy/],
    ['NoCredentials', 401, /credential chain/],
    ['ProjectNotExist', 404, /project/],
    ['ENOTFOUND', 0, /DNS/],
    ['EAI_AGAIN', 0, /DNS/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 0, /ca_file/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 0, /another host/],
    [BAD_RESPONSE, 403, /answers in its place/],
    ['constructor', 400, /report it/],
  ])('for %s (%i) says what to do', (code, status, words) => {
    expect(remedyOf(failureOf(code, status, ''))).toMatch(words)
  })

  it('is a sentence, whatever code a server makes up', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 599 }), (code, status) => {
        expect(remedyOf(failureOf(code, status, 'text'))).toMatch(/^[a-z]/)
      }),
    )
  })
})

describe('a failure in words', () => {
  it('says what was answered, and under which request id', () => {
    expect(describeFailure(failureOf('ServerBusy', 503, 'try later', 'A1'))).toBe(
      '503 ServerBusy: try later (request A1)',
    )
  })

  it('has no status where nobody answered', () => {
    expect(describeFailure(failureOf('ECONNREFUSED', 0, 'connect'))).toBe('ECONNREFUSED: connect')
  })
})
