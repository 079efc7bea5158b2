/** Indexer acknowledgement: nothing counts as delivered before an indexer says that it is indexed. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import { type HecReceiverOptions, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { startBalancer } from '../support/balancer.ts'
import { eventually } from '../support/eventually.ts'
import {
  connectToHec,
  type HecDeliveryOptions,
  hecEvents,
  HEC_TOKEN as token,
  upTo,
} from '../support/hec-delivery.ts'
import { expectNothingOpen } from '../support/invariants.ts'

afterAll(expectNothingOpen)

const WITHIN = { withinMs: 20_000 }
const BLANK = { event: '' }

async function start(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  hecOptions: Partial<HecReceiverOptions> = {},
  options: HecDeliveryOptions = {},
) {
  const tokens = [{ token, useAck: true }]
  const hec = await startHecReceiver({ tokens, ackDelayMs: 50, ...hecOptions })
  onTestFinished(() => hec.close())
  const connection = connectToHec([hec.url], { acknowledgementMs: 3_000, ...options }, onTestFinished)
  const posts = () => hec.requests.filter(({ url, answer }) => url.endsWith('/event') && answer !== '-')
  return { hec, posts, stored: () => hec.events.map(({ event }) => event), ...connection }
}

describe.concurrent('with acknowledgement', () => {
  it('what is accepted is delivered only when it is indexed, and then once', async context => {
    const { hec, deliver, stored, endpoints } = await start(context)
    hec.setAckDelayMs(Number.POSITIVE_INFINITY)
    let over = false
    const delivered = deliver(hecEvents(10)).finally(() => {
      over = true
    })
    await eventually(() => endpoints.status()[0]?.pendingAcks === 1, WITHIN)
    expect([over, stored()]).toEqual([false, upTo(10)])
    hec.setAckDelayMs(0)
    expect(await delivered).toEqual({ accepted: 10, refused: 0, held: [] })
    expect(stored()).toEqual(upTo(10))
    expect(endpoints.status()[0]?.pendingAcks).toBe(0)
  })

  it('what lay in the memory of an indexer that died is sent again', async context => {
    const { hec, deliver, stored } = await start(context, { volatile: true })
    hec.setAckDelayMs(Number.POSITIVE_INFINITY)
    const delivered = deliver(hecEvents(10))
    await eventually(() => hec.eventsInMemory() === 10, WITHIN)
    hec.restart()
    hec.setAckDelayMs(0)
    expect(await delivered).toMatchObject({ accepted: 10 })
    expect(stored()).toEqual(upTo(10))
  })

  it('a poll whose answer is lost is never taken for an acknowledgement: the events come twice', async context => {
    const { hec, deliver, stored, troubles } = await start(context)
    // It is said once: the next polls are answered, and it is never said again.
    hec.faults.add({
      fault: { kind: 'reset-before-reply' },
      route: 'ack',
      match: () => hec.counters.events > 0,
      times: 1,
    })
    expect(await deliver(hecEvents(3))).toMatchObject({ accepted: 3 })
    expect(stored()).toEqual([...upTo(3), ...upTo(3)])
    expect(troubles).toContain('delivered acknowledgement-late')
  })

  it.for([
    '<p>Please log in</p>',
    '{"acks":{"1":true}}',
    '{"acks":{"0":"true"}}',
    '{"text":"Success","code":0}',
  ])('a poll that is answered with %s acknowledges nothing', async (body, context) => {
    const { hec, deliver, stored, troubles } = await start(context, {}, { acknowledgementMs: 1_500 })
    // The question before the first event finds acknowledgement as it should be.
    let asked = 0
    const afterFirst = () => asked++ > 0
    const fault = { kind: 'reply', status: 200, body } as const
    const { remove } = hec.faults.add({ fault, route: 'ack', match: afterFirst })
    const delivered = deliver(hecEvents(2))
    await eventually(() => troubles.length > 0, WITHIN)
    remove()
    expect(await delivered).toMatchObject({ accepted: 2 })
    expect(troubles[0]).toBe('delivered acknowledgement-late')
    expect(stored().length).toBeGreaterThanOrEqual(4)
  })

  it('what was taken before a refused event is asked for, too', async context => {
    const { hec, deliver, stored, letters } = await start(context)
    expect(await deliver(hecEvents(10, { 4: BLANK }))).toEqual({ accepted: 9, refused: 1, held: [] })
    expect([stored(), letters()]).toEqual([upTo(10).filter(at => at !== 4), [[4, 'event-refused']]])
    expect(hec.pendingAcks()).toBe(0)
  })

  it('what was taken before a refused event, and lies in memory when the indexer dies, is sent again', async context => {
    const { hec, deliver, stored, letters } = await start(context, { volatile: true })
    hec.setAckDelayMs(Number.POSITIVE_INFINITY)
    const delivered = deliver(hecEvents(10, { 4: BLANK }))
    await eventually(() => hec.eventsInMemory() === 4, WITHIN)
    hec.restart()
    hec.setAckDelayMs(0)
    expect(await delivered).toEqual({ accepted: 9, refused: 1, held: [] })
    expect([stored(), letters()]).toEqual([upTo(10).filter(at => at !== 4), [[4, 'event-refused']]])
  })

  it.for([
    { code: 6, number: 4 },
    { code: 7, number: 5 },
    { code: 12, number: 4 },
  ])(
    'what was taken before a refused event counts for nothing without an id to ask for: code $code',
    async ({ code, number }, context) => {
      const { hec, deliver, stored, posts } = await start(context)
      const body = JSON.stringify({ text: 'refused', code, 'invalid-event-number': number })
      hec.faults.add({ fault: { kind: 'reply', status: 400, body }, times: 1 })
      const { accepted, refused, held } = await deliver(hecEvents(10))
      // Nothing of the first request was stored: whoever believes the number has lost the first four.
      expect(stored().slice(0, 4)).toEqual(upTo(4))
      expect(accepted + refused + held.flatMap(({ numbers }) => numbers).length).toBe(10)
      expect(accepted).toBe(stored().length)
      expect(posts().length).toBeLessThanOrEqual(3)
    },
  )

  it('a full queue that took some, and gives no id for them, has taken nothing', async context => {
    const { hec, deliver, stored } = await start(context)
    const body = '{"text":"Server is busy","code":9,"invalid-event-number":8}'
    hec.faults.add({ fault: { kind: 'reply', status: 503, body }, times: 1 })
    expect(await deliver(hecEvents(10))).toMatchObject({ accepted: 10 })
    expect(stored()).toEqual(upTo(10))
  })

  it('a token that is replaced while acknowledgements are waited for is read again: nothing is sent twice', async context => {
    const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-token-'))
    context.onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const tokenFile = join(directory, 'token')
    writeFileSync(tokenFile, token)
    const { hec, deliver, stored } = await start(context, {}, { acknowledgementMs: 3_600_000, tokenFile })
    hec.setAckDelayMs(Number.POSITIVE_INFINITY)
    const delivered = deliver(hecEvents(5))
    await eventually(() => hec.pendingAcks() === 1, WITHIN)
    hec.removeToken(token)
    hec.setToken({ token: 'the-next-one', useAck: true })
    hec.setAckDelayMs(0)
    await eventually(() => hec.counters.answers['403/4'] !== undefined, WITHIN)
    writeFileSync(tokenFile, 'the-next-one')
    expect(await delivered).toMatchObject({ accepted: 5 })
    expect(stored()).toEqual(upTo(5))
  })

  it('nobody waits for an acknowledgement of nothing', async context => {
    const { hec, deliver, stored } = await start(context, {}, { acknowledgementMs: 3_600_000 })
    hec.setAckDelayMs(Number.POSITIVE_INFINITY)
    const { strikes } = hec.faults.add({
      fault: {
        kind: 'reply',
        status: 503,
        body: '{"text":"busy","code":9,"invalid-event-number":1,"ackId":0}',
      },
      times: 1,
    })
    const delivered = deliver(hecEvents(5))
    await eventually(() => strikes() === 1, WITHIN)
    hec.setAckDelayMs(0)
    expect(await delivered).toMatchObject({ accepted: 5 })
    expect(stored()).toEqual(upTo(5))
  })
})

describe.concurrent('a token without the acknowledgement that is asked for', () => {
  it('gets no event at all, and everything once when it is mended', async context => {
    const { hec, deliver, stored, troubles } = await start(context, { tokens: [{ token }] })
    const delivered = deliver(hecEvents(10))
    await eventually(() => troubles.length >= 2, WITHIN)
    expect([...new Set(troubles)]).toEqual(['hold acknowledgement-missing'])
    expect(stored()).toEqual([])
    hec.setToken({ token, useAck: true })
    expect(await delivered).toMatchObject({ accepted: 10 })
    expect(stored()).toEqual(upTo(10))
  })

  it('that lost it while requests were under way duplicates these once, and no more', async context => {
    const { hec, deliver, stored, troubles } = await start(context, {}, { acknowledgementMs: 3_600_000 })
    hec.setAckDelayMs(Number.POSITIVE_INFINITY)
    const delivered = [deliver(hecEvents(5)), deliver(hecEvents(5))]
    await eventually(() => hec.pendingAcks() === 2, WITHIN)
    hec.setToken({ token })
    await eventually(() => troubles.includes('hold acknowledgement-missing'), WITHIN)
    hec.setAckDelayMs(0)
    hec.setToken({ token, useAck: true })
    for (const each of await Promise.all(delivered)) expect(each).toMatchObject({ accepted: 5 })
    // The one that is not asked about in the meantime is acknowledged after all.
    expect([15, 20]).toContain(stored().length)
  })

  it('that loses it between two requests duplicates at most the one that finds out', async context => {
    const { hec, deliver, stored, troubles } = await start(context)
    await deliver(hecEvents(5))
    hec.setToken({ token })
    const delivered = deliver(hecEvents(5))
    await eventually(() => troubles.length >= 2, WITHIN)
    hec.setToken({ token, useAck: true })
    await delivered
    expect(stored()).toHaveLength(15)
  })
})

describe.concurrent('channels', () => {
  const channelsOf = (requests: readonly { readonly headers: Readonly<Record<string, unknown>> }[]) =>
    requests.map(({ headers }) => String(headers['x-splunk-request-channel']))

  it('of requests under way at once are different ones, and are used again when they are acknowledged', async context => {
    const { deliver, posts } = await start(context)
    await Promise.all([deliver(hecEvents(1)), deliver(hecEvents(1)), deliver(hecEvents(1))])
    expect(new Set(channelsOf(posts())).size).toBe(3)
    for (let i = 0; i < 5; i++) await deliver(hecEvents(1))
    expect(posts()).toHaveLength(8)
    expect(new Set(channelsOf(posts())).size).toBe(3)
  })

  it.for([
    { what: 'a busy answer', status: 503, body: '{"text":"busy","code":9}' },
    { what: 'a stop', status: 503, body: '{"text":"bye","code":23}' },
    { what: 'a 404', status: 404, body: '{"text":"not found","code":404}' },
    { what: 'a gateway without Splunk', status: 502, body: '<html>' },
  ])('are new ones behind $what', async ({ status, body }, context) => {
    const { hec, deliver, posts } = await start(context)
    await deliver(hecEvents(1))
    hec.faults.add({ fault: { kind: 'reply', status, body }, times: 1 })
    await deliver(hecEvents(1))
    const [first, second, third] = channelsOf(posts())
    expect(second).toBe(first)
    expect(third).not.toBe(second)
  })

  it('are new ones when a cookie of the load balancer has changed', async context => {
    let cookie = 'LB=a'
    const { deliver, posts } = await start(context, { replyHeaders: () => ({ 'set-cookie': cookie }) })
    await deliver(hecEvents(1))
    await deliver(hecEvents(1))
    cookie = 'LB=b'
    await deliver(hecEvents(1))
    await deliver(hecEvents(1))
    const used = channelsOf(posts())
    expect(new Set(used.slice(0, 2)).size).toBe(1)
    expect(used[3]).not.toBe(used[0])
    expect(posts().map(({ headers }) => headers.cookie)).toEqual(['LB=a', 'LB=a', 'LB=a', 'LB=b'])
  })

  it('of several indexers behind one address are told apart after the first id that does not grow', async ({
    onTestFinished,
  }) => {
    const indexers = await Promise.all(
      [1, 2].map(() => startHecReceiver({ tokens: [{ token, useAck: true }], ackDelayMs: 10 })),
    )
    const balancer = await startBalancer({ targets: () => indexers.map(({ url }) => url) })
    onTestFinished(async () => {
      await balancer.close()
      for (const indexer of indexers) await indexer.close()
    })
    const { deliver } = connectToHec([balancer.url], { acknowledgementMs: 5_000 }, onTestFinished)
    for (let i = 0; i < 12; i++) await deliver(hecEvents(1))
    const events = indexers.reduce((sum, { counters }) => sum + counters.events, 0)
    expect(events).toBeLessThanOrEqual(13)
    const used = indexers.flatMap(({ requests }) =>
      channelsOf(requests.filter(({ url }) => url.endsWith('/event'))),
    )
    expect(new Set(used).size).toBeGreaterThan(6)
  })
})
