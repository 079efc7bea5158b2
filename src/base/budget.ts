/**
 * A bounded number of bytes that many may borrow from. Waiting is first come, first served, so a large request is
 * never starved by small ones.
 */

export interface Budget {
  /** Waits until `bytes` are free (or, for more than the whole budget, until nothing is lent); rejects on abort. */
  take(bytes: number, signal: AbortSignal): Promise<Loan>
  readonly capacityBytes: number
  lentBytes(): number
}

export interface Loan {
  /** What is held turned out larger or smaller than asked for. Growing never waits: the bytes are there already. */
  resize(bytes: number): void
  /** Gives everything back; harmless when repeated. */
  release(): void
}

interface Waiter {
  readonly bytes: number
  readonly admit: () => void
}

export function createBudget(capacityBytes: number): Budget {
  let lent = 0
  const queue: Waiter[] = []

  const fits = (bytes: number) => lent === 0 || lent + bytes <= capacityBytes

  function admitWaiting(): void {
    for (let head = queue[0]; head && fits(head.bytes); head = queue[0]) {
      queue.shift()
      lent += head.bytes
      head.admit()
    }
  }

  function createLoan(bytes: number): Loan {
    let held = bytes
    const resize = (to: number) => {
      lent += to - held
      held = to
      admitWaiting()
    }
    return { resize, release: () => resize(0) }
  }

  function enqueue(bytes: number, signal: AbortSignal): Promise<Loan> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.splice(queue.indexOf(waiter), 1)
        reject(signal.reason)
        // Not before all who wait on this signal have given up: none of them may be served on its way out.
        queueMicrotask(admitWaiting)
      }
      const admit = () => {
        signal.removeEventListener('abort', giveUp)
        resolve(createLoan(bytes))
      }
      const waiter: Waiter = { bytes, admit }
      queue.push(waiter)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  return {
    capacityBytes,
    lentBytes: () => lent,
    take(bytes, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (queue.length > 0 || !fits(bytes)) return enqueue(bytes, signal)
      lent += bytes
      return Promise.resolve(createLoan(bytes))
    },
  }
}
