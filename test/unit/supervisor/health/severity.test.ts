import { describe, expect, it } from 'vitest'
import { actionOf } from '../../../../src/sls/errors.ts'
import { describe as words } from '../../../../src/splunk/reasons.ts'
import { isHold, needsPerson } from '../../../../src/supervisor/health/severity.ts'

describe('what is wrong', () => {
  it.each([
    ['sls-Unauthorized', true],
    ['sls-LogStoreNotExist', true],
    ['sls-ReadQuotaExceed', false],
    ['sls-ECONNREFUSED', false],
    ['sls-BadResponse', false],
    ['splunk-token-refused', true],
    ['splunk-index-refused', true],
    ['splunk-certificate', true],
    ['splunk-busy', false],
    ['splunk-unreachable', false],
    ['dead-letters-full', true],
    ['shard-disputed', true],
    ['internal-error', true],
    ['consumer-down', false],
    ['behind', false],
  ])('%s waits for a person: %s', (code, expected) => {
    expect(needsPerson(code)).toBe(expected)
  })

  it.each([
    ['splunk-token-refused', true],
    ['dead-letters-full', true],
    ['splunk-busy', false],
    ['sls-Unauthorized', false],
  ])('%s holds shards: %s', (code, expected) => {
    expect(isHold(code)).toBe(expected)
  })

  it('agrees with what workers do about codes of Log Service', () => {
    const lasting = ['credentials', 'setup']
    for (const code of [
      'Unauthorized',
      'InvalidAccessKeyId',
      'SignatureNotMatch',
      'ProjectNotExist',
      'InternalServerError',
      'ServerBusy',
      'ReadQuotaExceed',
      'RequestTimeExpired',
      'ConsumerGroupQuotaExceed',
    ])
      expect([code, needsPerson(`sls-${code}`)]).toEqual([code, lasting.includes(actionOf(code, 0))])
  })

  it('has words for what it knows of Splunk', () => {
    expect(words('token-refused', '', '').remedy).not.toBe('')
  })
})
