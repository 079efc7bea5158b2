import { describe, expect, it } from 'vitest'
import {
  answersOf,
  costText,
  lagOf,
  outlookOf,
  placeOf,
  seriesText,
  shareOfTarget,
} from '../../../../src/status/page/view.js'
import { empty, healthy } from '../../../support/status-documents.ts'

const TARGET = { bytes_per_second: 2_000_000, cpu_ratio: 0.2 }

describe('the share of the target’s CPU', () => {
  it.each([
    ['just the target', 2e6, 0.2, true, 1],
    ['half of it, at half the speed', 1e6, 0.05, true, 0.5],
    ['twice as much', 2e6, 0.4, false, 2],
    ['idle', 0, 0.01, null, undefined],
    ['idle, with a byte now and then', 3, 0.01, null, undefined],
  ])('%s', (_, throughput_bytes_per_second, cpu_ratio, target_met, share) => {
    const consumer = { throughput_bytes_per_second, cpu_ratio, target_met }
    expect(shareOfTarget(consumer, TARGET)).toEqual(share === undefined ? undefined : expect.closeTo(share))
  })
})

describe('the outlook of a shard', () => {
  it.each([
    [null, null, '–', 'idle'],
    [720, null, 'in 12 min', 'warn'],
    [720, 5_400, 'logs expire in 90 min', 'bad'],
  ])('%s, %s', (catchUp, overrun, text, tone) =>
    expect(outlookOf({ catch_up_seconds: catchUp, retention_overrun_seconds: overrun })).toEqual({
      text,
      tone,
    }),
  )
})

it.each([
  [null, '–', 'idle'],
  [1.2, '1.2 s', 'ok'],
  [60, '60 s', 'warn'],
])('a lag of %s', (lag_seconds, text, tone) => expect(lagOf({ lag_seconds })).toEqual({ text, tone }))

it('answers are named, the most frequent first', () => {
  const answers = { '9': 3, '0': 48_211, http_502: 1, ECONNREFUSED: 2, '99': 1 }
  expect(answersOf({ answers }).map(({ name, count, isGood }) => [name, count, isGood])).toEqual([
    ['0 accepted', 48_211, true],
    ['9 server is busy', 3, false],
    ['ECONNREFUSED', 2, false],
    ['99', 1, false],
    ['HTTP 502', 1, false],
  ])
})

it('says what a megabyte costs, and that an idle service costs none', () => {
  expect(costText(healthy())).toMatch(/^\d\.\d % for each MB\/s; target 10\.0 %$/)
  expect(costText(empty())).toBe('idle; target 10.0 % for each MB/s')
})

it('places leave out what is not known', () =>
  expect(placeOf(['logs', '', undefined, 'splunk:8088'])).toBe('logs, splunk:8088'))

describe('a chart in words', () => {
  const quantity = { name: 'Lag', format: (value: number) => `${value} s`, units: [] }
  it.each([
    [[1, null, 3], 'Lag of the last 15 s: between 1 s and 3 s, now 3 s'],
    [[1, 3, null], 'Lag of the last 15 s: between 1 s and 3 s, now unknown'],
    [[null], 'Lag: nothing measured yet'],
    [[], 'Lag: nothing measured yet'],
  ])('%j', (values, text) => expect(seriesText({ values, intervalSeconds: 5 }, quantity)).toBe(text))
})
