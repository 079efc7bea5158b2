/** Time that passes only when it is told to, and dice that a seed determines: a run is the same every time. */

import { vi } from 'vitest'
import { createRandom } from '../../../../src/simulator/generator/random.ts'

export interface VirtualTime {
  /** Milliseconds since the beginning, of `performance.now()`. */
  nowMs(): number
  /** Everything that can happen without time passing has happened. */
  settle(): Promise<void>
  /** Lets time pass; `onInstant` is called after everything that a timer has set off. */
  pass(ms: number, onInstant?: () => void): Promise<void>
  /** The process stands still: the clock goes on, and every timer is late by as much. */
  freeze(ms: number): void
  /** For how long it has stood still in all. */
  frozenMs(): number
  /** How many timers somebody waits for. */
  timers(): number
  close(): void
}

/** More within one `pass` is somebody who waits in a circle. */
const MOST_INSTANTS = 200_000

export function createVirtualTime(seed: number): VirtualTime {
  const random = createRandom(seed)
  const systemRandom = Math.random
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_700_000_000_000 })
  Math.random = () => random.int(2 ** 32) / 2 ** 32
  const ticking = performance.now.bind(performance)
  let frozenMs = 0
  performance.now = () => ticking() + frozenMs
  const startedAt = performance.now()
  // Nothing under test waits for anything but timers and promises: this lets all promises come first.
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))

  async function pass(ms: number, onInstant = () => {}): Promise<void> {
    let over = false
    setTimeout(() => {
      over = true
    }, ms)
    for (let instants = 0; !over; instants++) {
      if (instants > MOST_INSTANTS) throw new Error('time stands still: somebody waits in a circle')
      vi.advanceTimersToNextTimer()
      await settle()
      onInstant()
    }
  }

  return {
    nowMs: () => performance.now() - startedAt,
    settle,
    pass,
    freeze(ms) {
      frozenMs += ms
    },
    frozenMs: () => frozenMs,
    timers: () => vi.getTimerCount(),
    close() {
      vi.useRealTimers()
      Math.random = systemRandom
    },
  }
}
