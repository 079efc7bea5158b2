/** Requests that are refused for their size are divided until they fit; what is too large by itself is a dead letter. */

import { expect } from 'vitest'
import { eachLogId } from '../../src/simulator/generator/log-id.ts'
import { TOKEN } from '../support/far-ends.ts'
import { createLetters } from './support/letters.ts'
import { type Bound, type Scenario, scenarios } from './support/scenario.ts'
import { html, moreStored } from './support/splunk.ts'

/** A proxy whose limit is lowered to this for a while. */
const LIMIT = 4_000

function lowered(acknowledged: boolean): Scenario {
  return {
    fault: 'a proxy before Splunk refuses requests over its limit (413), which is lowered under way',
    ...(acknowledged && { case: 'with acknowledgement' }),
    world: {
      hec: { tokens: [{ token: TOKEN, useAck: acknowledged }], ackDelayMs: 50, volatile: acknowledged },
    },
    services: [{ consumers: 1, overrides: { splunk: acknowledged ? { acknowledgementMs: 20_000 } : {} } }],
    async strike({ far }) {
      const limit = far.hec.faults.add({ fault: html(413), match: ({ body }) => body.length > LIMIT })
      far.produce(far.writable(), 8)
      await moreStored(far, 60)
      expect(limit.strikes()).toBeGreaterThan(1)
      return limit.remove
    },
  }
}

/** Of the last events of a body one is sent last, so that another one of them can be proven to be what is refused. */
const keptBack: Bound = {
  atMost: ({ far }) => far.ledger.report().issued,
  because: 'one of the last events of a body is sent behind the others',
}

const isTooLarge = (sequence: number) => sequence % 50 === 33

function events(): Scenario {
  const letters = createLetters()
  return {
    fault: 'some events are too large by themselves for what stands before Splunk (413)',
    world: { deadLetters: letters.ids },
    disorder: keptBack,
    services: [{ overrides: { deadLetters: { directory: letters.directory } } }],
    async strike(world) {
      letters.removeWith(world)
      const { faults } = world.far.hec
      const { remove } = faults.add({ fault: html(413), match: ({ body }) => hasLog(body, isTooLarge) })
      await moreStored(world.far, 300)
      return remove
    },
    after() {
      expect(letters.all().length).toBeGreaterThan(0)
      expect(new Set(letters.all().map(({ reason }) => reason))).toEqual(new Set(['too-large']))
      expect([...letters.counts().keys()].filter(id => !isTooLarge(Number(id.slice(5))))).toEqual([])
      expect([...letters.counts()].filter(([, count]) => count !== 1)).toEqual([])
    },
  }
}

function hasLog(body: Buffer, isOne: (sequence: number) => boolean): boolean {
  let has = false
  eachLogId(body, (_, sequence) => {
    has ||= isOne(sequence)
  })
  return has
}

scenarios('Splunk', () => [lowered(false), lowered(true), events()])
