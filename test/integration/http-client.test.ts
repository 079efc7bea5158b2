/** The contract of an HTTP client: every way in which an exchange can end, for each of both implementations. */

import { getEventListeners } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CreateHttpClient, HttpClientOptions, HttpOutcome, HttpRequest } from '../../src/http/client.ts'
import { createGotClient } from '../../src/http/got-client.ts'
import { createNodeClient } from '../../src/http/node-client.ts'
import { createAuthority, selfSigned } from '../support/certificates.ts'
import {
  drip,
  flood,
  interrupt,
  type Listening,
  listenRoughly,
  say,
  serve,
} from '../support/rough-servers.ts'

const never = new AbortController().signal
const MIB = 1024 * 1024
const PLAIN = { tls: { verify: true }, maxSockets: 2 } as const

const codeOf = (outcome: HttpOutcome) => (outcome.kind === 'trouble' ? outcome.code : outcome.status)
const textOf = (outcome: HttpOutcome) =>
  outcome.kind === 'trouble' ? outcome.message : outcome.body.toString()

const authority = createAuthority()
const CLIENTS: readonly (readonly [string, CreateHttpClient])[] = [
  ['got', createGotClient],
  ["Node's own", createNodeClient],
]

describe.each(CLIENTS)('%s:', (_, create) => {
  /** A client, and requests of it that say only what matters to the test. */
  function createClient(options: Partial<HttpClientOptions> = {}) {
    const client = create({ ...PLAIN, ...options })
    onTestFinished(client.close)
    const send = (url: string, request: Partial<HttpRequest> = {}, signal = never) =>
      client.send(
        { method: 'GET', url, headers: {}, timeoutMs: 5_000, maxAnswerBytes: 64 * 1024, ...request },
        signal,
      )
    return { send, close: client.close }
  }

  describe('an answer', () => {
    it('is status, headers and body, whatever the status', async () => {
      const { url } = await serve(
        (_, response) => response.writeHead(503, { 'x-one': 'two' }).end('busy'),
        onTestFinished,
      )
      const outcome = await createClient().send(url)
      expect(outcome).toMatchObject({
        kind: 'answer',
        status: 503,
        isEarly: false,
        headers: { 'x-one': 'two' },
      })
      expect(textOf(outcome)).toBe('busy')
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
      [
        'behind early hints',
        (_, response) => {
          response.writeEarlyHints({ link: '</style.css>; rel=preload' })
          response.end('abcdef')
        },
      ],
    ]
    it.each(bodies)('%s has room in front where that is asked for', async (_, listener) => {
      const { url } = await serve(listener, onTestFinished)
      const outcome = await createClient().send(url, { headroomBytes: 4 })
      expect(outcome.kind === 'answer' && outcome.body.subarray(4).toString()).toBe('abcdef')
      expect(outcome.kind === 'answer' && outcome.body.length).toBe(10)
    })

    it('without a body is the room in front alone', async () => {
      const { url } = await serve((_, response) => response.writeHead(204).end(), onTestFinished)
      const outcome = await createClient().send(url, { headroomBytes: 4 })
      expect(outcome.kind === 'answer' && outcome.body.length).toBe(4)
    })

    it('may be exactly as long as is allowed', async () => {
      const { url } = await serve((_, response) => response.end(Buffer.alloc(1_000)), onTestFinished)
      const { send } = createClient()
      expect(codeOf(await send(url, { maxAnswerBytes: 1_000 }))).toBe(200)
      expect(codeOf(await send(url, { maxAnswerBytes: 999 }))).toBe('ANSWER_TOO_LARGE')
    })

    it('that is compressed or a redirect is handed on as it came', async () => {
      const headers = { location: 'http://127.0.0.1:1/elsewhere', 'content-encoding': 'gzip' }
      const { url } = await serve(
        (_, response) => response.writeHead(302, headers).end('not gzip'),
        onTestFinished,
      )
      const outcome = await createClient().send(url)
      expect([codeOf(outcome), textOf(outcome)]).toEqual([302, 'not gzip'])
    })

    it('ends where its length says, whatever comes behind', async () => {
      const { url } = await say(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n',
        onTestFinished,
      )
      const outcome = await createClient().send(url)
      expect([codeOf(outcome), textOf(outcome)]).toEqual([200, 'ok'])
    })
  })

  describe('a request', () => {
    it('carries its body in one piece, with its length and its own headers', async () => {
      const body = Buffer.alloc(3 * MIB, 'abc')
      const { url } = await serve(async (request, response) => {
        const { 'content-length': length, 'transfer-encoding': encoding, 'x-own': own } = request.headers
        const same = (await buffer(request)).equals(body)
        response.end(JSON.stringify({ method: request.method, length, encoding, own, same }))
      }, onTestFinished)
      const outcome = await createClient().send(url, { method: 'POST', body, headers: { 'x-own': '1' } })
      const expected = { method: 'POST', length: String(3 * MIB), own: '1', same: true }
      expect(JSON.parse(textOf(outcome))).toEqual(expected)
    })

    it.each([
      ['GET', undefined, undefined],
      ['POST', undefined, '0'],
      ['POST', new Uint8Array(), '0'],
      ['PUT', Buffer.from('x'), '1'],
      ['DELETE', undefined, undefined],
    ] as const)(
      '%s of %j says its length, and nothing that was not asked for',
      async (method, body, length) => {
        const { url, port } = await serve(
          (request, response) => response.end(JSON.stringify(request.headers)),
          onTestFinished,
        )
        const outcome = await createClient().send(url, { method, ...(body && { body }) })
        expect(JSON.parse(textOf(outcome))).toEqual({
          host: `127.0.0.1:${port}`,
          connection: 'keep-alive',
          ...(length !== undefined && { 'content-length': length }),
        })
      },
    )

    it('goes to the very path and query of its URL', async () => {
      const { url } = await serve((request, response) => response.end(request.url), onTestFinished)
      const path = "a%2Fb//c?from=%2B%27&cursor=MTQ0NzI5OTYwNjg5NjYxNjM0Ng%3D%3D&x=a+b%20c!*()~&empty=&y='"
      expect(textOf(await createClient().send(url + path))).toBe(`/${path.slice(0, -1)}%27`)
    })

    it('is never made again, and its connection is used for the next one', async () => {
      let requests = 0
      const listening = await serve((request, response) => {
        requests++
        request.resume().once('end', () => response.writeHead(500).end('no'))
      }, onTestFinished)
      const { send, close } = createClient()
      for (const method of ['GET', 'PUT', 'DELETE'] as const)
        expect(codeOf(await send(listening.url, { method }))).toBe(500)
      for (let i = 0; i < 5; i++)
        expect(codeOf(await send(listening.url, { method: 'POST', body: Buffer.from('x') }))).toBe(500)
      expect([requests, listening.accepted()]).toEqual([8, 1])
      close()
      await listening.deserted()
    })

    it('leaves nothing on the signal it was given', async () => {
      const { url } = await serve(
        (request, response) => request.resume().once('end', () => response.end('ok')),
        onTestFinished,
      )
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
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'
    const broken: [string, string, () => Promise<Listening>][] = [
      [
        'a reset before the answer',
        'ECONNRESET',
        () => say('', onTestFinished, socket => socket.resetAndDestroy()),
      ],
      ['an end before the answer', 'ECONNRESET', () => say('', onTestFinished, socket => socket.end())],
      [
        'a reset in the answer',
        'ECONNRESET',
        () => say(head, onTestFinished, socket => socket.resetAndDestroy()),
      ],
      ['an end in the answer', 'ECONNRESET', () => say(head, onTestFinished, socket => socket.end())],
      [
        'an end between chunks',
        'ECONNRESET',
        () =>
          say('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', onTestFinished, socket =>
            socket.end(),
          ),
      ],
      [
        'an end in the headers',
        'ECONNRESET',
        () => say('HTTP/1.1 200 OK\r\nx:', onTestFinished, socket => socket.end()),
      ],
      ['another protocol that nobody asked for', 'ETIMEDOUT', () => say(upgrade, onTestFinished)],
      ['no answer at all', 'ETIMEDOUT', () => say('', onTestFinished)],
      ['an answer that does not go on', 'ETIMEDOUT', () => say(head, onTestFinished)],
      ['an answer in drops', 'ETIMEDOUT', () => say(head.slice(0, -4), onTestFinished, drip)],
      [
        'bytes that are no HTTP',
        'HPE_INVALID_CONSTANT',
        () => say('\r\n220 mail.example ESMTP\r\n', onTestFinished),
      ],
      [
        'headers without end',
        'HPE_HEADER_OVERFLOW',
        () => say(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n`, onTestFinished),
      ],
      [
        'an endless answer',
        'ANSWER_TOO_LARGE',
        () => serve((_, response) => void flood(response.write.bind(response)), onTestFinished),
      ],
      [
        'an impossible length',
        'ANSWER_TOO_LARGE',
        () => say('HTTP/1.1 200 OK\r\nContent-Length: 9007199254740991\r\n\r\n', onTestFinished),
      ],
    ]
    it.each(broken)('%s is %s, and the connection is gone', async (_, code, start) => {
      const listening = await start()
      const outcome = await createClient().send(listening.url, { timeoutMs: 300 })
      expect(outcome).toMatchObject({ kind: 'trouble', code, message: expect.stringMatching(/./) })
      expect(outcome.durationMs).toBeGreaterThan(0)
      await listening.deserted()
    })

    it('of a limit says which', async () => {
      const { send } = createClient()
      const silent = await say('', onTestFinished)
      expect(textOf(await send(silent.url, { timeoutMs: 100 }))).toBe('no answer within 100 ms')
      const long = await serve((_, response) => response.end('abcdef'), onTestFinished)
      expect(textOf(await send(long.url, { maxAnswerBytes: 5 }))).toBe('more than 5 bytes')
    })

    it('with the address is named by its code', async () => {
      const { send } = createClient()
      expect(codeOf(await send('http://127.0.0.1:1/'))).toBe('ECONNREFUSED')
      expect(codeOf(await send('http://nowhere.invalid/'))).toMatch(/ENOTFOUND|EAI_AGAIN/)
      expect(codeOf(await send('no address'))).toBe('ERR_INVALID_URL')
    })

    it('with every address of a name is said, though Node gives the code alone', async () => {
      const outcome = await createClient().send('http://localhost:1/')
      expect(outcome).toMatchObject({
        code: 'ECONNREFUSED',
        message: expect.stringContaining('ECONNREFUSED'),
      })
    })

    it('is no answer that comes before the request was read; it takes no connection away for good', async () => {
      const listening = await interrupt(
        'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno',
        1,
        onTestFinished,
      )
      const { send } = createClient({ maxSockets: 1 })
      const body = Buffer.alloc(20 * MIB)
      for (let i = 0; i < 3; i++) {
        const outcome = await send(listening.url, { method: 'POST', body })
        expect(outcome).toMatchObject({ kind: 'answer', status: 413, isEarly: true })
      }
    })

    it.each([200, 204, 299])('is %i before the request was read: nothing was taken by it', async status => {
      const early = `HTTP/1.1 ${status} OK\r\nContent-Length: ${status === 204 ? 0 : 2}\r\n\r\n${status === 204 ? '' : 'ok'}`
      const listening = await interrupt(early, 130_000, onTestFinished, socket => socket.resetAndDestroy())
      const body = Buffer.alloc(20 * MIB)
      const outcome = await createClient().send(listening.url, { method: 'POST', body })
      expect(outcome).toMatchObject({ kind: 'trouble', code: 'EARLY_SUCCESS' })
      expect(textOf(outcome)).toBe(`answered ${status} before the request was written`)
    })

    it('is a time-out also for a request that waits for a connection', async () => {
      const listening = await say('', onTestFinished)
      const { send } = createClient({ maxSockets: 1 })
      const first = send(listening.url, { timeoutMs: 1_000 }).then(() => 'first')
      const second = send(listening.url, { timeoutMs: 200 })
      expect(await Promise.race([first, second])).toMatchObject({ code: 'ETIMEDOUT' })
      await first
    })

    it('is a client that is closed while a request is in flight', async () => {
      const listening = await say('', onTestFinished)
      const { send, close } = createClient()
      const sent = send(listening.url)
      await expect.poll(listening.accepted).toBe(1)
      close()
      expect(codeOf(await sent)).toBe('ECONNRESET')
      await listening.deserted()
    })
  })

  describe('an aborted signal', () => {
    it('rejects with its reason, before, while connecting, and while waiting for the answer', async () => {
      const listening = await say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', onTestFinished)
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

    it('rejects while the request is written, and the connection is gone', async () => {
      const held: Socket[] = []
      const listening = await interrupt('', 130_000, onTestFinished, socket => held.push(socket))
      const controller = new AbortController()
      const request = { method: 'POST', body: Buffer.alloc(20 * MIB) } as const
      const sent = createClient().send(listening.url, request, controller.signal)
      await expect.poll(() => held.length).toBe(1)
      controller.abort('enough')
      await expect(sent).rejects.toBe('enough')
      // A server that does not read does not learn that its client has gone.
      held[0]?.resume()
      await listening.deserted()
    })

    it('rejects while the request waits for a connection', async () => {
      const listening = await say('', onTestFinished)
      const { send } = createClient({ maxSockets: 1 })
      const first = send(listening.url, { timeoutMs: 500 })
      const controller = new AbortController()
      const second = send(listening.url, {}, controller.signal)
      await expect.poll(listening.accepted).toBe(1)
      controller.abort('enough')
      await expect(second).rejects.toBe('enough')
      expect(codeOf(await first)).toBe('ETIMEDOUT')
    })

    it('of a deadline is no time-out of the client', async () => {
      const listening = await say('', onTestFinished)
      const sent = createClient().send(listening.url, {}, AbortSignal.timeout(50))
      await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' })
    })
  })

  describe('TLS', () => {
    const good = authority.issue('IP:127.0.0.1,DNS:localhost')
    const greet: RequestListener = (request, response) => response.end(`host ${request.headers.host}`)
    const secure = (certificate: object) =>
      listenRoughly(createHttpsServer(certificate, greet), onTestFinished, 'https')
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
      [
        'an authority that is none',
        good,
        { tls: { verify: true, ca: 'no PEM' } },
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      ],
    ]
    it.each(rows)('%s', async (_, certificate, options, expected) => {
      const { url } = await secure(certificate)
      expect(codeOf(await createClient(options).send(url))).toBe(expected)
    })

    it('is checked against the address while the Host header names a project', async () => {
      const { url } = await secure(good)
      const client = createClient({ tls: { verify: true, ca: authority.ca }, serverName: '' })
      const outcome = await client.send(url, { headers: { host: 'project.127.0.0.1' } })
      expect(textOf(outcome)).toBe('host project.127.0.0.1')
    })

    it('shows a certificate of our own to a server that asks for one', async () => {
      const ours = authority.issue('DNS:client')
      const { url } = await secure({ ...good, ca: authority.ca, requestCert: true, rejectUnauthorized: true })
      const tls = { verify: true, ca: authority.ca }
      expect(codeOf(await createClient({ tls: { ...tls, ...ours } }).send(url))).toBe(200)
      expect(codeOf(await createClient({ tls }).send(url))).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
    })

    it('spoken to a server without it is trouble, and so is a handshake that does not go on', async () => {
      const { send } = createClient()
      const plain = await serve((_, response) => response.end('ok'), onTestFinished)
      expect(codeOf(await send(plain.url.replace('http:', 'https:')))).toBe('EPROTO')
      const silent = await say('', onTestFinished)
      expect(codeOf(await send(silent.url.replace('http:', 'https:'), { timeoutMs: 200 }))).toBe('ETIMEDOUT')
      await silent.deserted()
    })
  })
})

describe('where the time went', () => {
  const get = { method: 'GET', headers: {}, timeoutMs: 5_000, maxAnswerBytes: 1_000 } as const

  it('is measured by got: name, connection, TLS, first byte', async () => {
    const server = createHttpsServer(authority.issue('DNS:localhost'), (_, response) => response.end('ok'))
    const { port } = await listenRoughly(server, onTestFinished)
    const client = createGotClient({ ...PLAIN, tls: { verify: true, ca: authority.ca } })
    onTestFinished(client.close)
    const outcome = await client.send({ ...get, url: `https://localhost:${port}/` }, never)
    const number = expect.any(Number)
    const phases = { waitMs: number, dnsMs: number, tcpMs: number, tlsMs: number, firstByteMs: number }
    expect(outcome.kind === 'answer' && outcome.phases).toEqual(phases)
  })

  it('has no TLS without it, and no first byte that was waited for in an answer that comes early', async () => {
    const listening = await interrupt(
      'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno',
      1,
      onTestFinished,
    )
    const client = createGotClient(PLAIN)
    onTestFinished(client.close)
    const request = { ...get, method: 'POST', url: listening.url, body: Buffer.alloc(20 * MIB) } as const
    const outcome = await client.send(request, never)
    expect(outcome).toMatchObject({ phases: { tlsMs: undefined, firstByteMs: undefined } })
  })

  it("is not measured by Node's own client", async () => {
    const { url } = await serve((_, response) => response.end('ok'), onTestFinished)
    const client = createNodeClient(PLAIN)
    onTestFinished(client.close)
    expect(await client.send({ ...get, url }, never)).not.toHaveProperty('phases')
  })
})
