import { describe, expect, it } from 'vitest'
import { afterWarmUp, minuteMeans, percentile, slopeOf } from '../../soak/figures.ts'

const line = (length: number, slope: number) => Array.from({ length }, (_, x) => ({ x, y: 100 + slope * x }))

describe('the figures of a soak', () => {
  it('find the slope of a line, also of one that wavers', () => {
    expect(slopeOf(line(10, 3))).toBeCloseTo(3)
    expect(slopeOf(line(10, -0.5))).toBeCloseTo(-0.5)
    const wavering = line(100, 2).map(({ x, y }) => ({ x, y: y + (x % 2 === 0 ? 5 : -5) }))
    expect(slopeOf(wavering)).toBeCloseTo(2, 1)
  })

  it('find no slope where there is too little to tell', () => {
    expect(slopeOf([])).toBe(0)
    expect(slopeOf([{ x: 1, y: 5 }])).toBe(0)
  })

  it('take percentiles of values in any order', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i)
    expect([50, 99, 100].map(percent => percentile(values, percent))).toEqual([100, 198, 200])
    expect(percentile([], 99)).toBe(0)
  })

  it('take the mean of each minute', () => {
    const points = [0.5, 0.9, 1.6, 3.7].map((x, i) => ({ x, y: 10 * i }))
    expect(minuteMeans(points)).toEqual([5, 20, 30])
  })

  it('leave out the warm-up, and of a short run its first quarter', () => {
    expect(afterWarmUp(line(31, 1), 2).map(({ x }) => x)[0]).toBe(2)
    expect(afterWarmUp(line(5, 1), 2).map(({ x }) => x)).toEqual([1, 2, 3, 4])
    expect(afterWarmUp([], 2)).toEqual([])
  })
})
