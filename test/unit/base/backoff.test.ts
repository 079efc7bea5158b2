import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../../src/base/backoff.ts'

const RANGE = { minMs: 1_000, maxMs: 60_000 }

describe('back-off', () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
    [2, 4_000],
    [5, 32_000],
    [6, 60_000],
    [100, 60_000],
    [1e9, 60_000],
  ])('of attempt %d waits up to %d ms', (attempt, longest) => {
    expect(backoffMs(attempt, RANGE, () => 1)).toBe(longest)
    expect(backoffMs(attempt, RANGE, () => 0)).toBe(500)
    expect(backoffMs(attempt, RANGE, () => 0.5)).toBe((500 + longest) / 2)
  })

  it('never waits shorter than half the least nor longer than the most', () => {
    const ranges = fc
      .tuple(fc.integer({ min: 1, max: 10_000 }), fc.nat(3_600_000))
      .map(([minMs, more]) => ({ minMs, maxMs: minMs + more }))
    fc.assert(
      fc.property(fc.nat(), ranges, (attempt, range) => {
        const ms = backoffMs(attempt, range)
        expect(ms).toBeGreaterThanOrEqual(Math.floor(range.minMs / 2))
        expect(ms).toBeLessThanOrEqual(range.maxMs)
      }),
    )
  })

  it('does not let a thousand failures at once come back at once', () => {
    const waits = Array.from({ length: 1_000 }, () => backoffMs(6, RANGE))
    expect(new Set(waits).size).toBeGreaterThan(900)
  })
})
