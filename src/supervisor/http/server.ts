/** The HTTP endpoint: for people `/`, for programs `/metrics`, `/healthz`, `/readyz`, `/api/status` and `/api/events`. */

import Fastify, { type FastifyInstance } from 'fastify'
import type { HttpConfig } from '../../config/types.ts'
import type { Log } from '../../log/log.ts'
import type { StatusDocument } from '../../status/document.ts'
import type { Readiness } from '../health/readiness.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { challengeFor, isAllowed } from './access.ts'
import { FASTIFY_LIMITS, limitConnections, NODE_LIMITS } from './connections.ts'
import { createWatchers, type Watchers } from './live-status.ts'
import { readStaticFiles, type StaticFile } from './static-files.ts'

export interface HttpEndpoint {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string
  close(): Promise<void>
}

export interface HttpParts {
  readonly metrics: Metrics
  readonly readiness: () => Readiness
  readonly status: () => StatusDocument
  /** Takes secrets out of whatever is said: far ends may repeat what they were sent. */
  readonly redact: (text: string) => string
  readonly log: Pick<Log, 'warn'>
}

/** Everything that the page needs comes from here; nobody else's page may show it or read it. */
const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** Rejects when the address cannot be listened on. */
export async function startHttp(config: HttpConfig, parts: HttpParts): Promise<HttpEndpoint> {
  const server = createServer(config)
  limitConnections(server.server, parts.log.warn)
  server.addHook('onRequest', async (_, reply) => void reply.headers(SECURITY_HEADERS))
  if (config.bearerToken !== undefined) demandToken(server, config.bearerToken)
  server.addHook('onSend', async (_, __, payload) =>
    typeof payload === 'string' ? parts.redact(payload) : payload,
  )
  addProbes(server, parts)
  addStatus(server, parts)
  for (const file of readStaticFiles()) addFile(server, file)
  const url = await server.listen({ host: oneAddressOf(config.host), port: config.port })
  return { url, close: () => server.close() }
}

function createServer({ tls }: HttpConfig): FastifyInstance {
  const options = { logger: false, forceCloseConnections: true, ...FASTIFY_LIMITS } as const
  return tls
    ? Fastify({ ...options, https: { ...tls, ...NODE_LIMITS } })
    : Fastify({ ...options, http: NODE_LIMITS })
}

/** For `localhost` fastify opens a second server that nothing gives access to: its connections had no limit. */
function oneAddressOf(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host
}

/** Every path but `/healthz`, which a load balancer or a watchdog asks without knowing secrets. */
function demandToken(server: FastifyInstance, token: string): void {
  server.addHook('onRequest', async ({ url, headers }, reply) => {
    if (url === '/healthz' || isAllowed(headers.authorization, token)) return
    await reply.code(401).header('www-authenticate', challengeFor(headers.accept)).send({
      error: 'a token is needed (http.bearer_token): as a bearer token, or as the password in a browser',
    })
  })
}

function addProbes(server: FastifyInstance, { metrics, readiness }: HttpParts): void {
  server.get('/healthz', () => ({ status: 'ok' }))
  server.get('/readyz', (_, reply) => {
    const state = readiness()
    reply.code(state.ready ? 200 : 503).send(state)
  })
  server.get('/metrics', async (request, reply) => {
    const { text, contentType } = await metrics.render(request.headers.accept)
    reply.type(contentType).send(text)
  })
}

function addStatus(server: FastifyInstance, { status, redact }: HttpParts): void {
  const watchers = createWatchers(() => redact(JSON.stringify(status())))
  server.addHook('preClose', async () => watchers.close())
  server.get('/api/status', (_, reply) => {
    reply.type('application/json; charset=utf-8').header('cache-control', 'no-store')
    reply.send(JSON.stringify(status()))
  })
  addEvents(server, watchers)
}

function addEvents(server: FastifyInstance, watchers: Watchers): void {
  server.get('/api/events', { exposeHeadRoute: false }, (_, reply) => {
    const stream = watchers.add()
    reply.header('cache-control', 'no-store')
    if (stream) reply.type('text/event-stream; charset=utf-8').send(stream)
    else
      reply.code(503).send({ error: 'too many watch already: close a page, or ask /api/status now and then' })
  })
}

/** Kept by browsers, and asked for again each time: it changes with the service's version alone. */
function addFile(server: FastifyInstance, { path, contentType, etag, body }: StaticFile): void {
  server.get(path, (request, reply) => {
    reply.header('etag', etag).header('cache-control', 'no-cache')
    if (request.headers['if-none-match'] === etag) reply.code(304).send()
    else reply.type(contentType).send(body)
  })
}
