import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Concurrency, createConcurrency } from '../../../src/splunk/concurrency.ts'

/** Rounds in which as many requests as are allowed succeed, one second each; answers with the limit after each. */
function rounds(concurrency: Concurrency, count: number, fromMs = 0): number[] {
  return Array.from({ length: count }, (_, round) => {
    const requests = concurrency.limit()
    for (let i = 0; i < requests; i++) concurrency.succeeded(fromMs + round * 1_000, 20)
    return concurrency.limit()
  })
}

describe('how many requests an endpoint gets at once', () => {
  it('begins with what it is told, or with the most there may be', () => {
    expect([createConcurrency(4, 8).limit(), createConcurrency(4, 2).limit()]).toEqual([4, 2])
  })

  it('is about one more after each round of successes, up to the most', () => {
    expect(rounds(createConcurrency(1, 4), 6)).toEqual([2, 2, 3, 4, 4, 4])
  })

  it('is half as many after a failure, once for all that were under way together', () => {
    const concurrency = createConcurrency(8, 8)
    for (let i = 0; i < 8; i++) concurrency.failed(0, 100 + i)
    expect(concurrency.limit()).toBe(4)
    concurrency.failed(150, 200)
    expect(concurrency.limit()).toBe(2)
  })

  it('is a little less when Splunk warns, and that once for a round, too', () => {
    const concurrency = createConcurrency(10, 10)
    for (let i = 0; i < 10; i++) concurrency.warned(0, 100)
    expect(concurrency.limit()).toBe(9)
  })

  it('is less when answers take much longer than usual, and not for a few milliseconds', () => {
    const concurrency = createConcurrency(8, 8)
    for (let at = 0; at < 50; at++) concurrency.succeeded(at * 1_000, 10 + (at % 5))
    concurrency.succeeded(50_000, 40)
    expect(concurrency.limit()).toBe(8)
    concurrency.succeeded(51_000, 900)
    expect(concurrency.limit()).toBe(7)
  })

  it('takes a new usual for usual after a while', () => {
    const concurrency = createConcurrency(8, 8)
    for (let at = 0; at < 20; at++) concurrency.succeeded(at * 10_000, 10)
    for (let at = 20; at < 120; at++) concurrency.succeeded(at * 10_000, 800)
    expect(concurrency.limit()).toBe(8)
  })

  it('is at full speed again soon after a failure', () => {
    const concurrency = createConcurrency(8, 8)
    for (let at = 0; at < 10; at++) concurrency.failed(at * 1_000, at * 1_000 + 1)
    expect(concurrency.limit()).toBe(1)
    expect(rounds(concurrency, 10, 20_000).at(-1)).toBe(8)
  })

  it('is never less than one nor more than the most, whatever happens', () => {
    const step = fc.record({
      kind: fc.constantFrom('succeeded', 'failed', 'warned'),
      afterMs: fc.nat({ max: 2_000 }),
      durationMs: fc.nat({ max: 60_000 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 16 }), (steps, max) => {
        const concurrency = createConcurrency(4, max)
        let nowMs = 0
        for (const { kind, afterMs, durationMs } of steps) {
          nowMs += afterMs
          if (kind === 'succeeded') concurrency.succeeded(nowMs, durationMs)
          else if (kind === 'failed') concurrency.failed(nowMs, nowMs + durationMs)
          else concurrency.warned(nowMs, nowMs + durationMs)
          expect(concurrency.limit()).toBeGreaterThanOrEqual(1)
          expect(concurrency.limit()).toBeLessThanOrEqual(max)
          expect(Number.isInteger(concurrency.limit())).toBe(true)
        }
      }),
    )
  })
})
