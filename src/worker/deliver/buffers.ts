/** The buffers that bodies are written into. There are so many requests under way as there are buffers. */

export interface Buffers {
  /** Waits for a free one; rejects when the signal is aborted. */
  take(signal: AbortSignal): Promise<Uint8Array>
  give(buffer: Uint8Array): void
  lentBytes(): number
  /** Lent and free ones. */
  madeBytes(): number
  readonly count: number
}

/** `there`: memory that is there already, which is used first. */
export function createBuffers(count: number, bytesEach: number, there: readonly Uint8Array[] = []): Buffers {
  const free: Uint8Array[] = []
  const queue: ((buffer: Uint8Array) => void)[] = []
  let made = 0

  function wait(signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.splice(queue.indexOf(serve), 1)
        reject(signal.reason)
      }
      const serve = (buffer: Uint8Array) => {
        signal.removeEventListener('abort', giveUp)
        resolve(buffer)
      }
      queue.push(serve)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  return {
    count,
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const buffer = free.pop()
      if (buffer) return Promise.resolve(buffer)
      if (made === count) return wait(signal)
      return Promise.resolve(there[made++] ?? new Uint8Array(bytesEach))
    },
    give(buffer) {
      const next = queue.shift()
      if (next) next(buffer)
      else free.push(buffer)
    },
    lentBytes: () => (made - free.length) * bytesEach,
    madeBytes: () => made * bytesEach,
  }
}
