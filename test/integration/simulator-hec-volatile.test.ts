import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  type HecReceiver,
  type HecReceiverOptions,
  startHecReceiver,
} from '../../src/simulator/hec/receiver.ts'
import { eventually } from '../support/eventually.ts'

const CHANNEL = randomUUID()
const SOON = { withinMs: 20_000 }
const tokens = [{ token: 'secret', useAck: true, defaultIndex: 'security' }]

let hec: HecReceiver
let seen: unknown[]

async function start(options: Partial<HecReceiverOptions> = {}): Promise<HecReceiver> {
  const onEvent: HecReceiverOptions['onEvent'] = ({ event }) => void seen.push(event)
  const receiver = await startHecReceiver({
    tokens,
    volatile: true,
    ackDelayMs: Infinity,
    onEvent,
    ...options,
  })
  onTestFinished(receiver.close)
  return receiver
}

beforeEach(async () => {
  seen = []
  hec = await start()
})

async function ask(path: string, body: string): Promise<unknown> {
  const headers = { authorization: 'Splunk secret', 'x-splunk-request-channel': CHANNEL }
  const response = await fetch(`${hec.url}/services/collector/${path}`, { method: 'POST', headers, body })
  return { status: response.status, ...JSON.parse(await response.text()) }
}

const post = (...events: readonly string[]) =>
  ask('event', events.map(event => JSON.stringify({ event })).join(''))
const poll = (...acks: readonly number[]) => ask('ack', JSON.stringify({ acks }))

const taken = (ackId: number) => ({ status: 200, text: 'Success', code: 0, ackId })
const polled = (acks: Readonly<Record<number, boolean>>) => ({ status: 200, acks })

/** What counts as stored, in every place that tells it. */
const stored = () => ({
  seen,
  events: hec.events.length,
  counted: hec.counters.events,
  byIndex: hec.counters.eventsByIndex,
})
const nothing = { seen: [], events: 0, counted: 0, byIndex: {} }

describe('what a volatile receiver has taken', () => {
  it('is not stored before it is indexed', async () => {
    expect(await post('a', 'b')).toEqual(taken(0))
    expect(await poll(0)).toEqual(polled({ 0: false }))
    expect(stored()).toEqual(nothing)
    expect(hec.eventsInMemory()).toBe(2)
    hec.setAckDelayMs(0)
    expect(stored()).toEqual({ seen: ['a', 'b'], events: 2, counted: 2, byIndex: { security: 2 } })
    expect(hec.eventsInMemory()).toBe(0)
    expect(await poll(0)).toEqual(polled({ 0: true }))
    expect(await poll(0)).toEqual(polled({ 0: false }))
  })

  it('is indexed by itself when its time has come, in the order taken', async () => {
    hec.setAckDelayMs(100)
    await post('a')
    await post('b')
    await eventually(() => seen.length === 2, SOON)
    expect(seen).toEqual(['a', 'b'])
    expect(await poll(0, 1)).toEqual(polled({ 0: true, 1: true }))
  })

  it('is the prefix alone of a body with a refused event', async () => {
    expect(await post('a', '')).toMatchObject({ status: 400, code: 13, ackId: 0 })
    expect(hec.eventsInMemory()).toBe(1)
    hec.setAckDelayMs(0)
    expect(seen).toEqual(['a'])
  })

  it('is handed out as bodies only when it is indexed, in the cheap mode', async () => {
    const bodies: string[] = []
    hec = await start({ strict: false, onBody: body => void bodies.push(body.toString()) })
    await post('a')
    expect([bodies, hec.counters.events, hec.eventsInMemory()]).toEqual([[], 0, 1])
    hec.setAckDelayMs(0)
    expect([bodies, hec.counters.events, hec.eventsInMemory()]).toEqual([['{"event":"a"}'], 1, 0])
  })
})

describe('the death of a volatile receiver', () => {
  const restart = async () => hec.restart()
  const downAndUp = async () => {
    await hec.down()
    await hec.up()
  }
  it.each([
    ['restart', restart],
    ['down', downAndUp],
  ])('by %s loses what is not indexed, keeps the rest, and counts ids from 0 again', async (_, die) => {
    await post('indexed')
    hec.setAckDelayMs(0)
    hec.setAckDelayMs(Infinity)
    await post('lost', 'lost too')
    await die()
    expect(hec.counters.lostInMemory).toBe(2)
    expect([hec.eventsInMemory(), hec.pendingAcks()]).toEqual([0, 0])
    expect(await eventually(() => poll(0, 1), SOON)).toEqual(polled({ 0: false, 1: false }))
    expect(await post('after')).toEqual(taken(0))
    hec.setAckDelayMs(0)
    expect(stored()).toEqual({ seen: ['indexed', 'after'], events: 2, counted: 2, byIndex: { security: 2 } })
    expect(await poll(0, 1)).toEqual(polled({ 0: true, 1: false }))
  })

  it('says what it is told to say until it is up again', async () => {
    await post('lost')
    hec.setLoad('shutting-down')
    expect(await post('a')).toMatchObject({ status: 503, code: 23 })
    expect(await poll(0)).toMatchObject({ status: 503, code: 23 })
    hec.setLoad('starting')
    hec.restart()
    expect(await eventually(() => poll(0), SOON)).toMatchObject({ status: 404 })
    expect(await post('a')).toMatchObject({ status: 404 })
    hec.setLoad('normal')
    expect(await post('a')).toEqual(taken(0))
    expect(hec.counters.lostInMemory).toBe(1)
  })

  it('leaves nothing that would keep the process alive', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', CLOSES_WITH_EVENTS_IN_MEMORY])
    onTestFinished(() => void child.kill())
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  })
})

const CLOSES_WITH_EVENTS_IN_MEMORY = `
  import { startHecReceiver } from '${new URL('../../src/simulator/hec/receiver.ts', import.meta.url)}'
  const options = { tokens: [{ token: 'secret' }], volatile: true, ackDelayMs: 3_600_000 }
  const hec = await startHecReceiver(options)
  const headers = { authorization: 'Splunk secret' }
  await fetch(hec.url + '/services/collector', { method: 'POST', headers, body: '{"event":"a"}' })
  if (hec.eventsInMemory() !== 1) process.exit(1)
  await hec.close()
  if (hec.counters.lostInMemory !== 1) process.exit(2)
`

describe('a receiver that is not volatile', () => {
  it('stores at once, loses nothing in a restart, and keeps its ids while it is down', async () => {
    hec = await start({ volatile: false })
    await post('a')
    expect([seen, hec.eventsInMemory()]).toEqual([['a'], 0])
    await hec.down()
    await hec.up()
    hec.setAckDelayMs(0)
    expect(await eventually(() => poll(0), SOON)).toEqual(polled({ 0: true }))
    hec.restart()
    expect([hec.events.length, hec.counters.lostInMemory]).toEqual([1, 0])
  })
})
