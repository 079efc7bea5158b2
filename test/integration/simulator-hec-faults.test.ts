import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { htmlReply } from '../../src/simulator/hec/answers.ts'
import { bodyHas, type Fault, namesIndex } from '../../src/simulator/hec/faults.ts'
import { type HecReceiver, startHecReceiver } from '../../src/simulator/hec/receiver.ts'

const headers = { authorization: 'Splunk secret' }
const token = { token: 'secret' }
const PATIENCE_MS = 50

let hec: HecReceiver

beforeEach(async () => {
  hec = await startHecReceiver({ tokens: [token] })
})

afterEach(() => hec.close())

interface Sent {
  readonly body?: string
  readonly path?: string
  readonly signal?: AbortSignal
}

/** `200 …`, or `failed` when no whole answer came. */
async function post({ body = '{"event":"a"}', path = '', signal }: Sent = {}): Promise<string> {
  try {
    const url = `${hec.url}/services/collector/event${path}`
    const response = await fetch(url, { method: 'POST', headers, body, ...(signal && { signal }) })
    return `${response.status} ${await response.text()}`
  } catch {
    return 'failed'
  }
}

const success = '200 {"text":"Success","code":0}'
const notHec: Fault = { kind: 'reply', status: 200, body: '<p>Please log in</p>' }

describe('a fault', () => {
  const cases: [Fault, string | RegExp, number][] = [
    [{ kind: 'reset-before-read' }, 'failed', 0],
    [{ kind: 'reset-before-store' }, 'failed', 0],
    [{ kind: 'reset-before-reply' }, 'failed', 1],
    [{ kind: 'hang' }, 'failed', 0],
    [{ kind: 'hang-before-reply' }, 'failed', 1],
    [{ kind: 'truncated-reply' }, 'failed', 1],
    [{ kind: 'slow-reply', delayMs: 30 }, success, 1],
    [{ kind: 'slow-reply', delayMs: 60_000 }, 'failed', 1],
    [{ kind: 'drip-reply', everyMs: 1 }, success, 1],
    [{ kind: 'drip-reply', everyMs: 1_000 }, 'failed', 1],
    [{ kind: 'reply', ...htmlReply(502) }, /^502 <!doctype html>/, 0],
    [notHec, '200 <p>Please log in</p>', 0],
    [{ kind: 'reply', status: 429, body: '', headers: { 'retry-after': '3' } }, '429 ', 0],
  ]
  it.each(cases)('%j strikes once and leaves what it says in store', async (fault, answer, stored) => {
    const { strikes } = hec.faults.add({ fault, times: 1 })
    const patience = new AbortController()
    const posted = post({ signal: patience.signal })
    await vi.waitFor(() => expect(strikes()).toBe(1))
    if (answer === 'failed') setTimeout(() => patience.abort(), PATIENCE_MS)
    expect(await posted).toMatch(answer)
    expect(strikes()).toBe(1)
    expect(hec.events).toHaveLength(stored)
    expect(await post()).toBe(success)
    expect(hec.events).toHaveLength(stored + 1)
  })

  it('lasts until it is removed', async () => {
    const { remove } = hec.faults.add({ fault: notHec })
    expect([await post(), await post()]).not.toContain(success)
    remove()
    expect(await post()).toBe(success)
  })

  it('strikes only the requests it matches', async () => {
    hec.faults.add({ fault: notHec, match: namesIndex('security') })
    hec.faults.add({ fault: notHec, match: bodyHas('poison') })
    hec.faults.add({ fault: notHec, match: ({ url }) => url.endsWith('/1.0') })
    expect(await post({ body: '{"event":"a","index":"main"}' })).toBe(success)
    expect(await post({ body: '{"event":"a","index":"security"}' })).not.toBe(success)
    expect(await post({ body: '{"event":"poison"}' })).not.toBe(success)
    expect(await post({ path: '/1.0' })).not.toBe(success)
  })

  it('leaves health probes alone unless it is for them', async () => {
    const health = async () => (await fetch(`${hec.url}/services/collector/health`)).status
    hec.faults.add({ fault: { kind: 'reply', status: 503, body: '' } })
    expect(await health()).toBe(200)
    hec.faults.add({ fault: { kind: 'reply', status: 503, body: '' }, route: 'health' })
    expect(await health()).toBe(503)
  })

  it('takes its turn: the first that matches strikes, then the next', async () => {
    hec.faults.add({ fault: { kind: 'reply', status: 500, body: 'first' }, times: 1 })
    hec.faults.add({ fault: { kind: 'reply', status: 500, body: 'second' }, times: 1 })
    expect([await post(), await post(), await post()]).toEqual(['500 first', '500 second', success])
  })
})

describe('a receiver', () => {
  it('refuses connections while it is down and keeps its port and its events', async () => {
    await post()
    await hec.down()
    expect(await post()).toBe('failed')
    await hec.up()
    expect(await post()).toBe(success)
    expect(hec.events).toHaveLength(2)
  })

  it('closes idle connections without having announced it', async () => {
    const impatient = await startHecReceiver({ tokens: [token], keepAliveIdleMs: 20 })
    const socket = connect(Number(new URL(impatient.url).port), '127.0.0.1')
    socket.write('GET /services/collector/health HTTP/1.1\r\nHost: hec\r\n\r\n')
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1.1 200 .*connection: keep-alive/is)
    expect(answer).not.toContain('timeout')
    await impatient.close()
  })

  it('puts its headers on every reply', async () => {
    const sticky = await startHecReceiver({ tokens: [token], replyHeaders: { 'set-cookie': 'AWSALB=one' } })
    const response = await fetch(`${sticky.url}/services/collector/health`)
    expect(response.headers.getSetCookie()).toEqual(['AWSALB=one'])
    await sticky.close()
  })

  it('puts headers on a reply that are made for it', async () => {
    let replies = 0
    const changing = await startHecReceiver({
      tokens: [token],
      replyHeaders: ({ route }) => ({ 'set-cookie': `AWSALB=${route}-${++replies}` }),
    })
    const cookieOf = async (path: string) =>
      (await fetch(`${changing.url}/services/collector/${path}`)).headers.getSetCookie()
    expect(await cookieOf('health')).toEqual(['AWSALB=health-1'])
    expect(await cookieOf('event')).toEqual(['AWSALB=event-2'])
    await changing.close()
  })

  it('only counts objects and hands out bodies in its cheap mode', async () => {
    const bodies: [string, number][] = []
    const onBody = (body: Buffer, events: number) => void bodies.push([body.toString(), events])
    const cheap = await startHecReceiver({ tokens: [token], strict: false, onBody })
    const body = '{"event":"}{\\"}"}\n{"anything":[{}]}'
    const send = (text: string) =>
      fetch(`${cheap.url}/services/collector`, { method: 'POST', headers, body: text }).then(r => r.json())
    expect(await send(body)).toEqual({ text: 'Success', code: 0 })
    expect(await send('{"event":1}}')).toMatchObject({ code: 6, 'invalid-event-number': 1 })
    expect(bodies).toEqual([
      [body, 2],
      ['{"event":1}}', 1],
    ])
    expect(cheap.counters.events).toBe(3)
    expect([cheap.events, cheap.requests]).toEqual([[], []])
    await cheap.close()
  })

  it('hands out bodies in its strict mode too, and counts the lines of /raw once in either', async () => {
    const body = '{"time":1700000000.123456789,"event":"a"}{"event":""}'
    for (const strict of [true, false]) {
      const bodies: [string, number][] = []
      const onBody = (text: Buffer, events: number) => void bodies.push([text.toString(), events])
      const receiver = await startHecReceiver({ tokens: [token], strict, onBody })
      await fetch(`${receiver.url}/services/collector`, { method: 'POST', headers, body })
      await fetch(`${receiver.url}/services/collector/raw`, { method: 'POST', headers, body: 'one\ntwo' })
      const taken = strict ? 1 : 2
      expect(bodies).toEqual([
        [body, taken],
        ['one\ntwo', 2],
      ])
      expect(receiver.counters.events).toBe(taken + 2)
      await receiver.close()
    }
  })
})
