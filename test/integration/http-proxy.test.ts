/** Proxies: the same for both HTTP clients. */

import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CreateHttpClient, HttpOutcome } from '../../src/http/client.ts'
import { createGotClient } from '../../src/http/got-client.ts'
import { createNodeClient } from '../../src/http/node-client.ts'
import { createAuthority } from '../support/certificates.ts'

const authority = createAuthority()
const certificate = authority.issue('DNS:localhost')
const NAMES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']

beforeEach(() => {
  for (const name of NAMES) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

interface Proxy {
  readonly port: number
  /** What it was asked for and by whom, one line a request. */
  readonly seen: string[]
}

/** `refusal`: what tunnels are answered instead; empty: nothing. */
async function startProxy(refusal?: string): Promise<Proxy> {
  const seen: string[] = []
  const note = ({ method, url, headers }: IncomingMessage) =>
    seen.push(`${method} ${url} ${headers['proxy-authorization'] ?? '-'} ${headers.authorization ?? '-'}`)
  const server = createServer((request, response) => {
    note(request)
    const { method = '', headers } = request
    const onward = httpRequest(request.url ?? '', { method, headers }, answer => answer.pipe(response))
    request.pipe(onward)
  })
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    note(request)
    onTestFinished(() => void socket.destroy())
    if (refusal !== undefined) socket.write(refusal)
    else tunnel(request.url ?? '', socket)
  })
  return { port: await portOf(server), seen }
}

function tunnel(to: string, socket: Duplex): void {
  const [host = '', port] = to.split(':')
  const onward = net.connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
  onward.on('error', () => socket.destroy())
  socket.on('error', () => onward.destroy())
  socket.pipe(onward).pipe(socket)
}

const tell: RequestListener = ({ headers, url }, response) =>
  response.end(`${url} ${headers['proxy-authorization'] ?? '-'} ${headers.authorization ?? '-'}`)

const farEnd = async () => `http://localhost:${await portOf(createServer(tell))}/path?a=b`
const secureFarEnd = async () =>
  `https://localhost:${await portOf(createHttpsServer(certificate, tell))}/path?a=b`

async function portOf(server: net.Server): Promise<number> {
  server.listen(0)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

const said = (outcome: HttpOutcome) =>
  outcome.kind === 'answer' ? outcome.body.toString() : `${outcome.code} ${outcome.message}`

const WITH_TOKEN = '/path?a=b - Splunk token'

const CLIENTS: readonly (readonly [string, CreateHttpClient])[] = [
  ['got', createGotClient],
  ["Node's own", createNodeClient],
]

describe.each(CLIENTS)('%s:', (_, create) => {
  function createClient(proxy?: string) {
    const tls = { verify: true, ca: authority.ca }
    const client = create({ tls, maxSockets: 2, ...(proxy !== undefined && { proxy }) })
    onTestFinished(client.close)
    const headers = { authorization: 'Splunk token' }
    return async (url: string, timeoutMs = 5_000) => {
      const request = { method: 'GET', url, headers, timeoutMs, maxAnswerBytes: 1_000 } as const
      return said(await client.send(request, new AbortController().signal))
    }
  }

  describe('a proxy of the configuration', () => {
    it('is told of a TLS far end the name alone, once for each connection', async () => {
      const [{ port, seen }, url] = [await startProxy(), await secureFarEnd()]
      const get = createClient(`http://127.0.0.1:${port}`)
      expect([await get(url), await get(url)]).toEqual([WITH_TOKEN, WITH_TOKEN])
      expect(seen).toEqual([`CONNECT ${new URL(url).host} - -`])
    })

    it('gets whole addresses of a far end without TLS', async () => {
      const [{ port, seen }, url] = [await startProxy(), await farEnd()]
      expect(await createClient(`http://127.0.0.1:${port}`)(url)).toBe(WITH_TOKEN)
      expect(seen).toEqual([`GET ${url} - Splunk token`])
    })

    it('gets its own credentials, which nobody behind it or in a message sees', async () => {
      const [{ port, seen }, url] = [await startProxy(), await secureFarEnd()]
      expect(await createClient(`http://user:p%40ss@127.0.0.1:${port}`)(url)).toBe(WITH_TOKEN)
      const credentials = Buffer.from('user:p@ss').toString('base64')
      expect(seen).toEqual([`CONNECT ${new URL(url).host} Basic ${credentials} -`])
      const refusing = await startProxy('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      const refused = await createClient(`http://user:p%40ss@127.0.0.1:${refusing.port}`)(url)
      expect(refused).toMatch(/^ERR_PROXY_TUNNEL .*407/)
      expect(refused).not.toMatch(/p%40ss|p@ss/)
    })

    it('does not stand in for the far end: whose certificate is for another name is refused', async () => {
      const { port } = await startProxy()
      const url = (await secureFarEnd()).replace('localhost', '127.0.0.1')
      expect(await createClient(`http://127.0.0.1:${port}`)(url)).toMatch(/^ERR_TLS_CERT_ALTNAME_INVALID /)
    })

    it('that is down, or that never answers, is trouble with a code', async () => {
      const url = await secureFarEnd()
      expect(await createClient('http://127.0.0.1:1')(url)).toMatch(/^ECONNREFUSED /)
      const silent = await startProxy('')
      expect(await createClient(`http://127.0.0.1:${silent.port}`)(url, 200)).toMatch(/^ETIMEDOUT /)
    })

    it('counts whatever the environment says', async () => {
      const [{ port, seen }, url] = [await startProxy(), await secureFarEnd()]
      vi.stubEnv('NO_PROXY', '*')
      vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1')
      expect(await createClient(`http://127.0.0.1:${port}`)(url)).toBe(WITH_TOKEN)
      expect(seen).toHaveLength(1)
    })
  })

  describe('a proxy of the environment', () => {
    it.each(['HTTPS_PROXY', 'https_proxy'])('%s is for TLS', async name => {
      const [{ port, seen }, url, plain] = [await startProxy(), await secureFarEnd(), await farEnd()]
      vi.stubEnv(name, `http://127.0.0.1:${port}`)
      const get = createClient()
      expect([await get(url), await get(plain)]).toEqual([WITH_TOKEN, WITH_TOKEN])
      expect(seen).toEqual([`CONNECT ${new URL(url).host} - -`])
    })

    it.each(['HTTP_PROXY', 'http_proxy'])('%s is for the rest', async name => {
      const [{ port, seen }, url, plain] = [await startProxy(), await secureFarEnd(), await farEnd()]
      vi.stubEnv(name, `http://127.0.0.1:${port}`)
      const get = createClient()
      expect([await get(url), await get(plain)]).toEqual([WITH_TOKEN, WITH_TOKEN])
      expect(seen).toEqual([`GET ${plain} - Splunk token`])
    })

    it.each(['localhost', '*', 'example.com, localhost'])('is not asked for NO_PROXY=%s', async hosts => {
      const [{ port, seen }, url] = [await startProxy(), await secureFarEnd()]
      vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`)
      vi.stubEnv('NO_PROXY', hosts)
      expect(await createClient()(url)).toBe(WITH_TOKEN)
      expect(seen).toEqual([])
    })

    it('may be written without a scheme', async () => {
      const [{ port, seen }, url] = [await startProxy(), await secureFarEnd()]
      vi.stubEnv('HTTPS_PROXY', `127.0.0.1:${port}`)
      expect(await createClient()(url)).toBe(WITH_TOKEN)
      expect(seen).toHaveLength(1)
    })

    it.each([
      'http://',
      'not an address',
      'socks5://127.0.0.1:1',
      'http://user:p%ss@127.0.0.1:1',
      'http://us%er:pw@127.0.0.1:1',
      '',
    ])('%j is none', async value => {
      vi.stubEnv('HTTPS_PROXY', value)
      expect(await createClient()(await secureFarEnd())).toBe(WITH_TOKEN)
    })
  })
})
