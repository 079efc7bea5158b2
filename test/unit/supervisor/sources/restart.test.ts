import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIRST_RUN, nextRestart } from '../../../../src/supervisor/sources/restart.ts'

const RANGE = { minMs: 1_000, maxMs: 60_000 }
const longest = () => 1
const shortest = () => 0

/** The longest and the shortest wait after each of several runs that lasted so long. */
function waits(lastedMs: readonly number[]): (readonly [shortest: number, longest: number])[] {
  let history = FIRST_RUN
  return lastedMs.map(lasted => {
    const [short, long] = [
      nextRestart(history, lasted, RANGE, shortest),
      nextRestart(history, lasted, RANGE, longest),
    ]
    expect(short.history).toEqual(long.history)
    history = long.history
    return [short.afterMs, long.afterMs]
  })
}

describe('the wait before a worker starts again', () => {
  it.each([
    ['the first failure', [0], [1_000]],
    [
      'failures in a row',
      [0, 0, 0, 0, 0, 0, 0, 0],
      [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
    ],
    ['runs that last, but not long enough', [60_000, 60_000, 60_000], [1_000, 2_000, 4_000]],
    [
      'a run longer than the longest wait, which heals',
      [0, 0, 0, 60_001, 0],
      [1_000, 2_000, 4_000, 1_000, 2_000],
    ],
    ['runs that all last long', [3_600_000, 3_600_000], [1_000, 1_000]],
  ])('after %s', (_, lasted, expected) => {
    expect(waits(lasted)).toEqual(expected.map(long => [500, long]))
  })

  it('is never longer than the file allows, nor less than half of the least', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(120_000), { maxLength: 50 }), lasted => {
        for (const [short, long] of waits(lasted)) {
          expect(short).toBe(500)
          expect(long).toBeLessThanOrEqual(60_000)
        }
      }),
    )
  })

  it('does not grow without end where the least and the longest wait are the same', () => {
    const range = { minMs: 5_000, maxMs: 5_000 }
    expect(nextRestart({ failures: 10_000 }, 0, range, longest).afterMs).toBe(5_000)
  })
})
