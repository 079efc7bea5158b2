import { describe, expect, test } from 'vitest'
import { formatBytes, formatDuration, parseDurationMs, parseSizeBytes } from '../../../src/base/units.ts'

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['20s', 20_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    [' 20 s ', 20_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
  })

  test.each(['', '20', 's', '-1s', '1S', '1MiB', '1s2s', '1e3s', '.5s', '1.s'])('%j is none', text => {
    expect(parseDurationMs(text)).toBeUndefined()
  })
})

describe('a size', () => {
  test.each([
    ['10B', 10],
    ['512KiB', 524_288],
    ['1MiB', 1_048_576],
    ['1.5MiB', 1_572_864],
    ['2GiB', 2_147_483_648],
    ['1KB', 1_000],
    ['2MB', 2_000_000],
    ['1GB', 1_000_000_000],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes)
  })

  test.each(['', '1024', '1mib', '1M', '-1MiB', '1 000B', '5m'])('%j is none', text => {
    expect(parseSizeBytes(text)).toBeUndefined()
  })
})

test.each([
  [0, '0s'],
  [0.4, '0s'],
  [850, '850ms'],
  [999.6, '1s'],
  [12_400, '12s'],
  [59_600, '1m 0s'],
  [185_000, '3m 5s'],
  [7_800_000, '2h 10m'],
  [172_799_000, '47h 59m'],
  [442_800_000, '5d 3h'],
])('%d ms are shown as %s', (ms, shown) => {
  expect(formatDuration(ms)).toBe(shown)
})

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1 KiB'],
  [3_355_443, '3.2 MiB'],
  [1_073_741_824, '1 GiB'],
  [2 ** 51, '2048 TiB'],
])('%d bytes are shown as %s', (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown)
})
