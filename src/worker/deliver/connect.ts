/** The HEC endpoints of this worker, put together. */

import type { SplunkConfig } from '../../config/types.ts'
import { createNodeClient } from '../../http/node-client.ts'
import { createHecClient } from '../../splunk/client.ts'
import { createEndpoint } from '../../splunk/endpoint.ts'
import { createEndpoints, type Endpoints } from '../../splunk/endpoints.ts'
import type { HecCall } from '../../splunk/exchange.ts'
import { createToken } from '../../splunk/token.ts'
import type { Troubles } from '../report/troubles.ts'
import { endpointEvents } from './delivery.ts'

export interface SplunkConnection {
  readonly endpoints: Endpoints
  close(): void
}

export interface ConnectOptions {
  /** Maximum number of requests at once, for each endpoint. */
  readonly maxRequests: number
  readonly troubles: Troubles
  readonly onCall?: (call: HecCall) => void
}

/** Requests that keep an endpoint busy: it never needs more. */
const MAX_REQUESTS = 8
/** Sockets beside those with events: for probes and questions for acknowledgements. */
const SPARE_SOCKETS = 4

export function connectToSplunk(splunk: SplunkConfig, options: ConnectOptions): SplunkConnection {
  const { troubles, onCall } = options
  const maxRequests = Math.min(MAX_REQUESTS, options.maxRequests)
  const token = createToken(splunk.token, splunk.tokenFile)
  const clients = splunk.urls.map(url =>
    createHecClient({
      splunk,
      url,
      token,
      createHttp: createNodeClient,
      maxSockets: maxRequests + SPARE_SOCKETS,
      ...(onCall && { onCall }),
    }),
  )
  const endpoints = clients.map(client =>
    createEndpoint({
      client,
      maxRequests,
      ...(splunk.acknowledgementMs !== undefined && { acknowledgementMs: splunk.acknowledgementMs }),
      events: endpointEvents(troubles, clients.length),
    }),
  )
  return {
    endpoints: createEndpoints(endpoints),
    close() {
      for (const client of clients) client.close()
    },
  }
}
