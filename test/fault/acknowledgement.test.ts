/**
 * Indexer acknowledgement: what an indexer has taken lies in its memory until it is indexed, and a restart loses it.
 * Only what it has acknowledged counts as delivered; all else is sent again.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { eachLogId } from '../../src/simulator/generator/log-id.ts'
import type { HecReceiver } from '../../src/simulator/hec/receiver.ts'
import { type Balancer, startBalancer } from '../support/balancer.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, type FarEndsOptions, TOKEN } from '../support/far-ends.ts'
import { sentLater } from './support/bounds.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { createCounted, moreStored, notReady, ready, storedIn } from './support/splunk.ts'

/** A lost acknowledgement is waited for so long. */
const TIMEOUT_MS = 2_500
const indexer = { tokens: [{ token: TOKEN, useAck: true }], ackDelayMs: 200, volatile: true } as const
const services = [{ overrides: { splunk: { acknowledgementMs: TIMEOUT_MS, timeoutMs: 5_000 } } }]
const world = { hec: indexer }

const inMemory = ({ hecs }: FarEnds) => hecs.reduce((all, each) => all + each.eventsInMemory(), 0)
const lostIn = ({ hecs }: FarEnds) => hecs.reduce((all, { counters }) => all + counters.lostInMemory, 0)

async function filled(far: FarEnds, { eventsInMemory }: HecReceiver): Promise<void> {
  await eventually(() => eventsInMemory() > 0, {
    withinMs: 40_000,
    what: 'an indexer has events in its memory',
    state: () => inMemory(far),
  })
}

/** Longest time from "indexed" until somebody asks, on a busy machine: what was indexed lately may be unasked for. */
const UNASKED_MS = 3_000

const UNASKED = 'events that were indexed, of which the indexer could not say so any more'

const neverComing = (): Scenario => {
  const twice = createCounted('events that were taken, never acknowledged in time, and indexed in the end')
  return {
    fault: 'acknowledgements do not come',
    world,
    services,
    async strike({ far, services: [running] }) {
      far.hec.setAckDelayMs(Number.POSITIVE_INFINITY)
      await filled(far, far.hec)
      const before = storedIn(far)
      if (running) await notReady(running, 'splunk-acknowledgement-late')
      expect(storedIn(far), 'nothing is indexed').toBe(before)
      return () => {
        twice.add(far.hec.eventsInMemory())
        far.hec.setAckDelayMs(indexer.ackDelayMs)
      }
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

const lostWithMemory = (): Scenario => {
  const twice = createCounted(UNASKED)
  return {
    fault: 'an indexer loses what it has taken: its ids begin again, and its memory is empty',
    cases: 3,
    world,
    services,
    async strike({ far }) {
      for (let i = 0; i < 3; i++) {
        far.hec.setAckDelayMs(Number.POSITIVE_INFINITY)
        await filled(far, far.hec)
        const lost = lostIn(far)
        twice.add(far.arrivedLately(UNASKED_MS))
        far.hec.restart()
        far.hec.setAckDelayMs(indexer.ackDelayMs)
        expect(lostIn(far), 'lost with the memory').toBeGreaterThan(lost)
        await moreStored(far, 10)
      }
      return byItself
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

const lostAnswers = (): Scenario => {
  const twice = createCounted('events whose acknowledgement was lost: it is said once')
  return {
    fault: 'answers to questions for acknowledgements are lost',
    cases: 3,
    world,
    services,
    async strike({ far }) {
      const events = watchChannels(far.hec)
      for (const kind of ['reset-before-reply', 'truncated-reply', 'hang-before-reply'] as const) {
        const { strikes } = far.hec.faults.add({
          fault: { kind },
          route: 'ack',
          times: 4,
          match({ headers }) {
            twice.add(events(headers))
            return true
          },
        })
        await eventually(() => strikes() === 4, { withinMs: 40_000, what: `${kind} has struck four times` })
      }
      return byItself
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** How many events are open on the channel that a question asks for. */
function watchChannels({ faults }: HecReceiver): (headers: Headers) => number {
  const open = new Map<string, number>()
  const channelOf = (headers: Headers) => String(headers['x-splunk-request-channel'])
  faults.add({
    fault: { kind: 'hang' },
    match({ headers, body }) {
      open.set(
        channelOf(headers),
        eachLogId(body, () => {}),
      )
      return false
    },
  })
  return headers => open.get(channelOf(headers)) ?? 0
}

const notOffered = (): Scenario => {
  const twice = createCounted('requests that were under way when the token lost its acknowledgement')
  return {
    fault: 'the token does not offer the acknowledgement that is asked for any more',
    world: { hec: { ...indexer, volatile: false } },
    services,
    async strike({ far, services: [running] }) {
      await moreStored(far, 30)
      const before = storedIn(far)
      twice.add(far.arrivedLately(UNASKED_MS))
      far.hec.setToken({ token: TOKEN })
      if (running) await notReady(running, 'splunk-acknowledgement-missing')
      const after = storedIn(far)
      twice.add(after - before)
      await eventually(() => (far.hec.counters.answers['400/14'] ?? 0) >= 3, {
        withinMs: 40_000,
        what: 'it has asked three times',
      })
      expect(storedIn(far), 'nothing is sent before it is mended').toBe(after)
      return async () => {
        far.hec.setToken({ token: TOKEN, useAck: true })
        if (running) await ready(running)
      }
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

const atStart: Scenario = {
  fault: 'the token does not offer the acknowledgement that is asked for when the service starts',
  world: { hec: { ...indexer, tokens: [{ token: TOKEN }] } },
  services,
  strikesWhen: 'starting',
  async strike({ far, services: [running] }) {
    if (running) await notReady(running, 'splunk-acknowledgement-missing')
    expect(storedIn(far) + inMemory(far)).toBe(0)
    return () => far.hec.setToken({ token: TOKEN, useAck: true })
  },
}

/** What is lost is sent again after the time for an acknowledgement; most of the time all is well. */
const EVERY_MS = 2_000

interface Behind {
  readonly sticky: boolean
  readonly restarts: number
}

/** Two indexers, each with ids of its own, behind one address; one of them dies every few seconds. */
function behindBalancer({ sticky, restarts }: Behind): Scenario {
  const twice = createCounted(UNASKED)
  let balancer: Balancer | undefined
  const splunkUrls: FarEndsOptions['splunkUrls'] = async (hecs, atEnd) => {
    balancer = await startBalancer({
      targets: () => hecs.map(({ url }) => url),
      ...(sticky && { sticky: 'cookie' }),
    })
    atEnd(balancer.close)
    return [balancer.url]
  }
  return {
    fault: `two indexers behind a load balancer ${sticky ? 'that sticks by cookie' : 'without stickiness'}, one dies again and again`,
    cases: restarts,
    world: { receivers: 2, hec: indexer, splunkUrls },
    services,
    async strike({ far }) {
      const [stays, dies] = far.hecs
      if (!stays || !dies) return byItself
      for (let i = 0; i < restarts; i++) {
        const mortal = sticky && i % 2 === 1 ? stays : dies
        await eventually(() => mortal.eventsInMemory() > 0 || sticky, {
          withinMs: 20_000,
          what: 'it has something to lose',
        })
        twice.add(far.arrivedLately(UNASKED_MS))
        mortal.restart()
        await moreStored(far, 12)
        await delay(EVERY_MS)
      }
      expect(lostIn(far), 'the fault has struck').toBeGreaterThan(0)
      expect(balancer?.requests.size).toBe(2)
      return byItself
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

scenarios('Splunk', () => [
  neverComing(),
  lostWithMemory(),
  lostAnswers(),
  notOffered(),
  atStart,
  behindBalancer({ sticky: false, restarts: 6 }),
  behindBalancer({ sticky: true, restarts: 6 }),
])
