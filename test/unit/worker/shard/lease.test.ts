import { describe, expect, it } from 'vitest'
import { createLease } from '../../../../src/worker/shard/lease.ts'

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

  it('counts on a clock that nobody can set', () => {
    const lease = createLease(60_000)
    lease.renew(performance.now())
    expect(lease.remainingMs()).toBeGreaterThan(0)
    expect(lease.remainingMs()).toBeLessThanOrEqual(60_000)
  })
})
