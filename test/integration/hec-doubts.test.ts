/** Refusals that do not say why: an event is given up only when it is the event, and not something on the way. */

import { describe, expect, it, type TestContext } from 'vitest'
import { htmlReply } from '../../src/simulator/hec/answers.ts'
import { bodyHas } from '../../src/simulator/hec/faults.ts'
import { type HecReceiver, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import type { Delivered } from '../../src/splunk/deliver.ts'
import { slice } from '../../src/splunk/pieces.ts'
import {
  connectToHec,
  type HecDeliveryOptions,
  hecEvents,
  HEC_TOKEN as token,
  upTo,
} from '../support/hec-delivery.ts'

const REFUSALS = [
  { what: 'a page of HTML', fault: { kind: 'reply', ...htmlReply(400) } },
  { what: 'a code that nobody knows', fault: { kind: 'reply', status: 400, body: '{"text":"?","code":77}' } },
] as const
const BLANK = { event: '' }

async function start(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  receivers = 1,
  options: HecDeliveryOptions = {},
) {
  const all = await Promise.all(
    Array.from({ length: receivers }, () => startHecReceiver({ tokens: [{ token }] })),
  )
  onTestFinished(() => Promise.all(all.map(hec => hec.close())).then(() => {}))
  const stored = () => all.flatMap(({ events }) => events.map(({ event }) => event))
  const urls = all.map(({ url }) => url)
  const [hec] = all
  if (!hec) throw new Error('no receiver')
  return { hec, all, stored, ...connectToHec(urls, options, onTestFinished) }
}

async function repeatedly(work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await work()
}

const heldIn = ({ held }: Delivered) =>
  held.flatMap(({ numbers }) => numbers).toSorted((a, b) => Number(a) - Number(b))
const events = (hec: HecReceiver) => hec.counters.events

describe.concurrent.for(REFUSALS)('with $what', ({ fault }) => {
  it('an event that is refused whatever comes with it is given up, and nothing else', async context => {
    const { hec, deliver, stored, letters } = await start(context)
    hec.faults.add({ fault, match: bodyHas('"event":11}') })
    expect(await deliver(hecEvents(16))).toEqual({ accepted: 15, refused: 1, held: [] })
    expect([stored(), letters().map(([number]) => number)]).toEqual([upTo(16).filter(n => n !== 11), [11]])
  })

  it.for([0, 1, 14, 15])('it may be anywhere: at %i of 16', async (at, context) => {
    const { hec, deliver, stored, letters } = await start(context)
    hec.faults.add({ fault, match: bodyHas(`"event":${at}}`) })
    expect(await deliver(hecEvents(16))).toEqual({ accepted: 15, refused: 1, held: [] })
    expect(stored().toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(16).filter(n => n !== at))
    expect(letters().map(([number]) => number)).toEqual([at])
  })

  it('what begins to refuse everything in the middle of a body costs no event', async context => {
    const { hec, deliver, stored, letters } = await start(context)
    hec.faults.add({ fault, match: () => events(hec) > 0 })
    const delivered = await deliver(hecEvents(40, { 20: BLANK }))
    expect(letters()).toEqual([[20, 'event-refused']])
    expect([stored(), heldIn(delivered)]).toEqual([upTo(20), upTo(19, 21)])
  })

  it.for([1, 2, 3, 4, 5, 6])(
    'what refuses %i requests and is over then costs no event',
    async (times, context) => {
      const { hec, deliver, stored, letters } = await start(context)
      hec.faults.add({ fault, times })
      const delivered = await deliver(hecEvents(8))
      const arrived = [...stored(), ...heldIn(delivered)].toSorted((a, b) => Number(a) - Number(b))
      expect([letters(), arrived]).toEqual([[], upTo(8)])
    },
  )

  it('what stands before one endpoint of two costs no event', async context => {
    const { all, deliver, stored, letters } = await start(context, 2)
    all[1]?.faults.add({ fault, route: 'any' })
    const bodies = Array.from({ length: 4 }, (_, at) => slice(hecEvents(40), at * 10, at * 10 + 10))
    const delivered = await Promise.all(bodies.map(deliver))
    const arrived = [...stored(), ...delivered.flatMap(heldIn)].toSorted((a, b) => Number(a) - Number(b))
    expect([letters(), arrived]).toEqual([[], upTo(40)])
  })

  it('an event alone in its body waits until others are accepted right before and behind it', async context => {
    const { hec, deliver, letters } = await start(context)
    hec.faults.add({ fault, match: bodyHas('"event":3}') })
    const [alone, other] = [slice(hecEvents(6), 3, 4), slice(hecEvents(6), 4)]
    expect(heldIn(await deliver(alone))).toEqual([3])
    await deliver(other)
    expect(heldIn(await deliver(alone))).toEqual([3])
    const others = new AbortController()
    const delivering = repeatedly(() => deliver(other), others.signal)
    await repeatedly(
      async () => (heldIn(await deliver(alone)).length === 0 ? others.abort() : undefined),
      others.signal,
    )
    await delivering
    expect(letters().map(([number]) => number)).toEqual([3])
  })

  it('what refuses everything, is open for one request, and refuses everything again costs no event', async context => {
    const { hec, deliver, stored, letters } = await start(context)
    let requests = 0
    const outage = hec.faults.add({ fault, match: () => requests++ !== 1 })
    const delivered = await deliver(hecEvents(8))
    expect([letters(), stored(), heldIn(delivered)]).toEqual([[], upTo(4), upTo(4, 4)])
    outage.remove()
    expect(await deliver(slice(hecEvents(8), 4))).toEqual({ accepted: 4, refused: 0, held: [] })
  })
})

it('in order, nothing overtakes an event that finds the dead letters full', async context => {
  let hasRoom = false
  const { deliver, stored, letters } = await start(context, 1, { inOrder: true, hasRoom: () => hasRoom })
  const body = hecEvents(6, { 2: BLANK })
  expect(heldIn(await deliver(body))).toEqual([2, 3, 4, 5])
  expect(stored()).toEqual([0, 1])
  hasRoom = true
  expect(await deliver(slice(body, 2))).toEqual({ accepted: 3, refused: 1, held: [] })
  expect([stored(), letters()]).toEqual([[0, 1, 3, 4, 5], [[2, 'event-refused']]])
})
