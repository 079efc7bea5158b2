import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBefore } from '../../../../src/sls/cursor.ts'
import { createKnownPositions } from '../../../../src/worker/shard/known-positions.ts'

const cursor = (position: bigint | string) => Buffer.from(String(position)).toString('base64')

describe('one cursor before another', () => {
  it.each([
    ['1', '2', true],
    ['2', '1', false],
    ['2', '2', false],
    ['9', '10', true],
    ['1447329401102130904', '1447329401102130905', true],
    ['1447329401102130905', '1447329401102130904', false],
    ['9007199254740993', '9007199254740992', false],
    [' 1 ', '2', true],
  ])('%s before %s: %s', (a, b, before) => {
    expect(isBefore(cursor(a), cursor(b))).toBe(before)
  })

  it.each(['', 'begin', '-1', '1.5', '0x10', '1e3', '１'])('is not known of %j, which is no number', text => {
    expect([isBefore(cursor(text), cursor('5')), isBefore(cursor('0'), cursor(text))]).toEqual([false, false])
  })

  it('does not need the padding', () => {
    expect(isBefore(cursor('1000').replaceAll('=', ''), cursor('1001'))).toBe(true)
  })
})

describe('known positions', () => {
  it('are the latest of each shard, in whichever order they come', () => {
    const learned = fc.array(fc.tuple(fc.nat(3), fc.bigInt({ min: 0n, max: 2n ** 63n })))
    fc.assert(
      fc.property(learned, pairs => {
        const positions = createKnownPositions()
        for (const [shard, position] of pairs) positions.learn(shard, cursor(position))
        for (const shard of [0, 1, 2, 3, 4]) {
          const own = pairs.filter(([each]) => each === shard).map(([, position]) => position)
          const latest = own.reduce((a, b) => (a > b ? a : b), -1n)
          expect(positions.of(shard)).toBe(own.length === 0 ? undefined : cursor(latest))
        }
      }),
    )
  })
})
