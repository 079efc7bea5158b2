/**
 * A bounded number of bytes that many may borrow from. Waiting is first come, first served, so small requests never
 * starve a large one.
 */

import { createLine } from './line.ts'

export interface Budget {
  /** Waits until `bytes` are free (or, for more than the whole budget, until nothing is lent); rejects on abort. */
  take(bytes: number, signal: AbortSignal): Promise<Loan>
  readonly capacityBytes: number
  lentBytes(): number
}

export interface Loan {
  /** Corrects how many bytes are held. Growing never waits: the bytes are there already. */
  resize(bytes: number): void
  /** Returns all bytes of the loan; harmless when repeated. */
  release(): void
}

export function createBudget(capacityBytes: number): Budget {
  let lent = 0
  const line = createLine<Loan, number>()

  const fits = (bytes: number) => lent === 0 || lent + bytes <= capacityBytes

  function lendToLine(): void {
    for (let bytes = line.first(); bytes !== undefined && fits(bytes); bytes = line.first())
      line.serve(lend(bytes))
  }

  function lend(bytes: number): Loan {
    let held = bytes
    lent += bytes
    const resize = (to: number) => {
      lent += to - held
      held = to
      lendToLine()
    }
    return { resize, release: () => resize(0) }
  }

  /**
   * When the first in line gives up, the next one may fit. One signal may end several waits: its listeners run one after
   * the other in one go, each takes its waiter out of the line, and only then does this rejection arrive. So bytes never
   * go to a waiter that is about to give up.
   */
  async function waitInLine(bytes: number, signal: AbortSignal): Promise<Loan> {
    try {
      return await line.wait(signal, bytes)
    } catch (reason) {
      lendToLine()
      throw reason
    }
  }

  return {
    capacityBytes,
    lentBytes: () => lent,
    take(bytes, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (line.first() !== undefined || !fits(bytes)) return waitInLine(bytes, signal)
      return Promise.resolve(lend(bytes))
    },
  }
}
