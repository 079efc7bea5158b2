/** Something between the service and Log Service that changes answers on their way. */

import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as openRequest,
  type ServerResponse,
} from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { AtEnd } from './at-end.ts'

export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

/** What the client gets in place of an answer; `url` is what it asked for. */
export type Tamper = (answer: Answer, url: string) => Answer

/** Answers with the proxy's URL. Requests pass unchanged, their `Host` too, so that signatures hold. */
export async function startTamperingProxy(target: string, tamper: Tamper, atEnd: AtEnd): Promise<string> {
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  const { hostname, port } = new URL(target)

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '/', headers } = request
    const onward = openRequest({ host: hostname, port, method, path: url, headers, setHost: false })
    onward.end(await buffer(request))
    const [reply] = await once(onward, 'response')
    const answer = { status: reply.statusCode, headers: reply.headers, body: await buffer(reply) }
    const { status, headers: changed, body } = tamper(answer, url)
    response.writeHead(status, { ...changed, 'content-length': body.length }).end(body)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}
