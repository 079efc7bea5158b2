import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  type HecReceiver,
  type HecReceiverOptions,
  startHecReceiver,
} from '../../src/simulator/hec/receiver.ts'
import { type Balancer, type BalancerOptions, startBalancer } from '../support/balancer.ts'
import { expectNothingOpen } from '../support/invariants.ts'

const authorization = 'Splunk secret'
const channel = randomUUID()
const tokens = [{ token: 'secret', useAck: true }]

let indexers: readonly [HecReceiver, HecReceiver]
/** What the balancer knows as its targets; both indexers at first. */
let targets: string[]

async function startIndexer(options: Partial<HecReceiverOptions> = {}): Promise<HecReceiver> {
  const indexer = await startHecReceiver({ tokens, ...options })
  onTestFinished(indexer.close)
  return indexer
}

beforeEach(async () => {
  indexers = [await startIndexer(), await startIndexer()]
  targets = indexers.map(({ url }) => url)
})

afterAll(expectNothingOpen)

async function start(sticky?: BalancerOptions['sticky']): Promise<Balancer> {
  const balancer = await startBalancer({ targets: () => targets, ...(sticky && { sticky }) })
  onTestFinished(balancer.close)
  return balancer
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly cookies: readonly string[]
}

/** A client that shows the cookies that it is given. */
function createClient({ url }: Balancer) {
  const jar = new Map<string, string>()
  return async (path: string, body: string): Promise<Answer> => {
    const cookie = [...jar].map(pair => pair.join('=')).join('; ')
    const headers = { authorization, 'x-splunk-request-channel': channel, ...(cookie && { cookie }) }
    const response = await fetch(`${url}/services/collector/${path}`, { method: 'POST', headers, body })
    const cookies = response.headers.getSetCookie().map(text => text.replace(/;.*/, ''))
    for (const [name = '', value = ''] of cookies.map(text => text.split('='))) jar.set(name, value)
    return { status: response.status, body: await response.text(), cookies }
  }
}

const event = '{"event":"a"}'
const stored = () => indexers.map(({ events }) => events.length)

describe('a balancer without stickiness', () => {
  it('deals the requests to its targets in turn, and sets no cookie', async () => {
    const balancer = await start()
    const send = createClient(balancer)
    for (const _ of Array(4)) expect(await send('event', event)).toMatchObject({ status: 200, cookies: [] })
    expect(stored()).toEqual([2, 2])
    expect([...balancer.requests]).toEqual(targets.map(target => [target, 2]))
  })

  it('brings polls to the wrong indexer', async () => {
    const send = createClient(await start())
    const [first, second, third] = [
      await send('event', event),
      await send('event', event),
      await send('event', event),
    ]
    const ids = [first, second, third].map(({ body }) => JSON.parse(body).ackId)
    expect(ids).toEqual([0, 0, 1])
    expect((await send('ack', '{"acks":[1]}')).body).toBe('{"acks":{"1":false}}')
  })

  it('passes headers and bodies as they are, both ways', async () => {
    indexers = [await startIndexer({ replyHeaders: { 'set-cookie': 'own=1', 'x-own': 'two' } }), indexers[1]]
    targets = [indexers[0].url]
    const { url } = await start()
    const body = event.repeat(100_000)
    const headers = { authorization, 'x-splunk-request-channel': channel, 'x-mine': 'one' }
    const response = await fetch(`${url}/services/collector?index=main`, { method: 'POST', headers, body })
    expect([response.status, await response.text()]).toEqual([200, '{"text":"Success","code":0,"ackId":0}'])
    expect(response.headers.getSetCookie()).toEqual(['own=1'])
    expect(response.headers.get('x-own')).toBe('two')
    const host = new URL(url).host
    expect(indexers[0].requests).toMatchObject([
      {
        url: '/services/collector?index=main',
        headers: { 'x-mine': 'one', host },
        decodedBytes: body.length,
      },
    ])
    expect(stored()[0]).toBe(100_000)
  })
})

describe('a sticky balancer', () => {
  it('keeps each client at the indexer that it had first', async () => {
    const balancer = await start('cookie')
    const [one, two] = [createClient(balancer), createClient(balancer)]
    expect((await one('event', event)).cookies).toEqual([`LB=${new URL(indexers[0].url).host}`])
    expect((await two('event', event)).cookies).toEqual([`LB=${new URL(indexers[1].url).host}`])
    for (const id of [1, 2, 3])
      expect(await one('event', event)).toMatchObject({
        body: `{"text":"Success","code":0,"ackId":${id}}`,
        cookies: [],
      })
    expect(stored()).toEqual([4, 1])
    expect((await one('ack', '{"acks":[3]}')).body).toBe('{"acks":{"3":true}}')
  })

  it('deals a client anew whose indexer is no target any more', async () => {
    const send = createClient(await start('cookie'))
    await send('event', event)
    targets = [indexers[1].url]
    expect((await send('event', event)).cookies).toEqual([`LB=${new URL(indexers[1].url).host}`])
    expect((await send('event', event)).cookies).toEqual([])
    expect(stored()).toEqual([1, 2])
  })

  it('sets its cookie beside those of the indexer', async () => {
    const indexer = await startIndexer({ replyHeaders: { 'set-cookie': 'own=1' } })
    targets = [indexer.url]
    const { cookies } = await createClient(await start('cookie'))('event', event)
    expect(cookies).toEqual(['own=1', `LB=${new URL(indexer.url).host}`])
  })

  it('leaves a client with its indexer while that is down', async () => {
    const send = createClient(await start('cookie'))
    await send('event', event)
    await indexers[0].down()
    expect(await send('event', event)).toMatchObject({ status: 502, cookies: [] })
    await indexers[0].up()
    expect(await send('event', event)).toMatchObject({ status: 200, cookies: [] })
    expect(stored()).toEqual([2, 0])
  })
})

describe('a balancer in trouble', () => {
  const html = (status: number) => ({ status, body: expect.stringMatching(/^<!doctype html>/) })

  it('answers 502 in HTML for a target that refuses connections, and goes on with the others', async () => {
    const balancer = await start()
    const send = createClient(balancer)
    await indexers[0].down()
    expect(await send('event', event)).toMatchObject(html(502))
    expect(await send('event', event)).toMatchObject({ status: 200 })
    expect(await send('event', event)).toMatchObject(html(502))
    expect([...balancer.requests]).toEqual([
      [indexers[0].url, 2],
      [indexers[1].url, 1],
    ])
  })

  it('answers 502 for a target that breaks off before it answers', async () => {
    const send = createClient(await start())
    indexers[0].faults.add({ fault: { kind: 'reset-before-reply' } })
    expect(await send('event', event)).toMatchObject(html(502))
    expect(stored()).toEqual([1, 0])
  })

  it('breaks off where a target breaks off within its answer', async () => {
    const send = createClient(await start())
    indexers[0].faults.add({ fault: { kind: 'truncated-reply' } })
    await expect(send('event', event)).rejects.toThrow()
    expect(await send('event', event)).toMatchObject({ status: 200 })
  })

  it('answers 503 without a target', async () => {
    targets = []
    expect(await createClient(await start())('event', event)).toMatchObject(html(503))
  })
})

describe('what a balancer passes', () => {
  it('it passes as it comes, and takes no answer for its own to wait for', async () => {
    const { url } = await start()
    indexers[0].faults.add({ fault: { kind: 'drip-reply', everyMs: 3_600_000 }, route: 'any' })
    const { body } = await fetch(`${url}/services/collector/health`)
    const begin = await body?.getReader().read()
    expect(begin?.value).toEqual(new TextEncoder().encode('{'))
  })

  it('brings a request to its target before all of it is here', async () => {
    const { url } = await start()
    indexers[0].faults.add({ fault: { kind: 'reset-before-read' } })
    const request = http.request(`${url}/services/collector`, { method: 'POST', headers: { authorization } })
    request.on('error', () => {})
    onTestFinished(() => void request.destroy())
    request.write('{"event":')
    const [response] = await once(request, 'response')
    expect([response.statusCode, await text(response)]).toEqual([502, expect.stringMatching(/^<!doctype/)])
  })

  it('tells a target when its client has left', async () => {
    const { url } = await start()
    const left = Promise.withResolvers<void>()
    const target = http.createServer((_, response) => void response.on('close', () => left.resolve()))
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    onTestFinished(() => void target.close())
    const address = target.address()
    targets = [`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`]
    const patience = new AbortController()
    const asked = once(target, 'request')
    const answer = fetch(url, { signal: patience.signal }).catch(() => 'left')
    await asked
    patience.abort()
    expect(await answer).toBe('left')
    await left.promise
  })
})
