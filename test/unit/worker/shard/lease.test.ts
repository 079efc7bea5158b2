import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLease, watchLease } from '../../../../src/worker/shard/lease.ts'

describe('the lease', () => {
  it('holds for the timeout from its beginning', () => {
    let now = 1_000
    const lease = createLease(60_000, () => now)
    expect(lease.remainingMs()).toBe(60_000)
    now += 59_999
    expect(lease.remainingMs()).toBe(1)
    now += 1
    expect(lease.remainingMs()).toBe(0)
    now += 5_000
    expect(lease.remainingMs()).toBe(-5_000)
  })

  it('is renewed from when the heartbeat was sent, not from when it was answered', () => {
    let now = 0
    const lease = createLease(60_000, () => now)
    now = 30_000
    lease.renew(20_000)
    expect(lease.remainingMs()).toBe(50_000)
  })

  it('is not shortened by the answer to an older heartbeat', () => {
    let now = 0
    const lease = createLease(60_000, () => now)
    now = 30_000
    lease.renew(25_000)
    lease.renew(5_000)
    expect(lease.remainingMs()).toBe(55_000)
  })

  it('can be taken again after it has run out', () => {
    let now = 0
    const lease = createLease(60_000, () => now)
    now = 100_000
    lease.renew(99_000)
    expect(lease.remainingMs()).toBe(59_000)
  })

  it('counts on a monotonic clock', () => {
    const lease = createLease(60_000)
    lease.renew(performance.now())
    expect(lease.remainingMs()).toBeGreaterThan(0)
    expect(lease.remainingMs()).toBeLessThanOrEqual(60_000)
  })
})

describe('the watch over a lease', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('calls as soon as the lease has run out, and not before, however often it was renewed', async () => {
    const lease = createLease(1_000)
    const over = new AbortController()
    const calls: number[] = []
    const startedAt = performance.now()
    const watching = watchLease(
      lease,
      async () => void calls.push(performance.now() - startedAt),
      over.signal,
    )
    await vi.advanceTimersByTimeAsync(900)
    lease.renew(performance.now())
    await vi.advanceTimersByTimeAsync(999)
    expect(calls).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toEqual([1_900])
    over.abort()
    await watching
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes on when what it has called is done, and stops calling when the lease is renewed', async () => {
    const lease = createLease(1_000)
    const over = new AbortController()
    const done = Promise.withResolvers<void>()
    let calls = 0
    const onLapsed = () => {
      calls++
      return done.promise
    }
    const watching = watchLease(lease, onLapsed, over.signal)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(calls).toBe(1)
    done.resolve()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(calls).toBeGreaterThan(1)
    const before = calls
    lease.renew(performance.now())
    await vi.advanceTimersByTimeAsync(999)
    expect(calls).toBe(before)
    over.abort()
    await watching
  })
})
