import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aborted, createAlarm, createBell, sleep, timerMs } from '../../../src/base/wait.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

/** Whether a promise has resolved, looked at after everything that is due has run. */
function watch(promise: Promise<void>) {
  let over = false
  void promise.then(() => {
    over = true
  })
  return async () => {
    await vi.advanceTimersByTimeAsync(0)
    return over
  }
}

describe('timerMs', () => {
  it.each([
    [-0.01, 0],
    [0, 0],
    [1.5, 1.5],
    [2 ** 31, 2 ** 31 - 1],
    [Infinity, 2 ** 31 - 1],
  ])('of %d ms is %d', (ms, expected) => expect(timerMs(ms)).toBe(expected))
})

describe('sleep', () => {
  it('lasts as long as asked for', async () => {
    const over = watch(sleep(1_000, new AbortController().signal))
    await vi.advanceTimersByTimeAsync(999)
    expect(await over()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await over()).toBe(true)
  })

  it('ends as soon as the signal is aborted, and leaves no timer', async () => {
    const stop = new AbortController()
    const over = watch(sleep(1_000, stop.signal))
    stop.abort()
    expect(await over()).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not begin for a signal that is aborted already', async () => {
    expect(await watch(sleep(1_000, AbortSignal.abort()))()).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no listener, however it ends', async () => {
    const { signal } = new AbortController()
    const waiting = sleep(1_000, signal)
    expect(listenersOf(signal)).toBe(1)
    await vi.advanceTimersByTimeAsync(1_000)
    await waiting
    expect(listenersOf(signal)).toBe(0)
    const stop = new AbortController()
    void sleep(1_000, stop.signal)
    stop.abort()
    expect(listenersOf(stop.signal)).toBe(0)
  })
})

it('the end of a signal is waited for, and is there at once when it has come already', async () => {
  const stop = new AbortController()
  const over = watch(aborted(stop.signal))
  expect(await over()).toBe(false)
  stop.abort()
  expect(await over()).toBe(true)
  expect(await watch(aborted(AbortSignal.abort()))()).toBe(true)
})

describe('an alarm', () => {
  const never = () => new AbortController().signal

  it('lets sleep for as long as asked for when nobody rings', async () => {
    const over = watch(createAlarm().sleep(1_000, never()))
    await vi.advanceTimersByTimeAsync(999)
    expect(await over()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await over()).toBe(true)
  })

  it('ends the sleep under way when it rings', async () => {
    const alarm = createAlarm()
    const over = watch(alarm.sleep(1_000, never()))
    expect(await over()).toBe(false)
    alarm.ring()
    expect(await over()).toBe(true)
  })

  it('ends the next sleep when nobody sleeps, however often it has rung, and only that one', async () => {
    const alarm = createAlarm()
    alarm.ring()
    alarm.ring()
    expect(await watch(alarm.sleep(1_000, never()))()).toBe(true)
    const over = watch(alarm.sleep(1_000, never()))
    expect(await over()).toBe(false)
    alarm.ring()
    expect(await over()).toBe(true)
  })

  it('ends the sleep when the signal is aborted, and rings the next time all the same', async () => {
    const alarm = createAlarm()
    const stop = new AbortController()
    const over = watch(alarm.sleep(1_000, stop.signal))
    stop.abort()
    expect(await over()).toBe(true)
    const next = watch(alarm.sleep(1_000, never()))
    expect(await next()).toBe(false)
    alarm.ring()
    expect(await next()).toBe(true)
  })

  it('leaves no timer behind', async () => {
    const alarm = createAlarm()
    const over = watch(alarm.sleep(1_000, never()))
    alarm.ring()
    await over()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a bell', () => {
  const never = () => new AbortController().signal

  it('wakes all who wait when it rings, and none that comes later', async () => {
    const bell = createBell()
    bell.ring()
    const waits = [watch(bell.wait(1_000, never())), watch(bell.wait(1_000, never()))]
    expect(await Promise.all(waits.map(over => over()))).toEqual([false, false])
    bell.ring()
    expect(await Promise.all(waits.map(over => over()))).toEqual([true, true])
    expect(await watch(bell.wait(1_000, never()))()).toBe(false)
  })

  it('wakes when the time is up, and when the signal is aborted, but then that one alone', async () => {
    const bell = createBell()
    const stop = new AbortController()
    const short = watch(bell.wait(100, never()))
    const stopped = watch(bell.wait(1_000, stop.signal))
    await vi.advanceTimersByTimeAsync(100)
    expect([await short(), await stopped()]).toEqual([true, false])
    const other = watch(bell.wait(1_000, never()))
    stop.abort()
    expect([await stopped(), await other()]).toEqual([true, false])
    expect(await watch(bell.wait(1_000, stop.signal))()).toBe(true)
  })

  it('leaves no timer behind', async () => {
    const bell = createBell()
    const over = watch(bell.wait(1_000, never()))
    bell.ring()
    await over()
    expect(vi.getTimerCount()).toBe(0)
  })
})
