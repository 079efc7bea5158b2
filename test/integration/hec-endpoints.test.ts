/** Several HEC endpoints: load is spread, a sick one rests and is tried again, its requests go elsewhere. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import { htmlReply } from '../../src/simulator/hec/answers.ts'
import type { Fault } from '../../src/simulator/hec/faults.ts'
import {
  type HecReceiver,
  type HecReceiverOptions,
  startHecReceiver,
} from '../../src/simulator/hec/receiver.ts'
import { slice } from '../../src/splunk/pieces.ts'
import type { AtEnd } from '../support/at-end.ts'
import { startCable } from '../support/cable.ts'
import { eventually } from '../support/eventually.ts'
import {
  connectToHec,
  type HecDelivery,
  type HecDeliveryOptions,
  hecEvents,
  HEC_TOKEN as token,
  upTo,
} from '../support/hec-delivery.ts'
import { expectNothingOpen } from '../support/invariants.ts'
import { listen } from '../support/listen.ts'

afterAll(expectNothingOpen)

const WITHIN = { withinMs: 20_000 }
const BUSY = { kind: 'reply', status: 503, body: '{"text":"Server is busy","code":9}' } as const

async function receivers(count: number, onTestFinished: AtEnd, options: Partial<HecReceiverOptions> = {}) {
  const all = await Promise.all(
    Array.from({ length: count }, () => startHecReceiver({ tokens: [{ token }], ...options })),
  )
  onTestFinished(() => Promise.all(all.map(hec => hec.close())).then(() => {}))
  return all
}

async function two(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: HecDeliveryOptions = {},
) {
  const [first, second] = await receivers(2, onTestFinished)
  if (!first || !second) throw new Error('no receivers')
  return { first, second, ...connectToHec([first.url, second.url], options, onTestFinished) }
}

const stored = (...all: readonly HecReceiver[]) =>
  all.flatMap(({ events }) => events.map(({ event }) => Number(event))).toSorted((a, b) => a - b)

/** Bodies of ten events, four under way at once as in a worker. */
async function deliverBodies({ deliver }: HecDelivery, bodies: number): Promise<void> {
  const all = hecEvents(bodies * 10)
  let next = 0
  const sender = async () => {
    for (let at = next++; at < bodies; at = next++) await deliver(slice(all, at * 10, at * 10 + 10))
  }
  await Promise.all(Array.from({ length: 4 }, sender))
}

const eventCalls = ({ calls }: HecDelivery, { url }: { readonly url: string }) =>
  calls.filter(({ operation, endpoint }) => operation === 'event' && endpoint === new URL(url).host)

describe.concurrent('several endpoints', () => {
  it('share the load', async ({ onTestFinished }) => {
    const all = await receivers(3, onTestFinished)
    const connection = connectToHec(
      all.map(({ url }) => url),
      {},
      onTestFinished,
    )
    await deliverBodies(connection, 60)
    expect(stored(...all)).toEqual(upTo(600))
    for (const { counters } of all) expect(counters.events).toBeGreaterThanOrEqual(100)
  })

  it('of which one is down and one is a black hole deliver everything by the third', async ({
    onTestFinished,
  }) => {
    const [down, hole, works] = await receivers(3, onTestFinished)
    if (!down || !hole || !works) throw new Error('no receivers')
    const cable = await startCable({ port: Number(new URL(hole.url).port) })
    onTestFinished(() => cable.close())
    await cable.set({ kind: 'black-hole' })
    await down.down()
    const urls = [down.url, cable.url, works.url]
    const connection = connectToHec(urls, { timeoutMs: 1_000 }, onTestFinished)
    await deliverBodies(connection, 40)
    expect(stored(works)).toEqual(upTo(400))
    // Those that were sent before the first of them had failed; then it rests, and no event is sent to find out more.
    expect(eventCalls(connection, down).length).toBeLessThanOrEqual(4)
    expect(eventCalls(connection, cable).length).toBeLessThanOrEqual(4)
    expect(connection.endpoints.status().map(({ up }) => up)).toEqual([false, false, true])
    expect(connection.endpoints.isUp()).toBe(true)
  })

  it('that are busy are left alone, also by a body that has failed elsewhere', async context => {
    const connection = await two(context)
    const { first, second, endpoints } = connection
    const ups = () => endpoints.status().map(({ up }) => up)
    await deliverBodies(connection, 8)
    expect(ups()).toEqual([true, true])
    for (const { faults } of [first, second]) {
      faults.add({ fault: { kind: 'reply', status: 500, body: '' }, times: 1 })
      faults.add({ fault: BUSY })
    }
    const delivered = connection.deliver(slice(hecEvents(90), 80))
    await eventually(() => ups().every(up => up === false), { ...WITHIN, what: 'both rest', state: ups })
    for (const { faults } of [first, second]) faults.clear()
    await delivered
    expect(stored(first, second)).toEqual(upTo(90))
  })

  it.for<[string, Fault]>([
    ['is busy', BUSY],
    ['breaks connections', { kind: 'reset-before-read' }],
    ['refuses the token', { kind: 'reply', status: 403, body: '{"text":"Invalid token","code":4}' }],
    ['answers with a portal', { kind: 'reply', status: 200, body: '<p>Please log in</p>' }],
    ['restarts', { kind: 'reply', status: 404, body: '{"text":"not found","code":404}' }],
  ])('of which one %s: a request that failed there goes to the other at once', async ([, fault], context) => {
    const { first, second, deliver, troubles } = await two(context)
    first.faults.add({ fault })
    for (let i = 0; i < 6; i++)
      expect(await deliver(slice(hecEvents(6), i, i + 1))).toMatchObject({ accepted: 1 })
    expect(stored(second)).toEqual(upTo(6))
    expect(troubles).toHaveLength(1)
  })

  it('of which one was down use it again, after a probe and without trying it by events', async context => {
    const { first, second, ...connection } = await two(context)
    await first.down()
    await deliverBodies(connection, 8)
    const before = connection.calls.length
    await first.up()
    const toFirst = () =>
      connection.calls.slice(before).filter(({ endpoint }) => endpoint === new URL(first.url).host)
    let next = 0
    await eventually(async () => {
      await connection.deliver(slice(hecEvents(1_000), next, ++next))
      return toFirst().some(({ operation }) => operation === 'event')
    }, WITHIN)
    expect(toFirst().map(({ operation, code }) => `${operation} ${code}`)).toEqual(['health 17', 'event 0'])
    await eventually(() => connection.endpoints.status().every(({ up }) => up === true), WITHIN)
    await deliverBodies(connection, 8)
    expect(first.counters.requests).toBeGreaterThan(3)
    expect(stored(first, second).length).toBe(160 + next)
  })

  it('of which one asks for a long pause leave it alone for so long, also when it says that it is healthy', async context => {
    const { first, second, ...connection } = await two(context)
    first.faults.add({ fault: { ...BUSY, headers: { 'retry-after': '300' } } })
    for (let i = 0; i < 4; i++) await connection.deliver(slice(hecEvents(4), i, i + 1))
    const probes = () => first.requests.filter(({ url }) => url.endsWith('/health')).length
    const before = probes()
    await eventually(() => probes() > before, WITHIN)
    await deliverBodies(connection, 8)
    expect(eventCalls(connection, first)).toHaveLength(1)
    expect(second.counters.events).toBe(84)
  })

  it('that are all down are tried one after the other, and everything arrives once when one is back', async context => {
    const { first, second, ...connection } = await two(context)
    await first.down()
    await second.down()
    const delivered = deliverBodies(connection, 4)
    await eventually(() => connection.troubles.length >= 6, WITHIN)
    expect(connection.endpoints.isUp()).toBe(false)
    await second.up()
    await delivered
    expect([stored(second), stored(first)]).toEqual([upTo(40), []])
  })

  it('lose and forge nothing, whatever is wrong with each of them', async ({ onTestFinished }) => {
    // Without 413: as often as that, it would rightly be taken for the size of a single event.
    const faults: Fault[] = [
      BUSY,
      { kind: 'reply', status: 503, body: '{"text":"busy","code":9,"invalid-event-number":0}' },
      { kind: 'reply', ...htmlReply(400) },
      { kind: 'reply', ...htmlReply(415) },
      { kind: 'reply', ...htmlReply(502) },
      { kind: 'reply', status: 204, body: '' },
      { kind: 'reset-before-read' },
      { kind: 'reset-before-store' },
      { kind: 'reset-before-reply' },
      { kind: 'truncated-reply' },
      { kind: 'hang' },
      { kind: 'hang-before-reply' },
    ]
    const strike = fc.record({
      at: fc.nat({ max: 2 }),
      fault: fc.constantFrom(...faults),
      times: fc.integer({ min: 1, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(strike, { maxLength: 6 }), fc.nat({ max: 39 }), async (strikes, bad) => {
        const all = await receivers(3, onTestFinished)
        for (const { at, fault, times } of strikes) all[at]?.faults.add({ fault, times })
        const urls = all.map(({ url }) => url)
        const { deliver, letters } = connectToHec(urls, { timeoutMs: 300 }, onTestFinished)
        const events = hecEvents(40, { [bad]: { event: '' } })
        const ends = await Promise.all([slice(events, 0, 20), slice(events, 20)].map(deliver))
        const held = ends.flatMap(end => end.held.flatMap(({ numbers }) => numbers))
        const refused = letters().map(([number]) => Number(number))
        expect(ends.reduce((sum, { accepted }) => sum + accepted, 0) + refused.length + held.length).toBe(40)
        const arrived = new Set(stored(...all))
        const settled = new Set([...refused, ...held])
        expect(upTo(40).filter(n => !arrived.has(n) && !settled.has(n))).toEqual([])
        expect(refused.filter(n => n !== bad)).toEqual([])
      }),
      { numRuns: 12 },
    )
  })
})

describe.concurrent('requests at once', () => {
  /** A HEC that takes a while, and knows how many requests it had at once. */
  async function slowHec(onTestFinished: AtEnd) {
    const state = { now: 0, most: 0, status: 200, code: 0, requests: 0 }
    const server = createServer((request, response) => {
      state.most = Math.max(state.most, ++state.now)
      request.resume().once('end', () =>
        setTimeout(() => {
          state.now--
          state.requests++
          response.writeHead(state.status).end(JSON.stringify({ text: 'text', code: state.code }))
        }, 20),
      )
    })
    const { url } = await listen(server, onTestFinished)
    return { state, url }
  }

  it('become more while all goes well, fewer when Splunk is busy, and more again', async ({
    onTestFinished,
  }) => {
    const { state, url } = await slowHec(onTestFinished)
    const { deliver, troubles, stop } = connectToHec([url], { maxRequests: 8, keep: false }, onTestFinished)
    const senders = Array.from({ length: 12 }, async () => {
      while (!stop.signal.aborted) await deliver(hecEvents(1)).catch(() => undefined)
    })
    const mostFromNow = () => {
      state.most = state.now
      return () => state.most
    }
    await eventually(() => state.most === 8, WITHIN)
    Object.assign(state, { status: 429, code: 26 })
    await eventually(() => troubles.length >= 8, WITHIN)
    const most = mostFromNow()
    await eventually(() => troubles.length >= 10, WITHIN)
    expect(most()).toBeLessThanOrEqual(4)
    Object.assign(state, { status: 200, code: 0 })
    await eventually(() => most() === 8, WITHIN)
    expect(state.most).toBe(8)
    stop.abort()
    await Promise.all(senders)
  })
})

describe.concurrent('by itself', () => {
  it('Splunk that answers 404 while it restarts gets everything once', async context => {
    const [hec] = await receivers(1, context.onTestFinished)
    if (!hec) throw new Error('no receiver')
    const { deliver, troubles } = connectToHec([hec.url], {}, context.onTestFinished)
    await deliver(hecEvents(2))
    hec.setLoad('starting')
    const delivered = deliver(slice(hecEvents(5), 2))
    await eventually(() => troubles.length >= 2, WITHIN)
    hec.setLoad('normal')
    await delivered
    expect([stored(hec), new Set(troubles)]).toEqual([upTo(5), new Set(['again not-found'])])
  })

  it('a token that was replaced goes on with the one that its file holds by then', async ({
    onTestFinished,
  }) => {
    const [hec] = await receivers(1, onTestFinished)
    const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-token-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const tokenFile = join(directory, 'token')
    writeFileSync(tokenFile, token)
    if (!hec) throw new Error('no receiver')
    const { deliver, troubles } = connectToHec([hec.url], { tokenFile }, onTestFinished)
    await deliver(hecEvents(2))
    hec.removeToken(token)
    hec.setToken({ token: 'the-next-one' })
    const delivered = deliver(slice(hecEvents(5), 2))
    await eventually(() => troubles.length > 0, WITHIN)
    writeFileSync(tokenFile, 'the-next-one\n')
    await delivered
    expect([stored(hec), new Set(troubles)]).toEqual([upTo(5), new Set(['hold token-refused'])])
    expect(hec.requests.at(-1)?.headers.authorization).toBe('Splunk the-next-one')
  })
})

describe.concurrent('a request that is called off right before it goes out', () => {
  it.for([{ mode: 'without acknowledgement' }, { mode: 'with acknowledgement', acknowledgementMs: 2_000 }])(
    'sends no event: $mode',
    async ({ mode: _, ...options }, { onTestFinished }) => {
      const [hec] = await receivers(1, onTestFinished, { tokens: [{ token, useAck: true }] })
      const reason = new Error('not ours any more')
      let isOurs = true
      const beforePost = () => {
        if (!isOurs) throw reason
      }
      const { deliver } = connectToHec([hec?.url ?? ''], { ...options, beforePost }, onTestFinished)
      await deliver(hecEvents(2))
      isOurs = false
      await expect(deliver(hecEvents(500))).rejects.toBe(reason)
      isOurs = true
      await deliver(slice(hecEvents(3), 2))
      expect(hec && stored(hec)).toEqual(upTo(3))
    },
  )
})
