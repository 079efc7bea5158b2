/** The bugs that lose data on other ways to Splunk, each by its name. */

import { expect } from 'vitest'
import type { Fault } from '../../src/simulator/hec/faults.ts'
import { startBalancer } from '../support/balancer.ts'
import { eventually } from '../support/eventually.ts'
import { sequenceOf, TOKEN } from '../support/far-ends.ts'
import { sentLater } from './support/bounds.ts'
import { createLetters } from './support/letters.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { hec, moreStored, notReady, storedIn, strikeEvents } from './support/splunk.ts'

const indexer = { tokens: [{ token: TOKEN, useAck: true }], ackDelayMs: 200, volatile: true } as const
const services = [{ overrides: { splunk: { acknowledgementMs: 2_500, timeoutMs: 5_000 } } }]

/**
 * Splunk Connect for Kafka, and whoever has one channel for two indexers: both count ids from 0. Here one of them never
 * indexes what it takes, and dies with it, while the other one acknowledges the same ids.
 */
const collision: Scenario = {
  fault: 'ack-id collision: one indexer acknowledges the ids of another one',
  world: {
    receivers: 2,
    // Long enough for questions about both requests of an id to be asked meanwhile.
    hec: { ...indexer, ackDelayMs: 1_000 },
    async splunkUrls(hecs, atEnd) {
      const balancer = await startBalancer({ targets: () => hecs.map(({ url }) => url) })
      atEnd(balancer.close)
      return [balancer.url]
    },
  },
  services: [{ overrides: { splunk: { acknowledgementMs: 4_000, timeoutMs: 5_000 } } }],
  async strike({ far }) {
    const [, forgets] = far.hecs
    if (!forgets) return byItself
    forgets.setAckDelayMs(Number.POSITIVE_INFINITY)
    // Both count from 0 now.
    for (const each of far.hecs) each.restart()
    const before = forgets.counters.requests
    await eventually(() => forgets.counters.requests > before + 25, {
      withinMs: 40_000,
      what: 'the indexer that forgets was asked and sent to often',
    })
    return () => {
      expect(forgets.eventsInMemory()).toBeGreaterThan(0)
      forgets.restart()
      expect(forgets.counters.lostInMemory).toBeGreaterThan(0)
      // From now on both say soon what they have.
      for (const each of far.hecs) each.setAckDelayMs(100)
    }
  },
  duplicates: {
    atMost: ({ far }) => far.ledger.report().issued,
    because: 'the first id that does not grow, and answers that went with a connection',
  },
  disorder: sentLater,
}

const isPoison = (sequence: number) => sequence % 500 === 250

/** Splunk Connect for Kafka marks the whole batch of 500 as delivered when one of its records is malformed. */
function poison(): Scenario {
  const letters = createLetters()
  let isOver = false
  return {
    fault: 'poison event in a batch of 500: all of the batch is dropped',
    world: {
      logsPerGroup: 500,
      deadLetters: letters.ids,
      hec: { isPoison: envelope => !isOver && isPoison(sequenceOf(envelope)) },
    },
    streamEveryMs: 1_500,
    services: [{ consumers: 1, overrides: { deadLetters: { directory: letters.directory } } }],
    async strike(current) {
      letters.removeWith(current)
      await moreStored(current.far, 1_500)
      return () => {
        isOver = true
      }
    },
    after({ far }) {
      const [...ids] = letters.counts().keys()
      expect(ids.length).toBeGreaterThan(2)
      expect(ids.filter(id => !isPoison(Number(id.slice(5))))).toEqual([])
      expect(far.hec.counters.events).toBe(far.ledger.report().issued - ids.length)
    },
  }
}

/** Vector takes all that is pending for delivered when a poll is refused, or its answer is not what it expects. */
function unpollable(answer: string, fault: Fault): Scenario {
  return {
    fault: 'acknowledgements that cannot be asked for are taken for delivered',
    case: answer,
    world: { hec: indexer },
    services,
    async strike({ far, services: [running] }) {
      const { strikes, remove } = far.hec.faults.add({ fault, route: 'ack' })
      far.hec.setAckDelayMs(Number.POSITIVE_INFINITY)
      await eventually(() => strikes() > 4 && far.hec.eventsInMemory() > 0, {
        withinMs: 40_000,
        what: 'polls were refused while events wait',
      })
      const before = storedIn(far)
      if (running)
        await eventually(() => running.service.readiness().ready === false, {
          withinMs: 40_000,
          what: 'not ready',
        })
      far.hec.restart()
      expect(storedIn(far)).toBe(before)
      return () => {
        remove()
        far.hec.setAckDelayMs(indexer.ackDelayMs)
      }
    },
    duplicates: {
      atMost: ({ far }) => far.ledger.report().issued / 2,
      because: 'events that were indexed, of which the indexer could not say so any more',
    },
    disorder: sentLater,
  }
}

/** Vector and Fluent Bit drop what is refused with 401 or 403. */
const refusedToken: Scenario = {
  fault: 'refused token: what is refused with 401 or 403 is dropped',
  cases: 4,
  async strike({ far, services: [running] }) {
    for (const fault of [hec(403, 4), hec(403, 1), hec(401, 2), hec(401, 3)])
      await strikeEvents(far.hec, fault, 1)
    far.hec.removeToken(TOKEN)
    if (running) await notReady(running, 'splunk-token-refused')
    return () => far.hec.setToken({ token: TOKEN })
  },
}

scenarios("Peers' bugs", () => [
  collision,
  poison(),
  unpollable('400 with an unknown code', hec(400, 99)),
  unpollable('200 without acks', hec(200, 0)),
  unpollable('404', hec(404, 404)),
  refusedToken,
])
