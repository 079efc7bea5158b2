import { describe, expect, it } from 'vitest'
import { areaPath, axisOf, linePath } from '../../../../src/status/page/scale.js'

const FRAME = { width: 100, height: 10, top: 10 }

describe('a line', () => {
  it('goes from the left edge to the right one, and up with the value', () =>
    expect(linePath([0, 10, 5], FRAME)).toBe('M0 10L50 0L100 5'))
  it('has a gap where nothing is known', () =>
    expect(linePath([null, 5, 5, null, 0], FRAME)).toBe('M25 5L50 5M100 10'))
  it('of nothing is nothing', () => expect(linePath([], FRAME)).toBe(''))
  it('of one value is a point', () => expect(linePath([5], FRAME)).toBe('M0 5'))
})

it('an area is closed for each run of known values', () =>
  expect(areaPath([5, 5, null, 10, 10], FRAME)).toBe('M0 10L0 5L25 5L25 10ZM75 10L75 0L100 0L100 10Z'))

describe('an axis', () => {
  const SECONDS = [
    { size: 60, name: 'min', from: 120 },
    { size: 1, name: 's', from: 0 },
  ]
  it.each([
    [0, 1, ['0', '0.5', '1 s']],
    [0.9, 1, ['0', '0.5', '1 s']],
    [7.61, 8, ['0', '4', '8 s']],
    [8.1, 10, ['0', '5', '10 s']],
    [119, 200, ['0', '100', '200 s']],
    [372, 480, ['0', '4', '8 min']],
  ])('for %s reaches to %s', (largest, top, labels) => {
    const axis = axisOf(largest, SECONDS)
    expect(axis.top).toBeCloseTo(top)
    expect(axis.labels).toEqual(labels)
  })

  it('has room for its largest value, whatever it is', () => {
    for (let largest = 0.001; largest < 1e9; largest *= 1.17)
      expect(axisOf(largest, SECONDS).top).toBeGreaterThanOrEqual(largest * 0.999_999)
  })
})
