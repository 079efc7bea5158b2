/** The buffers that bodies are written into: as many bodies can be under way as there are buffers. */

import { createLine } from '../../base/line.ts'

export interface Buffers {
  /** Waits for a free buffer; rejects when the signal is aborted. */
  take(signal: AbortSignal): Promise<Uint8Array>
  /** Takes a lent buffer back; once only, or two bodies would share it. */
  release(buffer: Uint8Array): void
  lentBytes(): number
  /** Bytes of lent and free buffers. */
  madeBytes(): number
  readonly count: number
}

/** `there`: memory that exists already and is used first; each piece has `bytesEach` bytes. */
export function createBuffers(count: number, bytesEach: number, there: readonly Uint8Array[] = []): Buffers {
  const free: Uint8Array[] = []
  const line = createLine<Uint8Array>()
  let made = 0
  return {
    count,
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const buffer = free.pop()
      if (buffer) return Promise.resolve(buffer)
      if (made === count) return line.wait(signal)
      return Promise.resolve(there[made++] ?? new Uint8Array(bytesEach))
    },
    release(buffer) {
      if (!line.serve(buffer)) free.push(buffer)
    },
    lentBytes: () => (made - free.length) * bytesEach,
    madeBytes: () => made * bytesEach,
  }
}
