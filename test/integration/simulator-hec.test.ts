import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type HecReceiver, startHecReceiver } from '../../src/simulator/hec/receiver.ts'

const CHANNEL = randomUUID()
const MAX_EVENT_BYTES = 200
const MAX_CONTENT_BYTES = 5_000

let hec: HecReceiver

beforeEach(async () => {
  hec = await startHecReceiver({
    tokens: [
      { token: 'plain', indexes: ['main', 'security'] },
      { token: 'ack', useAck: true },
      { token: 'off', disabled: true },
      { token: 'in-query', allowQueryStringAuth: true },
    ],
    maxEventBytes: MAX_EVENT_BYTES,
    maxContentBytes: MAX_CONTENT_BYTES,
  })
})

afterEach(() => hec.close())

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

const as = (token: string, channel?: string) => ({
  authorization: `Splunk ${token}`,
  ...(channel !== undefined && { 'x-splunk-request-channel': channel }),
})

async function send({ path = '/event', method = 'POST', headers = as('plain'), body }: Sent) {
  const url = `${hec.url}/services/collector${path}`
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  const html = text.startsWith('<')
  return {
    status: response.status,
    headers: response.headers,
    reply: html ? 'html' : text && JSON.parse(text),
  }
}

const ok = '{"event":"ok"}'
const success = { text: 'Success', code: 0 }
const with400 = (code: number, position?: number) => ({
  status: 400,
  reply: expect.objectContaining({
    code,
    ...(position !== undefined && { 'invalid-event-number': position }),
  }),
})

describe('who may send', () => {
  const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`
  const cases: [string, Sent, number, number][] = [
    ['a known token', { headers: as('plain') }, 200, 0],
    ['the token as the password of HTTP Basic', { headers: { authorization: basic('plain') } }, 200, 0],
    ['no authorization', { headers: {} }, 401, 2],
    ['a blank authorization', { headers: { authorization: ' ' } }, 401, 2],
    ['another scheme', { headers: { authorization: 'Bearer plain' } }, 401, 3],
    ['an unknown token', { headers: as('unknown') }, 403, 4],
    ['a disabled token', { headers: as('off') }, 403, 1],
    ['a token in the query beside a good header', { path: '/event?token=plain' }, 400, 16],
    ['a token in the query that may stand there', { path: '/event?token=in-query', headers: {} }, 200, 0],
    ['an ack token without a channel', { headers: as('ack') }, 400, 10],
    ['an ack token with a channel that is no GUID', { headers: as('ack', '42') }, 400, 11],
    ['a plain token with a channel that is no GUID', { headers: as('plain', '42') }, 200, 0],
    [
      'an ack token with its channel in the query',
      { path: `/event?channel=${CHANNEL}`, headers: as('ack') },
      200,
      0,
    ],
  ]
  it.each(cases)('answers %s', async (_, sent, status, code) => {
    expect(await send({ body: ok, ...sent })).toMatchObject({ status, reply: { code } })
    expect(hec.events).toHaveLength(code === 0 ? 1 : 0)
    expect(hec.counters.answers).toEqual({ [`${status}/${code}`]: 1 })
  })

  it('follows changes of a token at once', async () => {
    hec.setToken({ token: 'plain', disabled: true })
    expect(await send({ body: ok })).toMatchObject({ status: 403, reply: { code: 1 } })
    hec.removeToken('plain')
    expect(await send({ body: ok })).toMatchObject({ status: 403, reply: { code: 4 } })
    hec.setToken({ token: 'plain' })
    expect(await send({ body: ok })).toMatchObject({ status: 200 })
  })

  it('answers a missing channel with the code of Splunk Cloud in its profile', async () => {
    const cloud = await startHecReceiver({ tokens: [{ token: 'ack', useAck: true }], profile: 'cloud' })
    const url = `${cloud.url}/services/collector`
    const response = await fetch(url, { method: 'POST', headers: as('ack'), body: ok })
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 28 })])
    await cloud.close()
  })
})

describe('what a body may hold', () => {
  const tooLong = JSON.stringify({ event: 'x'.repeat(MAX_EVENT_BYTES) })
  const notUtf8 = Buffer.concat([Buffer.from('{"event":"a"}{"event":"'), Buffer.of(0xff), Buffer.from('"}')])
  const cases: [string, string | Uint8Array<ArrayBuffer>, object, number][] = [
    ['one event', ok, { status: 200, reply: success }, 1],
    ['events with white space between', `\n${ok} ${ok}\r\n\t${ok}\n`, { status: 200, reply: success }, 3],
    ['nothing', '', with400(5), 0],
    ['white space alone', ' \n ', with400(5), 0],
    ['a malformed object behind two good ones', `${ok}${ok}{"event":tru}${ok}`, with400(6, 2), 2],
    ['an unfinished object', `${ok}{"event":"a`, with400(6, 1), 1],
    ['garbage behind an object', `${ok}garbage`, with400(6, 1), 1],
    ['garbage alone', 'garbage', with400(6, 0), 0],
    ['bytes that are not UTF-8', notUtf8, with400(6, 1), 1],
    ['a byte order mark', `\ufeff${ok}`, with400(6, 0), 0],
    ['a comma between objects', `${ok},${ok}`, with400(6, 1), 1],
    ['an array of objects', `[${ok},${ok}]`, with400(6, 0), 0],
    ['an object without event and fields', `${ok}{"time":1}${ok}`, with400(12, 1), 1],
    ['a null event', `${ok}{"event":null}`, with400(12, 1), 1],
    ['a blank event', `${ok}${ok}{"event":""}`, with400(13, 2), 2],
    ['an empty object as the event', '{"event":{}}', with400(13, 0), 0],
    ['a nested indexed field', `${ok}{"event":"a","fields":{"a":{"b":1}}}`, with400(15, 1), 1],
    [
      'indexed fields that are flat',
      '{"event":"a","fields":{"a":1,"b":[1,"x"],"c":null}}',
      { status: 200 },
      1,
    ],
    ['an array of indexed fields', '{"event":"a","fields":["a"]}', with400(6, 0), 0],
    ['an index refused to the token', `${ok}{"event":"a","index":"other"}${ok}`, with400(7, 2), 1],
    ['an index allowed to the token', '{"event":"a","index":"security"}', { status: 200 }, 1],
    ['fields without an event', `${ok}{"fields":{"a":1}}${ok}`, { status: 200, reply: success }, 2],
    [
      'an unknown key behind a good object',
      `${ok}{"event":"a","x":1}${ok}${ok}`,
      { status: 200, reply: success },
      1,
    ],
    ['an unknown key alone', '{"event":"a","x":1}\n', with400(5), 0],
    ['an event over the limit', `${ok}${tooLong}${ok}`, with400(6, 1), 1],
    ['metadata that is null', `${ok}{"event":"a","host":null}`, with400(6, 1), 1],
    ['a time that is no number', '{"event":"a","time":"now"}', with400(6, 0), 0],
    ['a time as text with nanoseconds', '{"event":"a","time":"1700000000.123456789"}', { status: 200 }, 1],
  ]
  it.each(cases)('takes what Splunk takes of a body with %s', async (_, body, answer, stored) => {
    expect(await send({ body })).toMatchObject(answer)
    expect(hec.events).toHaveLength(stored)
  })

  it('stores envelopes as they were sent and counts by the index they went to', async () => {
    const envelope = {
      time: 1.5,
      host: 'h',
      source: 's',
      sourcetype: 't',
      index: 'security',
      event: { a: '中' },
    }
    await send({ path: '?index=main', body: `${JSON.stringify(envelope)}${ok}` })
    await send({ path: '/event/1.0?index=other', body: ok })
    expect(hec.events).toEqual([envelope, { event: 'ok' }])
    expect(hec.counters).toMatchObject({
      requests: 2,
      events: 2,
      eventsByIndex: { security: 1, main: 1 },
      answers: { '200/0': 1, '400/7': 1 },
    })
  })
})

describe('the HTTP layer', () => {
  const gzip = { ...as('plain'), 'content-encoding': 'gzip' }
  const cases: [string, Sent, object, number][] = [
    ['gzip', { headers: gzip, body: gzipSync(ok) }, { status: 200 }, 1],
    ['corrupt gzip', { headers: gzip, body: ok }, { status: 400, reply: 'html' }, 0],
    [
      'gzip cut short',
      { headers: gzip, body: gzipSync(ok).subarray(0, 20) },
      { status: 400, reply: 'html' },
      0,
    ],
    [
      'deflate',
      { headers: { ...gzip, 'content-encoding': 'deflate' }, body: deflateSync(ok) },
      { status: 415, reply: 'html' },
      0,
    ],
    [
      'br',
      { headers: { ...gzip, 'content-encoding': 'br' }, body: brotliCompressSync(ok) },
      { status: 415, reply: 'html' },
      0,
    ],
    ['a body over the limit', { body: ok.repeat(MAX_CONTENT_BYTES) }, { status: 413, reply: 'html' }, 0],
    [
      'gzip over the limit unpacked',
      { headers: gzip, body: gzipSync(ok.repeat(MAX_CONTENT_BYTES)) },
      { status: 413, reply: 'html' },
      0,
    ],
    ['GET on events', { method: 'GET' }, { status: 405, reply: { code: 404 } }, 0],
    ['an unknown path', { path: '/events', body: ok }, { status: 404, reply: { code: 404 } }, 0],
    ['OPTIONS', { method: 'OPTIONS', headers: {} }, { status: 200, reply: '' }, 0],
  ]
  it.each(cases)('answers %s', async (_, sent, answer, stored) => {
    expect(await send(sent)).toMatchObject(answer)
    expect(hec.events).toHaveLength(stored)
  })

  it('answers a request whose target is no address', async () => {
    const asking = get({ host: '127.0.0.1', port: new URL(hec.url).port, path: '*%', agent: false })
    const [answer]: IncomingMessage[] = await once(asking, 'response')
    expect(answer?.resume().statusCode).toBe(404)
  })

  it('names the methods of a route', async () => {
    expect((await send({ method: 'OPTIONS' })).headers.get('allow')).toBe('POST,OPTIONS')
    expect((await send({ method: 'OPTIONS', path: '/health' })).headers.get('allow')).toBe('GET,HEAD,OPTIONS')
  })

  it('counts bytes on the wire and unpacked', async () => {
    const body = gzipSync(ok.repeat(50))
    await send({ headers: gzip, body })
    expect(hec.counters).toMatchObject({
      wireBytes: body.length,
      decodedBytes: 50 * ok.length,
      connections: 1,
    })
    expect(hec.requests).toMatchObject([{ method: 'POST', headers: gzip, answer: '200/0' }])
  })
})

describe('raw', () => {
  it('makes an event of each line that is not blank', async () => {
    expect(await send({ path: '/raw', body: 'one\n\r\ntwo\r\nthree' })).toMatchObject({
      status: 200,
      reply: success,
    })
    expect(hec.events).toEqual([{ event: 'one' }, { event: 'two' }, { event: 'three' }])
  })
  it.each(['', ' \n\t\n'])('answers a blank body %j with code 5', async body => {
    expect(await send({ path: '/raw', body })).toMatchObject(with400(5))
  })
  it('refuses an index that the token may not write to', async () => {
    expect(await send({ path: '/raw?index=other', body: 'a' })).toMatchObject(with400(7))
  })
})

describe('health and load', () => {
  const health = (path = '/health', headers = {}) => send({ path, method: 'GET', headers })

  it('is healthy for anybody', async () => {
    expect(await health()).toMatchObject({ status: 200, reply: { text: 'HEC is healthy', code: 17 } })
  })
  it('says so when it does not know the token or has disabled it', async () => {
    expect(await health('/health', as('unknown'))).toMatchObject(with400(21))
    expect(await health('/health/1.0', as('off'))).toMatchObject(with400(22))
  })

  const profiles = [
    ['queue-warning', [200, 24], [200, 17], 1],
    ['ack-warning', [200, 25], [200, 17], 1],
    ['busy', [503, 9], [503, 18], 0],
    ['queue-at-capacity', [429, 26], [503, 18], 0],
    ['ack-at-capacity', [429, 27], [200, 17], 0],
    ['shutting-down', [503, 23], [503, 23], 0],
    ['starting', [404, 404], [404, 404], 0],
  ] as const
  it.each(profiles)('plays %s', async (load, [status, code], [healthStatus, healthCode], stored) => {
    hec.setLoad(load)
    expect(await send({ body: ok })).toMatchObject({ status, reply: { code } })
    expect(await health()).toMatchObject({ status: healthStatus, reply: { code: healthCode } })
    expect(hec.events).toHaveLength(stored)
    hec.setLoad('normal')
    expect(await send({ body: ok })).toMatchObject({ status: 200, reply: success })
  })

  it('names the ack service in the health that asks for it', async () => {
    hec.setLoad('ack-at-capacity')
    expect(await health('/health?ack=1')).toMatchObject({ status: 503, reply: { code: 19 } })
  })

  it('takes the first events of a request before its queue is full, and says how many', async () => {
    hec.setLoad('busy', 2)
    expect(await send({ body: ok.repeat(5) })).toMatchObject({
      status: 503,
      reply: { code: 9, 'invalid-event-number': 2 },
    })
    expect(hec.events).toHaveLength(2)
  })
})

describe('acknowledgement', () => {
  const post = (body = ok, channel = CHANNEL) => send({ headers: as('ack', channel), body })
  const poll = (acks: unknown, channel = CHANNEL) =>
    send({ path: '/ack', headers: as('ack', channel), body: JSON.stringify({ acks }) })

  it('numbers the requests of each channel from 0', async () => {
    const other = randomUUID()
    const replies = [await post(), await post(), await post(ok, other)]
    expect(replies.map(({ reply }) => reply)).toEqual([0, 1, 0].map(ackId => ({ ...success, ackId })))
  })

  it('says true at most once, and false for what it does not know on that channel', async () => {
    await post()
    await post()
    expect((await poll([0, 7], randomUUID())).reply).toEqual({ acks: { 0: false, 7: false } })
    expect((await poll([0, 7])).reply).toEqual({ acks: { 0: true, 7: false } })
    expect((await poll([0, 1])).reply).toEqual({ acks: { 0: false, 1: true } })
    expect(hec.pendingAcks()).toBe(0)
  })

  it('keeps ids pending until they are indexed', async () => {
    hec.setAckDelayMs(Infinity)
    await post()
    expect((await poll([0])).reply).toEqual({ acks: { 0: false } })
    expect(hec.pendingAcks()).toBe(1)
    hec.setAckDelayMs(0)
    expect((await poll([0])).reply).toEqual({ acks: { 0: true } })
  })

  it('acknowledges the prefix of a partial success', async () => {
    expect((await post(`${ok}{"event":""}`)).reply).toMatchObject({
      code: 13,
      'invalid-event-number': 1,
      ackId: 0,
    })
    expect((await post('{"event":""}')).reply).not.toHaveProperty('ackId')
  })

  it('forgets everything in a restart and counts from 0 again', async () => {
    await post()
    await post()
    hec.restart()
    const answer = await vi.waitFor(() => poll([0, 1]))
    expect(answer.reply).toEqual({ acks: { 0: false, 1: false } })
    expect((await post()).reply).toEqual({ ...success, ackId: 0 })
    expect(hec.events).toHaveLength(3)
  })

  it('is disabled for other tokens, and needs a list of ids', async () => {
    expect(await send({ path: '/ack', body: '{"acks":[0]}' })).toMatchObject(with400(14))
    expect(await poll(['x'])).toMatchObject(with400(6))
    expect(await poll(undefined)).toMatchObject(with400(6))
  })
})

it('refuses what a test calls poison, and takes what is before it', async () => {
  const strict = await startHecReceiver({ tokens: [{ token: 't' }], isPoison: ({ event }) => event === 2 })
  const body = '{"event":1}{"event":2}{"event":3}'
  const url = `${strict.url}/services/collector/event`
  const answer = await fetch(url, { method: 'POST', headers: as('t'), body })
  expect(await answer.json()).toMatchObject({ code: 6, 'invalid-event-number': 1 })
  expect(strict.events).toEqual([{ event: 1 }])
  await strict.close()
})
