import { afterEach, expect, test, vi } from 'vitest'
import { parseStartPosition } from '../../../src/config/start-position.ts'

afterEach(() => vi.unstubAllEnvs())

test.each([
  ['begin', { kind: 'begin' }],
  ['end', { kind: 'end' }],
  ['2026-01-31T08:00:00+08:00', { kind: 'time', seconds: 1_769_817_600 }],
  ['2026-01-31T00:00:00Z', { kind: 'time', seconds: 1_769_817_600 }],
  ['2026-01-31T00:00:00.999z', { kind: 'time', seconds: 1_769_817_600 }],
  ['2026-01-30 19:00 -0500', { kind: 'time', seconds: 1_769_817_600 }],
  ['1970-01-01T00:00:00Z', { kind: 'time', seconds: 0 }],
])('%s is understood', (text, position) => {
  expect(parseStartPosition(text)).toEqual(position)
})

test('a time without an offset is local time', () => {
  vi.stubEnv('TZ', 'Asia/Shanghai')
  expect(parseStartPosition('2018-12-26 0:0:0')).toEqual({ kind: 'time', seconds: 1_545_753_600 })
  expect(parseStartPosition('2018-12-26T00:00')).toEqual({ kind: 'time', seconds: 1_545_753_600 })
})

test.each([
  '',
  'soon',
  'Begin',
  '2026-01-31',
  '1769817600',
  '2026-02-30 00:00:00',
  '2026-13-01 00:00:00',
  '2026-01-31 24:00:00',
  '2026-01-31 00:60:00',
  '2026-01-31 00:00:60',
  '1969-12-31T23:59:59Z',
  '2026-01-31T08:00:00 Mars',
])('%j is not', text => {
  expect(parseStartPosition(text)).toBeUndefined()
})
