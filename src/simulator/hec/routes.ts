/** HEC's paths and methods. */

import type { IncomingMessage } from 'node:http'
import { hecReply, type Reply, WRONG_METHOD } from './answers.ts'

export type Route = 'event' | 'raw' | 'ack' | 'health'

const PATHS: Readonly<Record<string, Route>> = {
  '/services/collector': 'event',
  '/services/collector/event': 'event',
  '/services/collector/event/1.0': 'event',
  '/services/collector/raw': 'raw',
  '/services/collector/raw/1.0': 'raw',
  '/services/collector/ack': 'ack',
  '/services/collector/health': 'health',
  '/services/collector/health/1.0': 'health',
}

const METHODS: Readonly<Record<Route, readonly string[]>> = {
  event: ['POST', 'OPTIONS'],
  raw: ['POST', 'OPTIONS'],
  ack: ['POST', 'OPTIONS'],
  health: ['GET', 'HEAD', 'OPTIONS'],
}

export interface Address {
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  readonly query: URLSearchParams
  /** Absent: no HEC path. */
  readonly route?: Route
}

export function addressOf(request: IncomingMessage): Address {
  const { method = '', url = '/' } = request
  const parsed = URL.parse(`http://hec${url}`)
  if (!parsed) return { method, url, query: new URLSearchParams() }
  const route = PATHS[parsed.pathname]
  return { method, url, query: parsed.searchParams, ...(route && { route }) }
}

/** The answer that needs no handler: unknown path, wrong method, OPTIONS. */
export function answerWithoutHandler({ route, method }: Address): Reply | undefined {
  if (route === undefined) return hecReply(404)
  if (!METHODS[route].includes(method)) return WRONG_METHOD
  if (method !== 'OPTIONS') return undefined
  return { status: 200, headers: { allow: METHODS[route].join(',') }, body: '' }
}
