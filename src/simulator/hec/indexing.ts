/** From taken to indexed: at once, as a double's simplest way, or out of memory, as an indexer does it. */

import { timerMs } from '../../base/wait.ts'

export interface Taken {
  readonly events: number
  /** Stores what was taken; called at most once. */
  readonly write: () => void
}

export interface Indexing {
  /** Answers with a question: whether the indexer vouches for it by now. */
  readonly take: (taken: Taken) => () => boolean
  /** From taking to vouching, also for what waits already. Infinity: never. */
  readonly setDelayMs: (delayMs: number) => void
  /** Events that lie in memory alone. */
  readonly waiting: () => number
  /** As a restart does: what lies in memory alone is gone. Answers how many events that were. */
  readonly lose: () => number
}

/** Stores at once and vouches for it later: nothing can be lost. */
export function createSafeIndexing(initialDelayMs: number): Indexing {
  let delayMs = initialDelayMs
  return {
    take: ({ write }) => {
      const takenAtMs = performance.now()
      write()
      return () => performance.now() - takenAtMs >= delayMs
    },
    setDelayMs: ms => {
      delayMs = ms
    },
    waiting: () => 0,
    lose: () => 0,
  }
}

interface InMemory extends Taken {
  readonly takenAtMs: number
  indexed: boolean
}

/** Stores only when the delay is over, in the order taken; until then everything lies in memory. */
export function createVolatileIndexing(initialDelayMs: number): Indexing {
  const memory: InMemory[] = []
  let delayMs = initialDelayMs
  let timer: NodeJS.Timeout | undefined

  const waiting = () => memory.reduce((sum, { events }) => sum + events, 0)

  function indexDue(): void {
    const takenBefore = performance.now() - delayMs
    for (let [oldest] = memory; oldest && oldest.takenAtMs <= takenBefore; [oldest] = memory) {
      memory.shift()
      oldest.indexed = true
      oldest.write()
    }
    waitForOldest()
  }

  function waitForOldest(): void {
    clearTimeout(timer)
    const [oldest] = memory
    if (!oldest || delayMs === Infinity) return
    const restMs = oldest.takenAtMs + delayMs - performance.now()
    timer = setTimeout(indexDue, timerMs(restMs))
  }

  return {
    take: taken => {
      const entry = { ...taken, takenAtMs: performance.now(), indexed: false }
      memory.push(entry)
      if (memory.length === 1) waitForOldest()
      return () => entry.indexed
    },
    setDelayMs: ms => {
      delayMs = ms
      indexDue()
    },
    waiting,
    lose: () => {
      const lost = waiting()
      memory.length = 0
      clearTimeout(timer)
      return lost
    },
  }
}
