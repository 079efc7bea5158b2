import { describe, expect, it } from 'vitest'
import { createServerClock } from '../../../src/sls/server-clock.ts'

const NOW = Date.UTC(2026, 0, 31, 8)
const SECOND = 1_000
const YEAR = 366 * 86_400 * SECOND
const dateOf = (ms: number) => new Date(ms).toUTCString()

describe("the server's clock", () => {
  it.each([
    ['20 minutes ahead', NOW + 1_200 * SECOND],
    ['20 minutes behind', NOW - 1_200 * SECOND],
    ['ten years ahead', NOW + 10 * YEAR],
    ['ten years behind', NOW - 10 * YEAR],
  ])('is adopted, and goes on from there: %s', (_, serverMs) => {
    let nowMs = NOW
    const clock = createServerClock(() => nowMs)
    clock.observe(dateOf(serverMs))
    expect(clock.now().getTime()).toBe(NOW)
    expect(clock.adopt()).toBeUndefined()
    nowMs += 5 * SECOND
    expect(clock.now().getTime()).toBe(serverMs + 5 * SECOND)
  })

  it.each([
    ['Sat, 13 Sep 275760 00:00:00 GMT', /Sat, 13 Sep 275760 .* more than ten years/],
    [dateOf(NOW + 10 * YEAR + SECOND), /more than ten years/],
    [dateOf(NOW - 10 * YEAR - SECOND), /more than ten years/],
    ['Thu, 01 Jan 1970 00:00:00 GMT', /more than ten years/],
    ['in the afternoon', /does not say/],
    ['', /does not say/],
    [undefined, /does not say/],
    [[dateOf(NOW), dateOf(NOW)], /does not say/],
  ])('is not %j', (date, objection) => {
    const clock = createServerClock(() => NOW)
    clock.observe(date)
    expect(clock.adopt()).toMatch(objection)
    expect(clock.now().getTime()).toBe(NOW)
  })

  it('is the one that was adopted before when the next one is none, and is adopted again', () => {
    const clock = createServerClock(() => NOW)
    clock.observe(dateOf(NOW + YEAR))
    clock.adopt()
    clock.observe('Sat, 13 Sep 275760 00:00:00 GMT')
    expect(clock.adopt()).toMatch(/ten years/)
    expect(clock.now().getTime()).toBe(NOW + YEAR)
    clock.observe(dateOf(NOW))
    expect(clock.adopt()).toBeUndefined()
    expect(clock.now().getTime()).toBe(NOW)
  })
})
