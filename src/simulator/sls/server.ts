import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { FaultBook } from '../faults.ts'
import type { Service } from './call.ts'
import { applyFault, type Outcome, type RequestFacts, type SlsFaultRule } from './faults.ts'
import type { SimulatedAccessKey } from './options.ts'
import { isRefusal, type Refusal, refuse, statusOf } from './refusal.ts'
import { jsonReply, type Reply } from './reply.ts'
import { readRequest, type SlsRequest } from './request.ts'
import { findRoute, type Route } from './router.ts'
import { send } from './send.ts'
import { objection } from './verify.ts'

export interface ServerParts {
  readonly service: Service
  readonly faults: FaultBook<SlsFaultRule, RequestFacts>
  /** As they are now: keys may be replaced under way. */
  readonly accessKeys: () => readonly SimulatedAccessKey[]
  /** Small answers by what was asked, for the fault that gives an old one. */
  readonly lastReplies: Map<string, Reply>
}

const STALE_MAX_BYTES = 65_536

/** Not listening yet. */
export function createSlsServer(parts: ServerParts): Server {
  const listener = (message: IncomingMessage, response: ServerResponse) => {
    serve(parts, message, response).catch(() => response.destroy())
  }
  const { tls } = parts.service.options
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.keepAliveTimeout = 60_000
  return server
}

async function serve(parts: ServerParts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = await readRequest(message)
  for (const [name, value] of Object.entries(withoutOmitted(parts, commonHeaders(parts))))
    response.setHeader(name, value)
  response.sendDate = false
  await send(response, await outcomeOf(parts, request))
}

async function outcomeOf(parts: ServerParts, request: SlsRequest): Promise<Outcome> {
  const route = findRoute(request)
  const { query, path } = request
  const asked = [request.method, request.project, path, query.type, query.consumer].join(' ')
  const rule = parts.faults.take({ call: route?.call, request, params: route?.params ?? {} })
  const processed = async () => {
    const reply = await replyTo(parts, request, route)
    if (reply.body.length <= STALE_MAX_BYTES) parts.lastReplies.set(asked, reply)
    return reply
  }
  if (!rule) return { kind: 'reply', reply: await processed() }
  const { statuses } = parts.service.options
  return applyFault(rule.fault, { processed, last: parts.lastReplies.get(asked), statuses })
}

async function replyTo(parts: ServerParts, request: SlsRequest, route: Route | undefined): Promise<Reply> {
  const answer = await answerTo(parts, request, route).catch(toInternalError)
  if (isRefusal(answer)) return refusalReply(answer, parts.service.options.statuses)
  return { ...answer, headers: withoutOmitted(parts, answer.headers) }
}

async function answerTo({ service, accessKeys }: ServerParts, request: SlsRequest, route: Route | undefined) {
  const refusal = objection(request, service.options, accessKeys())
  if (refusal) return refusal
  if (!route)
    return refuse('InvalidMethod', `${request.method} ${request.path} is not a call of this service`)
  return route.handle({ service, request, params: route.params, nowMs: service.options.clock.nowMs() })
}

/** An exception is a bug of the simulator's: it says so, and does not look like a broken connection. */
function toInternalError(error: unknown): Refusal {
  return refuse(
    'InternalServerError',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  )
}

function refusalReply(refusal: Refusal, statuses: Readonly<Record<string, number>>): Reply {
  const body = { errorCode: refusal.refused, errorMessage: refusal.message }
  return jsonReply(body, statusOf(refusal, statuses))
}

function commonHeaders({ service }: ServerParts): Record<string, string> {
  const { wallClock, clock } = service.options
  const nowMs = (wallClock ?? clock).nowMs()
  return {
    Server: 'sls-simulator',
    Date: new Date(nowMs).toUTCString(),
    'x-log-requestid': randomBytes(12).toString('hex').toUpperCase(),
    'x-log-time': String(Math.floor(nowMs / 1_000)),
  }
}

function withoutOmitted(
  { service }: ServerParts,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const { omitHeaders } = service.options
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !omitHeaders.includes(name.toLowerCase())),
  )
}
