import type { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createWatchers } from '../../../../src/supervisor/http/live-status.ts'

const DOCUMENT = 'x'.repeat(1_000_000)
const SECOND = 1_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Bytes that wait to be read, once the streams have settled. */
async function waiting(stream: Readable | undefined): Promise<number> {
  await vi.advanceTimersByTimeAsync(0)
  let bytes = 0
  for (let chunk = stream?.read(); chunk != null; chunk = stream?.read()) bytes += chunk.length
  return bytes
}

describe('watchers', () => {
  it('keep no queue for who does not read', async () => {
    const watchers = createWatchers(() => DOCUMENT)
    const lazy = watchers.add()
    await vi.advanceTimersByTimeAsync(20 * SECOND)
    expect(await waiting(lazy)).toBeLessThan(2 * DOCUMENT.length)
    watchers.close()
  })

  it('ask while there is one, and no longer', async () => {
    const text = vi.fn(() => '{}')
    const watchers = createWatchers(text)
    const streams = [watchers.add(), watchers.add()]
    await vi.advanceTimersByTimeAsync(5 * SECOND)
    expect(text).toHaveBeenCalledTimes(2 + 5)
    for (const stream of streams) stream?.destroy()
    await vi.advanceTimersByTimeAsync(5 * SECOND)
    expect(text).toHaveBeenCalledTimes(2 + 5)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('are 32 at most', () => {
    const watchers = createWatchers(() => '{}')
    const streams = Array.from({ length: 33 }, () => watchers.add())
    expect(streams.map(stream => stream !== undefined)).toEqual([...Array(32).fill(true), false])
    watchers.close()
    expect(watchers.add()).toBeDefined()
    watchers.close()
  })

  it('are let go when there is nothing to tell them, and the next one hears why', async () => {
    let text = () => '{}'
    const watchers = createWatchers(() => text())
    const stream = watchers.add()
    text = () => {
      throw new RangeError('Invalid time value')
    }
    await vi.advanceTimersByTimeAsync(SECOND)
    await waiting(stream)
    await vi.advanceTimersByTimeAsync(0)
    expect(stream?.readableEnded).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    expect(watchers.add).toThrow('Invalid time value')
    text = () => '{}'
    expect(watchers.add()).toBeDefined()
    watchers.close()
  })
})
