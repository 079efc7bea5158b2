import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createBuffers } from '../../../../src/worker/deliver/buffers.ts'

const never = () => new AbortController().signal

describe('buffers', () => {
  it('are made when they are needed, and are as long as asked for', async () => {
    const buffers = createBuffers(2, 100)
    expect(buffers.lentBytes()).toBe(0)
    const [one, other] = [await buffers.take(never()), await buffers.take(never())]
    expect([one.length, other.length, buffers.lentBytes()]).toEqual([100, 100, 200])
    expect(one).not.toBe(other)
  })

  it('are made of memory that is there already, as long as there is some', async () => {
    const there = new Uint8Array(100)
    const buffers = createBuffers(2, 100, [there])
    expect(await buffers.take(never())).toBe(there)
    const other = await buffers.take(never())
    expect([other.length, buffers.madeBytes()]).toEqual([100, 200])
    buffers.release(other)
    expect([buffers.lentBytes(), buffers.madeBytes()]).toEqual([100, 200])
  })

  it('are used again', async () => {
    const buffers = createBuffers(2, 100)
    const first = await buffers.take(never())
    buffers.release(first)
    expect(buffers.lentBytes()).toBe(0)
    expect(await buffers.take(never())).toBe(first)
  })

  it('go to whoever has waited longest, and never to two at once', async () => {
    const buffers = createBuffers(1, 100)
    const order: string[] = []
    const held = await buffers.take(never())
    const takers = ['first', 'second', 'third'].map(async name => {
      const buffer = await buffers.take(never())
      order.push(name)
      expect(buffers.lentBytes()).toBe(100)
      buffers.release(buffer)
    })
    await Promise.resolve()
    expect(order).toEqual([])
    buffers.release(held)
    await Promise.all(takers)
    expect(order).toEqual(['first', 'second', 'third'])
    expect(buffers.lentBytes()).toBe(0)
  })

  it('are refused to a signal that is aborted, before and during the wait, with its reason', async () => {
    const buffers = createBuffers(1, 100)
    await expect(buffers.take(AbortSignal.abort('before'))).rejects.toBe('before')
    const held = await buffers.take(never())
    const stop = new AbortController()
    const waiting = buffers.take(stop.signal)
    const behind = buffers.take(never())
    stop.abort('during')
    await expect(waiting).rejects.toBe('during')
    buffers.release(held)
    expect(await behind).toBe(held)
  })

  it('leave no listener on a signal when they come', async () => {
    const buffers = createBuffers(1, 100)
    const { signal } = new AbortController()
    const held = await buffers.take(signal)
    const waiting = buffers.take(signal)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    buffers.release(held)
    await waiting
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
