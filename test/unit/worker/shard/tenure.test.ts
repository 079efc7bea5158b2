import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Release } from '../../../../src/worker/shard/runner.ts'
import { createTenure } from '../../../../src/worker/shard/tenure.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const DRAIN_MS = 20_000

/** A tenure, and which of its signals had been aborted whenever it said that it was about to cut. */
function setUp() {
  const beforeCuts: boolean[][] = []
  const tenure = createTenure({
    drainTimeoutMs: DRAIN_MS,
    beforeCut: () => void beforeCuts.push(aborted()),
  })
  const aborted = () => [tenure.ending.aborted, tenure.cut.aborted, tenure.lost.aborted]
  return { tenure, aborted, beforeCuts }
}

describe('a tenure', () => {
  it('is held at first', () => {
    const { tenure, aborted } = setUp()
    expect([tenure.reason(), ...aborted()]).toEqual([undefined, false, false, false])
  })

  it.each([
    ['stop', [true, false, false], []],
    ['taken', [true, false, false], []],
    ['deadline', [true, true, false], [[true, false, false]]],
    ['lost', [true, true, true], [[true, false, false]]],
  ] as const)('released for %s aborts %j', (reason, expected, cuts) => {
    const { tenure, aborted, beforeCuts } = setUp()
    expect([tenure.release(reason), tenure.reason()]).toEqual([true, reason])
    expect(aborted()).toEqual(expected)
    expect(beforeCuts).toEqual(cuts)
  })

  const REASONS: readonly Release[] = ['stop', 'taken', 'deadline', 'lost']
  const pairs = REASONS.flatMap((first, i) => REASONS.map((second, j) => [first, second, j > i] as const))

  it.each(pairs)('released for %s and then for %s: the second counts: %s', (first, second, counts) => {
    const { tenure } = setUp()
    tenure.release(first)
    expect(tenure.release(second)).toBe(counts)
    expect(tenure.reason()).toBe(counts ? second : first)
  })

  it('that another consumer waits for is cut when the time is up, unless it has ended before', async () => {
    const { tenure, aborted } = setUp()
    const ended = setUp()
    for (const each of [tenure, ended.tenure]) each.release('taken')
    await vi.advanceTimersByTimeAsync(DRAIN_MS - 1)
    ended.tenure.end()
    expect(aborted()).toEqual([true, false, false])
    await vi.advanceTimersByTimeAsync(1)
    expect([tenure.reason(), ...aborted()]).toEqual(['deadline', true, true, false])
    expect([ended.tenure.reason(), ...ended.aborted()]).toEqual(['taken', true, false, false])
    expect(vi.getTimerCount()).toBe(0)
  })
})
