/** The dead letters of a runner: now and then there is no room for them, or nobody knows whether one was written. */

import type { DeadLetterBox } from '../../../../src/dead-letters/box.ts'
import { logIds } from './splunk.ts'

export function createDeadLetters(onBuried: (logId: number) => void): DeadLetterBox {
  return {
    async write({ event }) {
      const luck = Math.random()
      if (luck < FULL) return { kind: 'full', message: 'as the dice want it' }
      for (const id of logIds(Buffer.from(event))) onBuried(id)
      if (luck < FULL + UNKNOWN) return { kind: 'failed', message: 'as the dice want it' }
      return { kind: 'written' }
    },
  }
}

const FULL = 0.2
const UNKNOWN = 0.1
