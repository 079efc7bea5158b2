import { describe, expect, it } from 'vitest'
import { createRate } from '../../../../src/supervisor/state/rate.ts'

/** Adds `amount` once a second from `fromMs` on, `times` times. */
function feed(rate: ReturnType<typeof createRate>, amount: number, { fromMs = 0, times = 1 } = {}): number {
  for (let i = 0; i < times; i++) rate.add(amount, fromMs + i * 1_000)
  return fromMs + (times - 1) * 1_000
}

describe('a rate', () => {
  it('is 0 before anything has come', () => {
    expect(createRate().perSecond(1_000)).toBe(0)
  })

  it('is right from the first second on: what came before there was anything does not count', () => {
    const rate = createRate()
    for (const seconds of [1, 2, 5, 9]) {
      const last = feed(createRate(), 2_000_000, { times: seconds })
      expect(last).toBe((seconds - 1) * 1_000)
    }
    for (let second = 0; second < 30; second++) {
      rate.add(2_000_000, second * 1_000)
      expect(rate.perSecond(second * 1_000)).toBe(2_000_000)
    }
  })

  it('is the average of the last ten seconds', () => {
    const rate = createRate()
    feed(rate, 1_000, { times: 20 })
    const last = feed(rate, 3_000, { fromMs: 20_000, times: 5 })
    expect(rate.perSecond(last)).toBe(2_000)
  })

  it('falls to 0 when nothing comes any more', () => {
    const rate = createRate()
    const last = feed(rate, 1_000, { times: 10 })
    expect(rate.perSecond(last + 5_000)).toBe(500)
    expect(rate.perSecond(last + 10_000)).toBe(0)
  })

  it('counts several amounts of one moment together', () => {
    const rate = createRate()
    for (const amount of [1, 2, 3]) rate.add(amount, 500)
    expect(rate.perSecond(500)).toBe(6)
  })

  it('after a pause is again an average over the window, the pause in it', () => {
    const rate = createRate()
    feed(rate, 1_000, { times: 10 })
    rate.add(1_000, 100_000)
    expect(rate.perSecond(100_000)).toBe(100)
  })

  it('can have a window of any length', () => {
    const rate = createRate(2_000)
    feed(rate, 10, { times: 10 })
    expect(rate.perSecond(9_000)).toBe(10)
    expect(rate.perSecond(10_000)).toBe(5)
  })
})
