/** The way from events to HEC endpoints as a worker has it, without the worker: for tests against real HTTP. */

import type { SplunkConfig } from '../../src/config/types.ts'
import { createNodeClient } from '../../src/http/node-client.ts'
import { createHecClient } from '../../src/splunk/client.ts'
import type { Delivered, Refusal } from '../../src/splunk/deliver.ts'
import { createDeliver } from '../../src/splunk/delivery.ts'
import { createEndpoint, type Endpoint } from '../../src/splunk/endpoint.ts'
import { createEndpoints, type Endpoints } from '../../src/splunk/endpoints.ts'
import type { HecCall } from '../../src/splunk/exchange.ts'
import type { Events } from '../../src/splunk/pieces.ts'
import { createToken } from '../../src/splunk/token.ts'
import type { AtEnd } from './at-end.ts'

export const HEC_TOKEN = 'f0e1d2c3-token'

export interface HecDelivery {
  readonly endpoints: Endpoints
  /** In the order of the URLs. */
  readonly each: readonly Endpoint[]
  readonly calls: readonly HecCall[]
  /** `kind reason` of every attempt that did not deliver everything. */
  readonly troubles: readonly string[]
  readonly refusals: readonly Refusal[]
  readonly stop: AbortController
  deliver(events: Events): Promise<Delivered>
  /** The dead letters: number of the event, and why. */
  letters(): (readonly [number | undefined, string])[]
}

export interface HecDeliveryOptions extends Partial<SplunkConfig> {
  /** At once, for each endpoint. Default 4. */
  readonly maxRequests?: number
  readonly inOrder?: boolean
  readonly beforePost?: () => void
  /** False: the dead letters are full. Default: there is room. */
  readonly hasRoom?: () => boolean
  /** Probes and half-open tries of endpoints that rest, as in a worker. Default true. */
  readonly keep?: boolean
}

export function connectToHec(
  urls: readonly string[],
  options: HecDeliveryOptions,
  atEnd: AtEnd,
): HecDelivery {
  const { maxRequests = 4, inOrder = false, beforePost = () => {}, hasRoom = () => true } = options
  const splunk = splunkOf(urls, options)
  const calls: HecCall[] = []
  const troubles: string[] = []
  const refusals: Refusal[] = []
  const stop = new AbortController()
  const token = createToken(splunk.token, splunk.tokenFile)
  const onCall = (call: HecCall) => void calls.push(call)
  const maxSockets = maxRequests + 4
  const common = { splunk, token, createHttp: createNodeClient, maxSockets, onCall }
  const clients = urls.map(url => createHecClient({ ...common, url }))
  const { acknowledgementMs } = splunk
  const acknowledgement = acknowledgementMs === undefined ? {} : { acknowledgementMs }
  const events = { failed: () => {}, worked: () => {} }
  const each = clients.map(client => createEndpoint({ client, maxRequests, events, ...acknowledgement }))
  const endpoints = createEndpoints(each)
  if (options.keep ?? true) void endpoints.keep(stop.signal)
  atEnd(() => {
    stop.abort()
    for (const client of clients) client.close()
  })
  const deliver = createDeliver({
    endpoints,
    compression: splunk.compression,
    inOrder,
    beforePost,
    onRefused: async refusal => {
      if (hasRoom()) refusals.push(refusal)
      return hasRoom()
    },
    onProblem: (reason, { verdict }) => void troubles.push(`${verdict.kind} ${reason}`),
  })
  return {
    endpoints,
    each,
    calls,
    troubles,
    refusals,
    stop,
    deliver: events => deliver(events, stop.signal),
    letters: () => refusals.map(({ event, reason }) => [event.numbers[0], reason]),
  }
}

function splunkOf(urls: readonly string[], settings: Partial<SplunkConfig>): SplunkConfig {
  return {
    urls,
    token: HEC_TOKEN,
    tls: { verify: true },
    timeoutMs: 5_000,
    compression: 'gzip',
    batchBytes: 1024 * 1024,
    metadata: {},
    ...settings,
  }
}

/** `{"event":N}` for each of these numbers; `objects` stand in place of those at their numbers. */
export function hecEvents(count: number, objects: Readonly<Record<number, object>> = {}): Events {
  const pieces = Array.from({ length: count }, (_, at) => JSON.stringify(objects[at] ?? { event: at }))
  let at = 0
  const offsets = pieces.map(piece => {
    at += Buffer.byteLength(piece)
    return at - Buffer.byteLength(piece)
  })
  return { bytes: Buffer.from(pieces.join('')), offsets, numbers: pieces.map((_, number) => number) }
}

export const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at)
