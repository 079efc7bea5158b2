import { describe, expect, it } from 'vitest'
import {
  latency,
  megabytes,
  percent,
  ranges,
  shardNames,
  span,
  whole,
} from '../../../../src/status/page/format.js'

describe('a span of time', () => {
  it.each([
    [0, '0.0 s'],
    [-0.4, '0.0 s'],
    [1.44, '1.4 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [119.4, '119 s'],
    [119.6, '2.0 min'],
    [594, '9.9 min'],
    [600, '10 min'],
    [7_169, '119 min'],
    [7_200, '2.0 h'],
    [172_799, '48 h'],
    [172_800, '2.0 d'],
    [31_536_000, '365 d'],
  ])('of %s seconds is %s', (seconds, text) => expect(span(seconds)).toBe(text))
})

describe('a list of shards', () => {
  it.each([
    [[], ''],
    [[3], 'shard 3'],
    [[4, 3], 'shards 3, 4'],
    [[0, 1, 2, 3, 7], 'shards 0–3, 7'],
    [[10, 9, 2], 'shards 2, 9, 10'],
  ])('%j is "%s"', (shards, text) => expect(shardNames(shards)).toBe(text))

  it('leaves the list as it was', () => {
    const shards = [2, 1]
    ranges(shards)
    expect(shards).toEqual([2, 1])
  })
})

it.each([
  [megabytes(1_954_321), '1.95'],
  [megabytes(0), '0.00'],
  [percent(0.1844), '18.4 %'],
  [whole(1_234_567.4), '1,234,567'],
  [latency(0.0214), '21 ms'],
  [latency(1.84), '1.8 s'],
])('%s', (text, expected) => expect(text).toBe(expected))
