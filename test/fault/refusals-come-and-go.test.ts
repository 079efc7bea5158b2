/** Something before Splunk refuses everything for a while, again and again: no event is refused for what it is. */

import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { sentLater } from './support/bounds.ts'
import { createLetters } from './support/letters.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { html, moreStored } from './support/splunk.ts'

const CLOSED_MS = 5_000
const OPEN_MS = 4_000

function comesAndGoes(status: number): Scenario {
  const letters = createLetters()
  return {
    fault:
      'something on the way refuses everything for 5 s, lets everything through for 4 s, again and again',
    case: String(status),
    world: { shards: 1, deadLetters: letters.ids, logsPerGroup: 50 },
    streamEveryMs: 100,
    services: [
      {
        consumers: 1,
        overrides: { deadLetters: { directory: letters.directory }, splunk: { batchBytes: 4_000 } },
      },
    ],
    disorder: sentLater,
    async strike(world) {
      letters.removeWith(world)
      const { faults } = world.far.hec
      // So that a page is under way when it closes.
      const slow = faults.add({ fault: { kind: 'slow-reply', delayMs: 50 } })
      let refused = 0
      for (let i = 0; i < 4; i++) {
        const closed = faults.add({ fault: html(status) })
        await pause(CLOSED_MS)
        closed.remove()
        refused += closed.strikes()
        await pause(OPEN_MS)
      }
      expect(refused).toBeGreaterThan(20)
      // What was refused waits for up to a minute before it is tried again.
      await moreStored(world.far)
      return slow.remove
    },
    after: () => expect(letters.all()).toEqual([]),
  }
}

scenarios('Network', () => [comesAndGoes(400), comesAndGoes(413)])
