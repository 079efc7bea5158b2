/** A line of those who wait for something: first come, first served. A waiter whose signal is aborted leaves the line. */

export interface Line<Gift, Wish = void> {
  /** Waits at the end of the line until `serve`; rejects with the signal's reason when the signal is aborted first. */
  wait(signal: AbortSignal, wish: Wish): Promise<Gift>
  /** What the first in line waits for; undefined when the line is empty. */
  first(): Wish | undefined
  /** Gives `gift` to the first in line, who leaves it. False when the line is empty. */
  serve(gift: Gift): boolean
}

interface Waiter<Gift, Wish> {
  readonly wish: Wish
  readonly resolve: (gift: Gift) => void
}

export function createLine<Gift, Wish = void>(): Line<Gift, Wish> {
  const waiters: Waiter<Gift, Wish>[] = []
  return {
    wait: (signal, wish) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const leave = () => {
          waiters.splice(waiters.indexOf(waiter), 1)
          reject(signal.reason)
        }
        const waiter = {
          wish,
          resolve(gift: Gift) {
            signal.removeEventListener('abort', leave)
            resolve(gift)
          },
        }
        waiters.push(waiter)
        signal.addEventListener('abort', leave, { once: true })
      }),
    first: () => waiters[0]?.wish,
    serve(gift) {
      const waiter = waiters.shift()
      waiter?.resolve(gift)
      return waiter !== undefined
    },
  }
}
