/** A strict double of Splunk's HTTP Event Collector, for tests, the demo and the benchmark. */

import http from 'node:http'
import https from 'node:https'
import { createAckChannels } from './acks.ts'
import type { Envelope } from './envelope.ts'
import { createFaultMenu, type Faults } from './faults.ts'
import { type HecState, handle, type StoredFor } from './handlers.ts'
import { type LoadName, loadOf } from './load.ts'
import { createListener } from './listener.ts'
import { createRecords, type HecCounters, type RecordedRequest } from './records.ts'
import { type Service, serve } from './serve.ts'
import type { HecToken } from './tokens.ts'

export interface HecReceiverOptions {
  readonly tokens: readonly HecToken[]
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free one. */
  readonly port?: number
  /** HTTPS with this certificate; `ca` and `requestCert` ask clients for one of theirs. */
  readonly tls?: Pick<https.ServerOptions, 'cert' | 'key' | 'ca' | 'requestCert' | 'rejectUnauthorized'>
  /** Default true: every object is parsed and judged. False, for load: objects are only counted. */
  readonly strict?: boolean
  /** Default as `strict`: keep all events and requests in memory. */
  readonly keepEvents?: boolean
  /** Splunk's `maxEventSize`, default 5 MiB. */
  readonly maxEventBytes?: number
  /** Splunk's `max_content_length`, default 838,860,800. */
  readonly maxContentBytes?: number
  /** From storing until an ack id turns true, default 0. */
  readonly ackDelayMs?: number
  /** Idle connections are closed after it. Default 12 s, as busy Splunks do. */
  readonly keepAliveIdleMs?: number
  /** `cloud` says 28 where Enterprise says 10. */
  readonly profile?: 'enterprise' | 'cloud'
  /** On every reply, for instance a load balancer's cookie. */
  readonly replyHeaders?: Readonly<Record<string, string>>
  /** Strict mode: each stored event, in order. */
  readonly onEvent?: (envelope: Envelope, storedFor: StoredFor) => void
  /** Each body of data, decoded, and how many of its events were taken. The buffer may be kept. */
  readonly onBody?: (body: Buffer, events: number) => void
}

export interface HecReceiver {
  /** `http://127.0.0.1:PORT`; the same after `up`. */
  readonly url: string
  /** As sent, in the order stored. */
  readonly events: readonly Envelope[]
  readonly requests: readonly RecordedRequest[]
  readonly counters: HecCounters
  readonly faults: Faults
  /** Adds a token or replaces its settings. */
  readonly setToken: (token: HecToken) => void
  readonly removeToken: (token: string) => void
  /** `takenEvents`: how many events of each request a full queue still takes, and names as `invalid-event-number`. */
  readonly setLoad: (name: LoadName, takenEvents?: number) => void
  readonly setAckDelayMs: (delayMs: number) => void
  readonly pendingAcks: () => number
  /** Drops connections and forgets all ack state; ids start at 0 again. Events stay. */
  readonly restart: () => void
  /** Connections are refused from now on, until `up`. */
  readonly down: () => Promise<void>
  readonly up: () => Promise<void>
  readonly close: () => Promise<void>
}

const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  strict: true,
  maxEventBytes: 5 * 1024 * 1024,
  maxContentBytes: 838_860_800,
  ackDelayMs: 0,
  keepAliveIdleMs: 12_000,
  profile: 'enterprise',
  replyHeaders: {},
} as const

/** Resolves when it listens. Rejects when the address is taken. */
export async function startHecReceiver(given: HecReceiverOptions): Promise<HecReceiver> {
  const options = { ...DEFAULTS, keepEvents: given.strict ?? DEFAULTS.strict, ...given }
  const records = createRecords(options)
  const controls = createControls(options)
  const faults = createFaultMenu()
  const hec: HecState = { ...options, ...records, ...controls }
  const server = createServer(options, {
    ...options,
    faults,
    onServed: records.served,
    handle: request => handle(hec, request),
  })
  server.on('connection', records.connected)
  const listener = createListener(server, { ...options, scheme: options.tls ? 'https' : 'http' })
  await listener.up()
  const { acks, setLoad, setToken, removeToken } = controls
  return {
    url: listener.url(),
    events: records.events,
    requests: records.requests,
    counters: records.counters,
    faults,
    setLoad,
    setToken,
    removeToken,
    pendingAcks: acks.pending,
    setAckDelayMs: acks.setDelayMs,
    restart: () => {
      acks.forget()
      server.closeAllConnections()
    },
    up: listener.up,
    down: listener.down,
    close: listener.down,
  }
}

/** What a test may change while the receiver runs. */
function createControls(options: Required<Pick<HecReceiverOptions, 'tokens' | 'ackDelayMs' | 'profile'>>) {
  const tokens = new Map(options.tokens.map(token => [token.token, token]))
  let load = loadOf('normal')
  return {
    tokens,
    acks: createAckChannels(options.ackDelayMs),
    missingChannel: options.profile === 'cloud' ? 28 : 10,
    load: () => load,
    setLoad: (name: LoadName, takenEvents?: number) => {
      load = loadOf(name, takenEvents)
    },
    setToken: (token: HecToken) => void tokens.set(token.token, token),
    removeToken: (token: string) => void tokens.delete(token),
  } as const
}

function createServer({ tls, keepAliveIdleMs }: HecReceiverOptions, service: Service) {
  const settings = { keepAliveTimeout: keepAliveIdleMs, keepAliveTimeoutBuffer: 0, requestTimeout: 0 }
  const listener = (request: http.IncomingMessage, response: http.ServerResponse) =>
    void serve(service, request, response)
  return tls ? https.createServer({ ...settings, ...tls }, listener) : http.createServer(settings, listener)
}
