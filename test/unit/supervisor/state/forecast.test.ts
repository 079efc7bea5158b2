import { describe, expect, it } from 'vitest'
import { forecastOf } from '../../../../src/supervisor/state/forecast.ts'

/** A lag every five seconds. */
const lags = (...seconds: number[]) => seconds.map((lagSeconds, i) => ({ atMs: i * 5_000, lagSeconds }))
const DAY = 86_400

describe('the forecast of a lag', () => {
  it.each([
    ['nothing is known', lags(), DAY, undefined],
    ['it was not looked at for long enough', lags(600, 590, 580), DAY, undefined],
    ['it is as good as caught up', lags(9, 8, 7, 6, 5), DAY, undefined],
    ['it becomes less', lags(120, 110, 100, 90, 80), DAY, { growth: -2, catchUpSeconds: 40 }],
    ['it grows', lags(100, 105, 110, 115, 120), DAY, { growth: 1, retentionOverrunSeconds: DAY - 120 }],
    ['it grows slowly', lags(100, 101, 102, 103, 104), 204, { growth: 0.2, retentionOverrunSeconds: 500 }],
    [
      'it is beyond what is kept',
      lags(300, 310, 320, 330, 340),
      200,
      { growth: 2, retentionOverrunSeconds: 0 },
    ],
    [
      'it grows and nobody knows how long logs are kept',
      lags(100, 105, 110, 115, 120),
      undefined,
      { growth: 1 },
    ],
    ['it stays', lags(100, 100, 100, 100, 100), DAY, { growth: 0 }],
  ])('%s', (_, samples, retention, expected) => {
    expect(forecastOf(samples, retention)).toEqual(expected)
  })
})
