import { getEventListeners, once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createHttpClient,
  type HttpClientOptions,
  type HttpOutcome,
  type HttpRequest,
} from '../../src/http/client.ts'
import { createAuthority, selfSigned } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'

const never = new AbortController().signal
const MIB = 1024 * 1024

/** A client, and requests of it that say only what matters to the test. */
function createClient(options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({ tls: { verify: true }, maxSockets: 2, ...options })
  onTestFinished(client.close)
  const send = (url: string, request: Partial<HttpRequest> = {}, signal = never) =>
    client.send(
      { method: 'GET', url, headers: {}, timeoutMs: 5_000, maxAnswerBytes: 64 * 1024, ...request },
      signal,
    )
  return { send, close: client.close }
}

interface Listening {
  readonly url: string
  readonly port: number
  /** Connections made so far. */
  readonly accepted: () => number
  /** Resolves when nobody is connected any more. */
  readonly deserted: () => Promise<unknown>
}

async function listen(server: net.Server, scheme = 'http'): Promise<Listening> {
  const sockets = new Set<net.Socket>()
  let accepted = 0
  server.on('connection', socket => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `${scheme}://127.0.0.1:${port}/`,
    port,
    accepted: () => accepted,
    deserted: () => eventually(() => sockets.size === 0, { withinMs: 2_000, what: 'no connection' }),
  }
}

/** Answers as its own code says. */
const serve = (listener: RequestListener): Promise<Listening> => listen(createHttpServer(listener))

/** Writes these bytes for each piece of a request that comes in, and does what comes after. */
const say = (text: string, then: (socket: net.Socket) => void = () => {}): Promise<Listening> =>
  listen(net.createServer(socket => socket.once('data', () => socket.write(text, () => then(socket)))))

const codeOf = (outcome: HttpOutcome) => (outcome.kind === 'trouble' ? outcome.code : outcome.status)

describe('an answer', () => {
  it('is status, headers and body, whatever the status', async () => {
    const { url } = await serve((_, response) => response.writeHead(503, { 'x-one': 'two' }).end('busy'))
    const { send } = createClient()
    const outcome = await send(url)
    expect(outcome).toMatchObject({ kind: 'answer', status: 503, headers: { 'x-one': 'two' } })
    expect(outcome.kind === 'answer' && outcome.body.toString()).toBe('busy')
    expect(outcome.durationMs).toBeGreaterThan(0)
  })

  const bodies: [string, RequestListener][] = [
    ['of a known length', (_, response) => response.writeHead(200, { 'content-length': 6 }).end('abcdef')],
    [
      'in chunks',
      (_, response) => {
        response.write('abc')
        response.end('def')
      },
    ],
    [
      'that ends with the connection',
      (_, response) => response.writeHead(200, { connection: 'close' }).end('abcdef'),
    ],
    [
      'byte by byte',
      (_, response) => {
        response.writeHead(200, { 'content-length': 6 })
        for (const letter of 'abcdef') response.write(letter)
        response.end()
      },
    ],
  ]
  it.each(bodies)('%s has room in front where that is asked for', async (_, listener) => {
    const { url } = await serve(listener)
    const { send } = createClient()
    const outcome = await send(url, { headroomBytes: 4 })
    expect(outcome.kind === 'answer' && outcome.body.subarray(4).toString()).toBe('abcdef')
    expect(outcome.kind === 'answer' && outcome.body.length).toBe(10)
  })

  it('without a body is the room in front alone', async () => {
    const { url } = await serve((_, response) => response.writeHead(204).end())
    const outcome = await createClient().send(url, { headroomBytes: 4 })
    expect(outcome.kind === 'answer' && outcome.body.length).toBe(4)
  })

  it('may be exactly as long as is allowed', async () => {
    const { url } = await serve((_, response) => response.end(Buffer.alloc(1_000)))
    const { send } = createClient()
    expect(codeOf(await send(url, { maxAnswerBytes: 1_000 }))).toBe(200)
    expect(codeOf(await send(url, { maxAnswerBytes: 999 }))).toBe('ANSWER_TOO_LARGE')
  })

  it('that is compressed or a redirect is handed on as it came', async () => {
    const headers = { location: 'http://127.0.0.1:1/elsewhere', 'content-encoding': 'gzip' }
    const { url } = await serve((_, response) => response.writeHead(302, headers).end('not gzip'))
    const outcome = await createClient().send(url)
    expect(outcome).toMatchObject({ kind: 'answer', status: 302 })
    expect(outcome.kind === 'answer' && outcome.body.toString()).toBe('not gzip')
  })
})

describe('a request', () => {
  it('carries its body in one piece, with its length and its own headers', async () => {
    const body = Buffer.alloc(3 * MIB, 'abc')
    const { url } = await serve(async (request, response) => {
      const { 'content-length': length, 'transfer-encoding': encoding, 'x-own': own } = request.headers
      const same = (await buffer(request)).equals(body)
      response.end(JSON.stringify({ method: request.method, length, encoding, own, same }))
    })
    const outcome = await createClient().send(url, { method: 'POST', body, headers: { 'x-own': '1' } })
    const expected = { method: 'POST', length: String(3 * MIB), own: '1', same: true }
    expect(outcome.kind === 'answer' && JSON.parse(outcome.body.toString())).toEqual(expected)
  })

  it('is never made again, and its connection is used for the next one', async () => {
    let requests = 0
    const listening = await serve((request, response) => {
      requests++
      request.resume().once('end', () => response.writeHead(500).end('no'))
    })
    const { send, close } = createClient()
    for (let i = 0; i < 5; i++)
      expect(codeOf(await send(listening.url, { method: 'POST', body: Buffer.from('x') }))).toBe(500)
    expect([requests, listening.accepted()]).toEqual([5, 1])
    close()
    await listening.deserted()
  })

  it('leaves nothing on the signal it was given', async () => {
    const { url } = await serve((request, response) => request.resume().once('end', () => response.end('ok')))
    const { signal } = new AbortController()
    const { send } = createClient()
    await send(url, {}, signal)
    await send(url, { method: 'POST', body: Buffer.alloc(2 * MIB) }, signal)
    await send('http://127.0.0.1:1/', {}, signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('trouble', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'
  const broken: [string, string, () => Promise<Listening>][] = [
    ['a reset before the answer', 'ECONNRESET', () => say('', socket => socket.resetAndDestroy())],
    ['an end before the answer', 'ECONNRESET', () => say('', socket => socket.end())],
    ['a reset in the answer', 'ECONNRESET', () => say(head, socket => socket.resetAndDestroy())],
    ['an end in the answer', 'ECONNRESET', () => say(head, socket => socket.end())],
    [
      'an end between chunks',
      'ECONNRESET',
      () => say('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', socket => socket.end()),
    ],
    ['no answer at all', 'ETIMEDOUT', () => say('')],
    ['an answer that does not go on', 'ETIMEDOUT', () => say(head)],
    ['an answer in drops', 'ETIMEDOUT', () => say(head.slice(0, -4), drip)],
    ['bytes that are no HTTP', 'HPE_INVALID_CONSTANT', () => say('\r\n220 mail.example ESMTP\r\n')],
    [
      'headers without end',
      'HPE_HEADER_OVERFLOW',
      () => say(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n`),
    ],
    [
      'an endless answer',
      'ANSWER_TOO_LARGE',
      () => serve((_, response) => void flood(response.write.bind(response))),
    ],
    [
      'an impossible length',
      'ANSWER_TOO_LARGE',
      () => say('HTTP/1.1 200 OK\r\nContent-Length: 9007199254740991\r\n\r\n'),
    ],
  ]
  it.each(broken)('%s is %s, and the connection is gone', async (_, code, start) => {
    const listening = await start()
    const outcome = await createClient().send(listening.url, { timeoutMs: 300 })
    expect(outcome).toMatchObject({ kind: 'trouble', code })
    await listening.deserted()
  })

  it('with the address is named by its code', async () => {
    const { send } = createClient()
    expect(codeOf(await send('http://127.0.0.1:1/'))).toBe('ECONNREFUSED')
    expect(codeOf(await send('http://nowhere.invalid/'))).toMatch(/ENOTFOUND|EAI_AGAIN/)
    expect(codeOf(await send('no address'))).toBe('ERR_INVALID_URL')
  })

  it('is an answer that comes before the request was read; it takes no connection away for good', async () => {
    const early = 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'
    const listening = await listen(
      net.createServer(socket => {
        socket.once('readable', () => socket.write(early))
      }),
    )
    const { send } = createClient({ maxSockets: 1 })
    const body = Buffer.alloc(20 * MIB)
    for (let i = 0; i < 3; i++)
      expect(await send(listening.url, { method: 'POST', body })).toMatchObject({
        status: 413,
        isEarly: true,
      })
  })

  it('is a success that comes before the request was read: nothing was taken by it', async () => {
    const early = 'HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{"text":"Success","code":0}'
    const listening = await listen(
      net.createServer(socket => {
        let bytes = 0
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes < 130_000) return
          socket.pause()
          socket.write(early, () => socket.resetAndDestroy())
        })
      }),
    )
    const body = Buffer.alloc(20 * MIB)
    const outcome = await createClient().send(listening.url, { method: 'POST', body })
    expect(outcome).toMatchObject({ kind: 'trouble', code: 'EARLY_SUCCESS' })
  })

  it('is a time-out also for a request that waits for a connection', async () => {
    const listening = await say('')
    const { send } = createClient({ maxSockets: 1 })
    const first = send(listening.url, { timeoutMs: 1_000 }).then(() => 'first')
    const second = send(listening.url, { timeoutMs: 200 })
    expect(await Promise.race([first, second])).toMatchObject({ code: 'ETIMEDOUT' })
    await first
  })
})

describe('an aborted signal', () => {
  it('rejects with its reason, before, while connecting, and while waiting for the answer', async () => {
    const listening = await say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
    const { send } = createClient()
    const reason = new Error('stop now')
    await expect(send(listening.url, {}, AbortSignal.abort(reason))).rejects.toBe(reason)
    for (const afterTurns of [0, 1, 20]) {
      const controller = new AbortController()
      const sent = send(listening.url, {}, controller.signal)
      for (let turn = 0; turn < afterTurns; turn++) await new Promise(setImmediate)
      controller.abort(reason)
      await expect(sent).rejects.toBe(reason)
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    }
    await listening.deserted()
  })
})

describe('TLS', () => {
  const authority = createAuthority()
  const good = authority.issue('IP:127.0.0.1,DNS:localhost')
  const greet: RequestListener = (request, response) => response.end(`host ${request.headers.host}`)
  const rows: [string, object, Partial<HttpClientOptions>, string | number][] = [
    ['an authority of our own', good, { tls: { verify: true, ca: authority.ca } }, 200],
    ['an unknown authority', good, {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'another host',
      authority.issue('DNS:other.example'),
      { tls: { verify: true, ca: authority.ca } },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'the name that is asked for',
      authority.issue('DNS:project.example'),
      { tls: { verify: true, ca: authority.ca }, serverName: 'project.example' },
      200,
    ],
    [
      'an address, checked without a name',
      good,
      { tls: { verify: true, ca: authority.ca }, serverName: '' },
      200,
    ],
    ['a signature of its own', selfSigned('IP:127.0.0.1'), {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['a signature of its own, unchecked', selfSigned('DNS:any'), { tls: { verify: false } }, 200],
  ]
  it.each(rows)('%s', async (_, certificate, options, expected) => {
    const { url } = await listen(createHttpsServer(certificate, greet), 'https')
    const outcome = await createClient(options).send(url)
    expect(codeOf(outcome)).toBe(expected)
  })

  it('is checked against the address while the Host header names a project', async () => {
    const { url } = await listen(createHttpsServer(good, greet), 'https')
    const client = createClient({ tls: { verify: true, ca: authority.ca }, serverName: '' })
    const outcome = await client.send(url, { headers: { host: 'project.127.0.0.1' } })
    expect(outcome.kind === 'answer' && outcome.body.toString()).toBe('host project.127.0.0.1')
  })

  it('shows a certificate of our own to a server that asks for one', async () => {
    const ours = authority.issue('DNS:client')
    const asking = { ...good, ca: authority.ca, requestCert: true, rejectUnauthorized: true }
    const { url } = await listen(createHttpsServer(asking, greet), 'https')
    const tls = { verify: true, ca: authority.ca }
    expect(codeOf(await createClient({ tls: { ...tls, ...ours } }).send(url))).toBe(200)
    expect(codeOf(await createClient({ tls }).send(url))).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
  })
})

function drip(socket: net.Socket): void {
  const timer = setInterval(() => socket.write('x'), 100)
  socket.once('close', () => clearInterval(timer))
}

/** Writes until the reader has gone. */
function flood(write: (bytes: Buffer, done: (error?: Error | null) => void) => boolean): void {
  write(Buffer.alloc(64 * 1024), error => {
    if (!error) flood(write)
  })
}
