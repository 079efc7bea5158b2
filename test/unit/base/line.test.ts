import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createLine } from '../../../src/base/line.ts'

const never = () => new AbortController().signal

/** Waits in the line and notes what became of it. */
function join(log: string[], line: ReturnType<typeof createLine<string, number>>, signal: AbortSignal) {
  return (wish: number) =>
    line.wait(signal, wish).then(
      gift => log.push(`${wish} got ${gift}`),
      (reason: unknown) => log.push(`${wish} left: ${reason}`),
    )
}

describe('a line', () => {
  it('serves the first one, and says what the next one waits for', async () => {
    const line = createLine<string, number>()
    const log: string[] = []
    const waits = [1, 2].map(join(log, line, never()))
    expect(line.first()).toBe(1)
    expect(line.serve('a')).toBe(true)
    expect(line.first()).toBe(2)
    expect(line.serve('b')).toBe(true)
    await Promise.all(waits)
    expect(log).toEqual(['1 got a', '2 got b'])
  })

  it('keeps nothing that it was given while it is empty', () => {
    const line = createLine<string, number>()
    expect([line.first(), line.serve('a')]).toEqual([undefined, false])
    void line.wait(never(), 1)
    expect(line.first()).toBe(1)
  })

  it('is left with the reason of the signal, by all who wait on it and by no other', async () => {
    const line = createLine<string, number>()
    const log: string[] = []
    const stop = new AbortController()
    const leaving = join(log, line, stop.signal)
    const staying = join(log, line, never())
    const waits = [leaving(1), staying(2), leaving(3)]
    stop.abort('stop')
    expect(line.first()).toBe(2)
    line.serve('a')
    await Promise.all(waits)
    expect(log.toSorted()).toEqual(['1 left: stop', '2 got a', '3 left: stop'])
    expect(line.serve('b')).toBe(false)
  })

  it('is not joined with a signal that is aborted already', async () => {
    const line = createLine<string, number>()
    await expect(line.wait(AbortSignal.abort('before'), 1)).rejects.toBe('before')
    expect(line.first()).toBeUndefined()
  })

  it('leaves no listener on a signal, however a wait ends', async () => {
    const line = createLine<string, number>()
    const stop = new AbortController()
    const served = line.wait(stop.signal, 1)
    const left = line.wait(stop.signal, 2)
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(2)
    line.serve('a')
    await served
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1)
    stop.abort('stop')
    await expect(left).rejects.toBe('stop')
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0)
  })
})
