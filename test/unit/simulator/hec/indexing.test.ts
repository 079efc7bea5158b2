import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSafeIndexing, createVolatileIndexing } from '../../../../src/simulator/hec/indexing.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('volatile indexing', () => {
  it('vouches for nothing that it has not stored, however late its timer is', () => {
    const stored = vi.fn()
    const isIndexed = createVolatileIndexing(1_000).take({ events: 1, write: stored })
    vi.spyOn(performance, 'now').mockReturnValueOnce(performance.now() + 60_000)
    expect([isIndexed(), stored.mock.calls.length]).toEqual([false, 0])
    vi.restoreAllMocks()
    vi.advanceTimersByTime(1_001)
    expect([isIndexed(), stored.mock.calls.length]).toEqual([true, 1])
  })

  it('counts the delay for each from when it was taken', () => {
    const stored: string[] = []
    const indexing = createVolatileIndexing(1_000)
    const take = (name: string) => indexing.take({ events: 1, write: () => void stored.push(name) })
    take('first')
    vi.advanceTimersByTime(600)
    take('second')
    vi.advanceTimersByTime(500)
    expect(stored).toEqual(['first'])
    vi.advanceTimersByTime(600)
    expect(stored).toEqual(['first', 'second'])
  })

  it('waits anew, by the new delay, for what waits already', () => {
    const write = vi.fn()
    const indexing = createVolatileIndexing(Infinity)
    indexing.take({ events: 1, write })
    vi.advanceTimersByTime(600)
    indexing.setDelayMs(1_000)
    expect(write).not.toHaveBeenCalled()
    vi.advanceTimersByTime(500)
    expect(write).toHaveBeenCalledOnce()
  })

  it('does not store what was lost while it stored', () => {
    const stored: string[] = []
    const indexing = createVolatileIndexing(1_000)
    const lost: number[] = []
    const dies = () => {
      stored.push('first')
      lost.push(indexing.lose())
    }
    indexing.take({ events: 1, write: dies })
    indexing.take({ events: 2, write: () => void stored.push('second') })
    vi.advanceTimersByTime(5_000)
    expect([stored, lost, vi.getTimerCount()]).toEqual([['first'], [2], 0])
  })
})

describe('safe indexing', () => {
  it('stores at once and vouches for it later', () => {
    const write = vi.fn()
    const indexing = createSafeIndexing(1_000)
    const isIndexed = indexing.take({ events: 1, write })
    expect([write.mock.calls.length, isIndexed(), indexing.lose()]).toEqual([1, false, 0])
    vi.advanceTimersByTime(1_000)
    expect(isIndexed()).toBe(true)
  })
})
