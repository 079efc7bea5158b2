/** A load balancer in front of several HTTP servers, as sites have in front of their indexers. */

import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as openRequest,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream/promises'
import { htmlReply } from '../../src/simulator/hec/answers.ts'

export interface BalancerOptions {
  /** URLs of the servers, asked for at every request; none: 503. */
  readonly targets: () => readonly string[]
  /** Who shows its cookie stays with one server for as long as that is a target. Default: every request is dealt anew. */
  readonly sticky?: 'cookie'
}

export interface Balancer {
  readonly url: string
  /** By target, requests that it was dealt, those included that it did not answer. */
  readonly requests: ReadonlyMap<string, number>
  readonly close: () => Promise<void>
}

/** The balancer's own; its value names the server. */
export const COOKIE = 'LB'

/** Deals requests to its targets in turn. One that cannot be reached, or fails before it answers, is a 502 in HTML. */
export async function startBalancer({ targets, sticky }: BalancerOptions): Promise<Balancer> {
  const requests = new Map<string, number>()
  let turn = 0

  function deal(request: IncomingMessage): Choice | undefined {
    const all = targets()
    const known = sticky && all.find(target => nameOf(target) === cookieOf(request))
    const target = known ?? all[turn++ % all.length]
    return target === undefined ? undefined : { target, sets: sticky !== undefined && known === undefined }
  }

  const server = createServer((request, response) => {
    const choice = deal(request)
    if (choice === undefined) return answer(response, 503)
    requests.set(choice.target, (requests.get(choice.target) ?? 0) + 1)
    forward(request, response, choice)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    requests,
    close: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface Choice {
  readonly target: string
  /** Whether the client is told to stay. */
  readonly sets: boolean
}

/** Bytes pass as they come. When the client leaves, the server's side ends, and the other way round. */
function forward(request: IncomingMessage, response: ServerResponse, choice: Choice): void {
  const { method, url: path } = request
  const { hostname, port } = new URL(choice.target)
  const headers = endToEnd(request.headers)
  const onward = openRequest({ hostname, port, method, path, headers, setHost: false, agent: false })
  onward.on('response', reply => {
    response.writeHead(reply.statusCode ?? 502, headersOf(reply, choice))
    pipeline(reply, response).catch(() => response.destroy())
  })
  onward.on('error', () => {
    if (!response.headersSent) answer(response, 502)
  })
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

function answer(response: ServerResponse, status: 502 | 503): void {
  const { headers, body } = htmlReply(status)
  response.writeHead(status, headers).end(body)
}

function headersOf(reply: IncomingMessage, { target, sets }: Choice): OutgoingHttpHeaders {
  const headers = endToEnd(reply.headers)
  if (!sets) return headers
  const cookies = [...(headers['set-cookie'] ?? []), `${COOKIE}=${nameOf(target)}; Path=/`]
  return { ...headers, 'set-cookie': cookies }
}

/** Of one connection alone; the other one has its own. */
const HOP = ['connection', 'keep-alive', 'transfer-encoding']

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.includes(name)))
}

/** Host and port: what a cookie may hold. */
function nameOf(target: string): string {
  return new URL(target).host
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const pairs = (headers.cookie ?? '').split('; ').map(pair => pair.split('='))
  return pairs.find(([name]) => name === COOKIE)?.[1]
}
