import { getEventListeners } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import type { SplunkConfig } from '../../src/config/types.ts'
import { createNodeClient } from '../../src/http/node-client.ts'
import { htmlReply } from '../../src/simulator/hec/answers.ts'
import { bodyHas, type Fault } from '../../src/simulator/hec/faults.ts'
import { type HecReceiverOptions, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { createHecClient } from '../../src/splunk/client.ts'
import type { Refusal } from '../../src/splunk/deliver.ts'
import { createDeliver } from '../../src/splunk/delivery.ts'
import { createEndpoint } from '../../src/splunk/endpoint.ts'
import { createEndpoints } from '../../src/splunk/endpoints.ts'
import type { HecCall } from '../../src/splunk/exchange.ts'
import type { Payload } from '../../src/splunk/packed.ts'
import type { Events } from '../../src/splunk/pieces.ts'
import { createToken } from '../../src/splunk/token.ts'
import type { AtEnd } from '../support/at-end.ts'
import { createAuthority, selfSigned } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { listen } from '../support/listen.ts'

const TOKEN = 'f0e1d2c3-token'

/** A client of `url` and its delivery, with all that it says on the way. */
function connect(url: string, onTestFinished: AtEnd, settings: Partial<SplunkConfig> = {}) {
  const splunk: SplunkConfig = {
    urls: [url],
    token: TOKEN,
    tls: { verify: true },
    timeoutMs: 5_000,
    compression: 'gzip',
    batchBytes: 1024 * 1024,
    metadata: {},
    ...settings,
  }
  const calls: HecCall[] = []
  const troubles: string[] = []
  const refusals: Refusal[] = []
  const stop = new AbortController()
  const token = createToken(splunk.token, splunk.tokenFile)
  const client = createHecClient({
    splunk,
    url,
    token,
    createHttp: createNodeClient,
    maxSockets: 2,
    onCall: call => void calls.push(call),
  })
  const endpoint = createEndpoint({
    client,
    maxRequests: 2,
    events: { failed: () => {}, worked: () => {} },
  })
  onTestFinished(() => {
    stop.abort()
    client.close()
  })
  const endpoints = createEndpoints([endpoint])
  const deliver = createDeliver({
    endpoints,
    compression: splunk.compression,
    inOrder: false,
    beforePost: () => {},
    onRefused: async refusal => {
      refusals.push(refusal)
      return true
    },
    onProblem: (reason, { verdict }) => void troubles.push(`${verdict.kind} ${reason}`),
  })
  return {
    client,
    endpoints,
    calls,
    troubles,
    stop,
    /** The dead letters: number of the event, and why. */
    letters: () => refusals.map(({ event, reason }) => [event.numbers[0], reason]),
    deliver: (events: Events) => deliver(events, stop.signal),
  }
}

async function start(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: Partial<HecReceiverOptions> = {},
  settings: Partial<SplunkConfig> = {},
) {
  const hec = await startHecReceiver({ tokens: [{ token: TOKEN }], ...options })
  onTestFinished(() => hec.close())
  return {
    hec,
    stored: () => hec.events.map(({ event }) => event),
    ...connect(hec.url, onTestFinished, settings),
  }
}

/** HEC objects one after the other. */
function eventsOf(objects: readonly object[]): Events {
  const pieces = objects.map(object => Buffer.from(JSON.stringify(object)))
  let at = 0
  const offsets = pieces.map(piece => {
    at += piece.length
    return at - piece.length
  })
  return { bytes: Buffer.concat(pieces), offsets, numbers: numbered(objects.length) }
}

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)
const ONE_EVENT: Payload = { bytes: Buffer.from('{"event":1}'), gzip: false, events: 1, rawBytes: 11 }
const plain = (count: number) => eventsOf(numbered(count).map(event => ({ event })))

describe.concurrent('a request', () => {
  it('carries token, channel, type, and gzip when that is worth it', async context => {
    const { hec, deliver, stored } = await start(context)
    await deliver(plain(200))
    await deliver(plain(2))
    expect(stored()).toEqual([...numbered(200), ...numbered(2)])
    const [large, small] = hec.requests.map(({ headers }) => headers)
    expect(large).toMatchObject({
      authorization: `Splunk ${TOKEN}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'x-splunk-request-channel': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    })
    expect(small).not.toHaveProperty('content-encoding')
    expect(small?.['x-splunk-request-channel']).toBe(large?.['x-splunk-request-channel'])
    expect(hec.requests.map(({ url }) => url)).toEqual(Array(2).fill('/services/collector/event'))
  })

  it('is what it was when it is not compressed', async context => {
    const { hec, deliver } = await start(context, {}, { compression: 'none' })
    await deliver(plain(5_000))
    expect(hec.counters).toMatchObject({ events: 5_000, wireBytes: hec.counters.decodedBytes })
    expect(hec.requests[0]?.headers).not.toHaveProperty('content-encoding')
  })

  it('uses the connection of the one before', async context => {
    const { hec, deliver } = await start(context)
    for (let i = 0; i < 20; i++) await deliver(plain(i + 1))
    expect(hec.counters).toMatchObject({ requests: 20, connections: 1 })
  })

  it('is counted with its code, its endpoint and the bytes that were sent', async context => {
    const { hec, deliver, client, calls } = await start(context)
    hec.faults.add({ fault: { kind: 'reply', ...htmlReply(502) }, times: 1 })
    hec.faults.add({ fault: { kind: 'reset-before-read' }, times: 1 })
    await deliver(plain(200))
    await client.probe(new AbortController().signal)
    expect(calls.map(({ operation, code }) => `${operation} ${code}`)).toEqual([
      'event ECONNRESET',
      'event http_502',
      'event 0',
      'health 17',
    ])
    const endpoint = new URL(hec.url).host
    expect(calls.every(call => call.endpoint === endpoint && call.durationMs > 0)).toBe(true)
    expect(calls.at(2)?.sentBytes).toBe(hec.requests.at(1)?.wireBytes)
  })

  it('whose answer does not end is given up early', async context => {
    const { hec, client, stop } = await start(context)
    hec.faults.add({ fault: { kind: 'reply', status: 200, body: 'x'.repeat(1024 * 1024) }, route: 'any' })
    const given = {
      verdict: { kind: 'hold', reason: 'not-hec' },
      detail: 'ANSWER_TOO_LARGE',
      answer: 'ANSWER_TOO_LARGE',
      status: 0,
      code: null,
    }
    expect(await client.post(ONE_EVENT, 'channel', stop.signal)).toMatchObject(given)
    expect(await client.probe(stop.signal)).toEqual(given)
  })

  it('that probes takes no token along', async context => {
    const { hec, client, stop } = await start(context)
    expect(await client.probe(stop.signal)).toEqual({
      verdict: { kind: 'delivered', nearlyFull: false },
      detail: '200 HEC is healthy (code 17)',
      answer: 'HEC is healthy',
      status: 200,
      code: 17,
    })
    expect(hec.requests[0]?.headers).not.toHaveProperty('authorization')
    hec.setLoad('busy')
    expect((await client.probe(stop.signal)).verdict).toMatchObject({ kind: 'again', reason: 'busy' })
    await hec.down()
    expect(await client.probe(stop.signal)).toMatchObject({
      verdict: { reason: 'unreachable' },
      detail: expect.stringMatching(/^ECONN/),
    })
  })
})

describe.concurrent('what passes by itself', () => {
  const stored3 = [0, 1, 2]
  const twice = [...stored3, ...stored3]
  const rows: [string, Fault, unknown[], string][] = [
    [
      'a busy Splunk',
      { kind: 'reply', status: 503, body: '{"text":"Server is busy","code":9}' },
      stored3,
      'again busy',
    ],
    [
      'a full queue of Splunk 10',
      { kind: 'reply', status: 429, body: '{"text":"full","code":26}' },
      stored3,
      'again busy',
    ],
    [
      'a stop of Splunk',
      { kind: 'reply', status: 503, body: '{"text":"bye","code":23}' },
      stored3,
      'again shutting-down',
    ],
    ['a gateway without Splunk', { kind: 'reply', ...htmlReply(504) }, stored3, 'again server-error'],
    ['an empty 503', { kind: 'reply', status: 503, body: '' }, stored3, 'again busy'],
    ['a reset before the body is read', { kind: 'reset-before-read' }, stored3, 'again unreachable'],
    ['a reset before it is stored', { kind: 'reset-before-store' }, stored3, 'again unreachable'],
    ['no answer and nothing stored', { kind: 'hang' }, stored3, 'again timeout'],
    // Whoever does not learn that it was stored has to send it again.
    ['a reset after it is stored', { kind: 'reset-before-reply' }, twice, 'again unreachable'],
    ['half an answer', { kind: 'truncated-reply' }, twice, 'again unreachable'],
    ['no answer though it is stored', { kind: 'hang-before-reply' }, twice, 'again timeout'],
    ['an answer that trickles', { kind: 'drip-reply', everyMs: 50 }, twice, 'again timeout'],
    // These take longer to be tried again: somebody may have to mend something.
    [
      'a token that is rolled out',
      { kind: 'reply', status: 403, body: '{"text":"Invalid token","code":4}' },
      stored3,
      'hold token-refused',
    ],
    ['a login page', { kind: 'reply', status: 200, body: '<p>Please log in</p>' }, stored3, 'hold not-hec'],
    [
      'a megabyte of something',
      { kind: 'reply', status: 200, body: 'x'.repeat(1024 * 1024) },
      stored3,
      'hold not-hec',
    ],
    ['a refusal of the size', { kind: 'reply', ...htmlReply(413) }, stored3, 'divide too-large'],
    ['a refusal of gzip', { kind: 'reply', ...htmlReply(415) }, stored3, 'hold encoding-refused'],
    ['a broken proxy', { kind: 'reply', ...htmlReply(400) }, stored3, 'divide not-hec'],
  ]
  it.for(rows)('%s is tried again until all is stored', async ([, fault, expected, trouble], context) => {
    const { hec, deliver, stored, troubles } = await start(context, {}, { timeoutMs: 400 })
    hec.faults.add({ fault, times: 1 })
    await deliver(plain(3))
    expect(stored()).toEqual(expected)
    expect(troubles).toEqual([trouble])
  })

  it('Splunk that was away gets everything once', async context => {
    const { hec, deliver, stored, troubles } = await start(context)
    await hec.down()
    const delivered = deliver(plain(50))
    await eventually(() => troubles.length === 1, { withinMs: 5_000 })
    await hec.up()
    await delivered
    expect(stored()).toEqual(numbered(50))
    expect(new Set(troubles)).toEqual(new Set(['again unreachable']))
  })
})

describe.concurrent('a request of which Splunk takes the front', () => {
  it('goes on behind an event that is refused, which is the only one not delivered', async context => {
    const { hec, deliver, stored, letters } = await start(context)
    const objects = numbered(1_000).map(event => (event === 500 ? { event: '' } : { event }))
    expect(await deliver(eventsOf(objects))).toEqual({ accepted: 999, refused: 1, held: [] })
    expect(stored()).toEqual(numbered(1_000).filter(event => event !== 500))
    expect(letters()).toEqual([[500, 'event-refused']])
    expect(hec.counters.requests).toBe(2)
  })

  const refused: [string, object, number][] = [
    ['blank', { event: '' }, 2],
    ['without an event', { time: 1 }, 2],
    ['with nested fields', { event: 1, fields: { a: { b: 1 } } }, 2],
    ['too large', { event: 'x'.repeat(3_000) }, 2],
    ['the first of all', { event: '' }, 0],
    ['the last of all', { event: '' }, 4],
  ]
  it.for(refused)('gives up that event alone: %s', async ([, bad, at], context) => {
    const { hec, deliver, stored, letters } = await start(context, { maxEventBytes: 2_000 })
    const objects = numbered(5).map(event => (event === at ? bad : { event }))
    expect(await deliver(eventsOf(objects))).toEqual({ accepted: 4, refused: 1, held: [] })
    expect(stored()).toEqual(numbered(5).filter(event => event !== at))
    expect(letters()).toEqual([[at, 'event-refused']])
    expect(hec.counters.requests).toBe(at === 4 ? 1 : 2)
  })

  it('sends one more request for each refused event, however many there are', async context => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), async isBad => {
        const { hec, deliver, stored, letters } = await start(context)
        const objects = isBad.map((bad, event) => (bad ? { event: '' } : { event }))
        const bad = numbered(isBad.length).filter(event => isBad[event])
        const good = numbered(isBad.length).filter(event => !isBad[event])
        const delivered = await deliver(eventsOf(objects))
        expect(delivered).toEqual({ accepted: good.length, refused: bad.length, held: [] })
        expect([stored(), letters().map(([number]) => number)]).toEqual([good, bad])
        expect(hec.counters.requests).toBeLessThanOrEqual(1 + bad.length)
      }),
      { numRuns: 20 },
    )
  })

  it('leaves the events of a refused index aside, all of them at once, and delivers the others', async context => {
    const tokens = [{ token: TOKEN, indexes: ['main'] }]
    const { hec, deliver, stored } = await start(context, { tokens })
    const indexOf = (event: number) => (event % 10 === 4 ? 'security' : 'main')
    const delivered = await deliver(eventsOf(numbered(100).map(event => ({ event, index: indexOf(event) }))))
    const held = numbered(100).filter(event => indexOf(event) === 'security')
    expect(delivered).toEqual({
      accepted: 90,
      refused: 0,
      held: [{ numbers: held, reason: 'index-refused', index: 'security' }],
    })
    expect(stored()).toEqual(numbered(100).filter(event => !held.includes(event)))
    expect(hec.counters.requests).toBe(2)
  })

  it('goes on one event earlier when a busy Splunk says how many it took', async context => {
    const { hec, deliver, stored, troubles } = await start(context)
    hec.setLoad('busy', 3)
    const delivered = deliver(plain(8))
    await eventually(() => troubles.length === 2, { withinMs: 10_000 })
    hec.setLoad('normal')
    await delivered
    expect(stored()).toEqual([0, 1, 2, 2, 3, 4, 4, 5, 6, 7])
    expect(troubles).toEqual(['again busy', 'again busy'])
  })

  it('takes no number for more than was sent last', async context => {
    const { hec, deliver, stored, troubles } = await start(context)
    hec.setLoad('busy', 6)
    const delivered = deliver(plain(8))
    await eventually(() => troubles.length === 2, { withinMs: 10_000 })
    hec.setLoad('normal')
    await delivered
    expect(stored()).toEqual([...numbered(6), 5, 6, 7, 5, 6, 7])
    expect(troubles).toEqual(['again busy', 'again busy'])
  })

  it('sends all of it again when a busy Splunk has taken nothing of it', async context => {
    const { hec, deliver, stored, troubles } = await start(context)
    hec.setLoad('busy', 0)
    const delivered = deliver(plain(4))
    await eventually(() => troubles.length === 1, { withinMs: 10_000 })
    hec.setLoad('normal')
    await delivered
    expect(stored()).toEqual(numbered(4))
  })
})

/** Sends one event after the other until told to end; answers with how many got through. */
async function keepSending(
  deliver: (events: Events) => Promise<{ readonly accepted: number }>,
  signal: AbortSignal,
): Promise<number> {
  let sent = 0
  while (!signal.aborted) {
    const delivered = await deliver(eventsOf([{ event: `other ${sent}` }])).catch(() => undefined)
    sent += delivered?.accepted ?? 0
  }
  return sent
}

describe.concurrent('a request that is refused as a whole', () => {
  it('is divided until it is small enough, and what is too large by itself is given up', async context => {
    const { deliver, stored, letters } = await start(context, { maxContentBytes: 100 })
    const objects = numbered(20).map(event => ({ event: event === 7 ? 'x'.repeat(200) : event }))
    expect(await deliver(eventsOf(objects))).toEqual({ accepted: 19, refused: 1, held: [] })
    expect(stored()).toEqual(numbered(20).filter(event => event !== 7))
    expect(letters()).toEqual([[7, 'too-large']])
  })

  it('for one event, by somebody who is not HEC, loses that event alone', async context => {
    const { hec, deliver, stored, letters } = await start(context)
    const isPoison = bodyHas('"event":11}')
    hec.faults.add({ fault: { kind: 'reply', ...htmlReply(400) }, match: isPoison })
    expect(await deliver(plain(16))).toEqual({ accepted: 15, refused: 1, held: [] })
    expect(stored()).toEqual(numbered(16).filter(event => event !== 11))
    expect(letters()).toEqual([[11, 'not-hec']])
  })

  it('whatever is in it loses nothing: it waits', async context => {
    const { hec, deliver, letters, troubles } = await start(context)
    hec.faults.add({ fault: { kind: 'reply', ...htmlReply(400) } })
    const { accepted, refused, held } = await deliver(plain(64))
    expect([accepted, refused, letters()]).toEqual([0, 0, []])
    expect(held.flatMap(({ numbers }) => numbers).toSorted((a, b) => a - b)).toEqual(numbered(64))
    expect(hec.counters.requests).toBeLessThan(20)
    expect(troubles.at(-1)).toBe('divide not-hec')
  })

  it.for([
    ['500', { kind: 'reply', status: 500, body: '{"text":"Internal server error","code":8}' }],
    ['403 in HTML', { kind: 'reply', ...htmlReply(403) }],
    ['504', { kind: 'reply', ...htmlReply(504) }],
    ['a reset', { kind: 'reset-before-store' }],
  ] as const)('for one event, always with %s, holds that event alone', async ([, fault], context) => {
    const { hec, endpoints, stop, deliver, stored, letters } = await start(context)
    // Somebody else gets through all the while, as other shards do.
    const others = keepSending(deliver, stop.signal)
    void endpoints.keep(stop.signal)
    hec.faults.add({ fault, match: bodyHas('"event":11}') })
    const { accepted, held } = await deliver(plain(16))
    expect([accepted, held.map(({ numbers }) => numbers), letters()]).toEqual([15, [[11]], []])
    expect(new Set(stored().filter(event => typeof event === 'number'))).toEqual(
      new Set(numbered(16).filter(event => event !== 11)),
    )
    stop.abort()
    expect(await others).toBeGreaterThan(50)
  })

  it('because a proxy hides its compression loses no event', async ({ onTestFinished }) => {
    const proxy = await startHecReceiver({ tokens: [{ token: TOKEN }] })
    onTestFinished(() => proxy.close())
    // What HEC makes of gzip that nobody tells it of.
    const nonsense = '{"text":"Invalid data format","code":6,"invalid-event-number":0}'
    const isGzip = ({ headers }: { headers: object }) => 'content-encoding' in headers
    proxy.faults.add({ fault: { kind: 'reply', status: 400, body: nonsense }, match: isGzip })
    const { deliver, letters } = connect(proxy.url, onTestFinished)
    for (let i = 0; i < 3; i++)
      expect(await deliver(plain(200))).toEqual({ accepted: 200, refused: 0, held: [] })
    expect([proxy.counters.events, letters()]).toEqual([600, []])
  })

  it('for its size, though it is small, is not what is wrong with it', async context => {
    const { hec, deliver, letters } = await start(context)
    hec.faults.add({ fault: { kind: 'reply', ...htmlReply(413) } })
    const { accepted, held } = await deliver(plain(20))
    expect([accepted, held.flatMap(({ numbers }) => numbers).length, letters()]).toEqual([0, 20, []])
  })

  it('for its compression is sent again without, and so is every later one', async context => {
    const { hec, deliver, stored } = await start(context)
    const isGzip = ({ headers }: { headers: object }) => 'content-encoding' in headers
    hec.faults.add({ fault: { kind: 'reply', ...htmlReply(415) }, match: isGzip })
    await deliver(plain(200))
    await deliver(plain(200))
    expect(stored()).toEqual([...numbered(200), ...numbered(200)])
    expect(hec.counters.requests).toBe(3)
  })
})

describe.concurrent('between two tries', () => {
  /** Answers of one after the other, and when each was asked for. */
  async function scripted(onTestFinished: AtEnd, listener: RequestListener) {
    const askedAtMs: number[] = []
    const server = createServer((request, response) => {
      askedAtMs.push(performance.now())
      request.resume().once('end', () => listener(request, response))
    })
    const { url } = await listen(server, onTestFinished)
    const gaps = () => askedAtMs.slice(1).map((at, i) => at - (askedAtMs[i] ?? 0))
    return { url, gaps, asked: () => askedAtMs.length }
  }

  it.for([
    { status: 503, leastMs: 250 },
    { status: 403, leastMs: 1_000 },
  ])('it waits after a $status', async ({ status, leastMs }, { onTestFinished }) => {
    const { url, gaps, asked } = await scripted(onTestFinished, (_, response) =>
      response.writeHead(status).end(),
    )
    const { deliver, stop } = connect(url, onTestFinished)
    const delivered = deliver(plain(1)).catch(() => 'stopped')
    await eventually(() => asked() === 3, { withinMs: 15_000 })
    stop.abort()
    expect(await delivered).toBe('stopped')
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(leastMs - 5)
  })

  it('it waits as long as a load balancer asks for', async ({ onTestFinished }) => {
    const headers = { 'retry-after': '2' }
    const { url, gaps, asked } = await scripted(onTestFinished, (_, response) =>
      asked() === 1 ? response.writeHead(503, headers).end() : response.end('{"text":"Success","code":0}'),
    )
    await connect(url, onTestFinished).deliver(plain(1))
    expect(gaps()).toHaveLength(1)
    expect(gaps()[0]).toBeGreaterThanOrEqual(1_995)
  })

  it('it begins with the shortest wait again when Splunk has taken some', async ({ onTestFinished }) => {
    const busy = (number: number) => `{"text":"busy","code":9,"invalid-event-number":${number}}`
    const answers = [...Array(8).fill(2), 0].map(number => [503, busy(number)] as const)
    const { url, gaps, asked } = await scripted(onTestFinished, (_, response) => {
      const [status, body] = answers[asked() - 1] ?? [200, '{"text":"Success","code":0}']
      response.writeHead(status).end(body)
    })
    await connect(url, onTestFinished).deliver(plain(100))
    expect(gaps()).toHaveLength(9)
    // Without that the longest would be half a minute.
    expect(Math.max(...gaps())).toBeLessThan(3_000)
  })

  it('a stop ends the wait at once, with nothing left behind', async ({ onTestFinished }) => {
    const headers = { 'retry-after': '300' }
    const { url } = await scripted(onTestFinished, (_, response) => response.writeHead(503, headers).end())
    const { deliver, stop, troubles } = connect(url, onTestFinished)
    const delivered = deliver(plain(1))
    await eventually(() => troubles.length === 1, { withinMs: 5_000 })
    const reason = new Error('lease lost')
    stop.abort(reason)
    await expect(delivered).rejects.toBe(reason)
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })

  it('a stop ends a request under way', async context => {
    const { hec, deliver, stop, stored } = await start(context)
    const { strikes } = hec.faults.add({ fault: { kind: 'hang' } })
    const delivered = deliver(plain(500))
    await eventually(() => strikes() === 1, { withinMs: 5_000 })
    stop.abort()
    await expect(delivered).rejects.toThrow('aborted')
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
    expect(stored()).toEqual([])
  })

  it('nobody follows a redirect: the token stays here', async ({ onTestFinished }) => {
    const elsewhere = await scripted(onTestFinished, (_, response) =>
      response.end('{"text":"Success","code":0}'),
    )
    const location = `${elsewhere.url}/services/collector/event`
    for (const status of [301, 302, 303, 307, 308]) {
      const { url } = await scripted(onTestFinished, (_, response) =>
        response.writeHead(status, { location }).end(),
      )
      const { client, stop } = connect(url, onTestFinished)
      expect(await client.post(ONE_EVENT, 'channel', stop.signal)).toMatchObject({
        verdict: { kind: 'hold', reason: 'redirect' },
        detail: `HTTP ${status}`,
        status,
        code: null,
      })
    }
    expect(elsewhere.asked()).toBe(0)
  })
})

describe.concurrent('TLS', () => {
  const authority = createAuthority()
  const names = 'IP:127.0.0.1'

  it('with an authority of our own delivers', async context => {
    const tls = authority.issue(names)
    const { deliver, stored } = await start(context, { tls }, { tls: { verify: true, ca: authority.ca } })
    await deliver(plain(200))
    expect(stored()).toEqual(numbered(200))
  })

  it('delivers with a client certificate where Splunk asks for one, and says so without', async context => {
    const tls = { ...authority.issue(names), ca: authority.ca, requestCert: true, rejectUnauthorized: true }
    const trust = { verify: true, ca: authority.ca }
    const { hec, deliver, stored } = await start(
      context,
      { tls },
      { tls: { ...trust, ...authority.issue('DNS:us') } },
    )
    await deliver(plain(3))
    expect(stored()).toEqual(numbered(3))
    const without = connect(hec.url, context.onTestFinished, { tls: trust })
    const { verdict } = await without.client.probe(without.stop.signal)
    expect(verdict).toEqual({ kind: 'hold', reason: 'handshake-refused' })
  })

  it('that is not spoken there says so', async context => {
    const { hec } = await start(context)
    const { client, stop } = connect(hec.url.replace('http:', 'https:'), context.onTestFinished)
    const { verdict } = await client.probe(stop.signal)
    expect(verdict).toEqual({ kind: 'hold', reason: 'handshake-refused' })
  })

  it.for([
    { what: 'another host', tls: authority.issue('DNS:other.example'), ca: authority.ca },
    { what: 'an authority that is not ours', tls: authority.issue(names), ca: selfSigned(names).cert },
    { what: 'itself alone', tls: selfSigned(names), ca: undefined },
  ])('with a certificate for $what holds and says so', async ({ tls, ca }, context) => {
    const settings = { tls: { verify: true, ...(ca !== undefined && { ca }) } }
    const { hec, deliver, stop, troubles } = await start(context, { tls }, settings)
    const delivered = deliver(plain(1)).catch(() => 'stopped')
    await eventually(() => troubles.length === 1, { withinMs: 5_000 })
    stop.abort()
    expect(await delivered).toBe('stopped')
    expect(troubles).toEqual(['hold certificate'])
    expect(hec.counters.requests).toBe(0)
  })
})

it('compresses what is left anew, and what is sent again as it was only once', async ({ onTestFinished }) => {
  const bodies: string[] = []
  const onBody = (body: Buffer) => void bodies.push(body.toString())
  const { hec, deliver } = await start({ onTestFinished }, { onBody })
  hec.faults.add({ fault: { kind: 'reply', ...htmlReply(503) }, times: 1 })
  const events = eventsOf(numbered(1_000).map(event => (event === 100 ? { event: '' } : { event })))
  const whole = Buffer.from(events.bytes).toString()
  await deliver(events)
  expect(bodies).toEqual([whole, whole.slice(events.offsets[101])])
})
