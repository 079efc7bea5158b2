/** One HTTP request through its stages: arrived, read, stored, answered. A fault may end it at each of them. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { hecReply, type Reply } from './answers.ts'
import { decodeBody, readBody } from './body.ts'
import type { FaultAt, FaultMenu, SeenRequest } from './faults.ts'
import { addressOf, answerWithoutHandler } from './routes.ts'

export interface ServedRequest {
  readonly request: SeenRequest
  readonly wireBytes: number
  readonly reply: Reply
}

/** Of every reply, or of each anew. */
export type ReplyHeaders = HeaderValues | ((request: SeenRequest) => HeaderValues)
type HeaderValues = Readonly<Record<string, string>>

export interface Service {
  readonly faults: FaultMenu
  readonly maxContentBytes: number
  readonly replyHeaders: ReplyHeaders
  /** For requests that have a route and the right method. */
  readonly handle: (request: SeenRequest) => Reply
  /** Told before the reply goes out, and of a fault's reply too. */
  readonly onServed: (served: ServedRequest) => void
}

const EMPTY = Buffer.alloc(0)

export async function serve(service: Service, message: IncomingMessage, response: ServerResponse) {
  const { faults, maxContentBytes } = service
  const arrived: SeenRequest = { ...addressOf(message), headers: message.headers, body: EMPTY }
  const early = faults.take('arrived', arrived)
  if (early?.kind === 'early-success') return succeedEarly(message, response, early.afterBytes)
  if (early) return reset(message)
  const wire = await readBody(message, maxContentBytes)
  if (wire.kind === 'gone') return
  const body = decodeBody(wire, message.headers['content-encoding'], maxContentBytes)
  const request = body.kind === 'read' ? { ...arrived, body: body.bytes } : arrived
  const fault = faults.take('read', request)
  if (fault?.kind === 'reset-before-store') return reset(message)
  if (fault?.kind === 'hang') return
  const plain =
    fault ?? answerWithoutHandler(request) ?? (body.kind === 'read' ? service.handle(request) : body.reply)
  const reply = { ...plain, headers: { ...headersFor(request, service), ...plain.headers } }
  service.onServed({ request, wireBytes: wire.kind === 'read' ? wire.bytes.length : 0, reply })
  await answer(response, reply, faults.take('stored', request))
}

async function succeedEarly(message: IncomingMessage, response: ServerResponse, afterBytes: number) {
  let bytes = 0
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes >= afterBytes) break
  }
  const { status, headers, body } = hecReply(0)
  response.writeHead(status, headers).end(body, () => reset(message))
}

function headersFor(request: SeenRequest, { replyHeaders }: Service): HeaderValues {
  return typeof replyHeaders === 'function' ? replyHeaders(request) : replyHeaders
}

async function answer(response: ServerResponse, reply: Reply, fault: FaultAt<'stored'> | undefined) {
  const { status, headers } = reply
  const body = Buffer.from(reply.body)
  if (fault?.kind === 'hang-before-reply') return
  if (fault?.kind === 'reset-before-reply') return reset(response.req)
  if (fault?.kind === 'slow-reply' && !(await waited(response, fault.delayMs))) return
  response.writeHead(status, { ...headers, ...connectionHeader(response), 'content-length': body.length })
  if (fault?.kind === 'truncated-reply')
    return response.write(body.subarray(0, body.length / 2), () => reset(response.req))
  if (fault?.kind === 'drip-reply') return drip(response, body, fault.everyMs)
  response.end(body)
}

/** Like splunkd, without telling the client after how long the connection ends. */
function connectionHeader({ shouldKeepAlive }: ServerResponse) {
  return shouldKeepAlive ? { connection: 'Keep-Alive' } : {}
}

async function drip(response: ServerResponse, body: Buffer, everyMs: number) {
  for (const byte of body) {
    response.write(Buffer.of(byte))
    if (!(await waited(response, everyMs))) return
  }
  response.end()
}

/** False when the client left, or the receiver closed, meanwhile. */
async function waited(response: ServerResponse, ms: number): Promise<boolean> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  response.once('close', leave)
  const stayed = await sleep(ms, true, { signal: gone.signal }).catch(() => false)
  response.off('close', leave)
  return stayed
}

/** RST where the handle is TCP's own; a TLS socket can only break off without its closing alert. */
function reset({ socket }: IncomingMessage) {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}
