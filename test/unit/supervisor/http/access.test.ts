import { describe, expect, it } from 'vitest'
import { challengeFor, isAllowed } from '../../../../src/supervisor/http/access.ts'

const TOKEN = 'to:ken-ü'
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

describe('whoever asks', () => {
  it.each([
    ['the bearer token', `Bearer ${TOKEN}`, true],
    ['the scheme in small letters', `bearer ${TOKEN}`, true],
    ['the password, with any user', basic(`somebody:${TOKEN}`), true],
    ['the password, without a user', basic(`:${TOKEN}`), true],
    ['nothing', undefined, false],
    ['an empty header', '', false],
    ['a scheme alone', 'Bearer', false],
    ['another token', 'Bearer other', false],
    ['one that begins so', `Bearer ${TOKEN}x`, false],
    ['the token as the user', basic(`${TOKEN}:`), false],
    ['the token without a colon', basic('token'), false],
    ['no Base64', `Basic ${TOKEN}`, false],
    ['another scheme', `Digest ${TOKEN}`, false],
  ])('with %s', (_, header, allowed) => expect(isAllowed(header, TOKEN)).toBe(allowed))

  it('may have a token that is no more than a colon', () => expect(isAllowed(basic('::'), ':')).toBe(true))

  it('is told how to come in: a browser by its dialogue, a program by the scheme', () => {
    expect(challengeFor('text/html,application/xhtml+xml,*/*;q=0.8')).toMatch(/^Basic realm="sls2splunk"/)
    expect(challengeFor('*/*')).toBe('Bearer')
    expect(challengeFor(undefined)).toBe('Bearer')
  })
})
