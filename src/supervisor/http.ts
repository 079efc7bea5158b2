/** `/metrics`, `/healthz` and `/readyz`. */

import { timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { HttpConfig } from '../config/types.ts'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'

export interface HttpEndpoint {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string
  close(): Promise<void>
}

export interface HttpParts {
  readonly metrics: Metrics
  readonly readiness: () => Readiness
}

/** Rejects when the address cannot be listened on. */
export async function startHttp(
  config: HttpConfig,
  { metrics, readiness }: HttpParts,
): Promise<HttpEndpoint> {
  const server = createServer(config)
  if (config.bearerToken !== undefined) demandToken(server, config.bearerToken)
  server.get('/healthz', () => ({ status: 'ok' }))
  server.get('/readyz', (_, reply) => {
    const state = readiness()
    reply.code(state.ready ? 200 : 503).send(state)
  })
  server.get('/metrics', async (request, reply) => {
    const { text, contentType } = await metrics.render(request.headers.accept)
    reply.type(contentType).send(text)
  })
  const url = await server.listen({ host: config.host, port: config.port })
  return { url, close: () => server.close() }
}

function createServer({ tls }: HttpConfig): FastifyInstance {
  const options = { logger: false, forceCloseConnections: true } as const
  return tls ? Fastify({ ...options, https: tls }) : Fastify(options)
}

/** Every path but `/healthz`, which a load balancer or a watchdog asks without knowing secrets. */
function demandToken(server: FastifyInstance, token: string): void {
  const expected = Buffer.from(`Bearer ${token}`)
  server.addHook('onRequest', async (request, reply) => {
    if (request.url === '/healthz') return
    const given = Buffer.from(request.headers.authorization ?? '')
    if (given.length === expected.length && timingSafeEqual(given, expected)) return
    await reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'a bearer token is needed (http.bearer_token)' })
  })
}
