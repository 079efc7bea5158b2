import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, nearestName, suggestion } from '../../../src/config/nearest.ts'

describe('the edit distance', () => {
  test.each([
    ['token', 'token', 0],
    ['tokn', 'token', 1],
    ['tokeen', 'token', 1],
    ['tiken', 'token', 1],
    ['toekn', 'token', 1],
    ['', 'abc', 3],
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
  ])('from %j to %j is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
  })

  test('is the same both ways and never more than the longer text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})

test.each([
  ['endpont', 'endpoint'],
  ['acces_key_secert', 'access_key_secret'],
  ['urls', 'url'],
  ['uri', 'url'],
  ['xyz', undefined],
  ['banana', undefined],
])('%s is nearest to %s', (name, nearest) => {
  expect(nearestName(name, ['access_key_id', 'access_key_secret', 'endpoint', 'url'])).toBe(nearest)
})

test('what resembles nothing is answered with all that is known', () => {
  expect(suggestion('banana', ['url', 'token'])).toBe('; known here: url, token')
})
