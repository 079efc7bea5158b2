/** A strict double of Splunk's HTTP Event Collector, for tests, the demo and the benchmark. */

import http from 'node:http'
import https from 'node:https'
import { createAckChannels } from './acks.ts'
import type { Envelope } from './envelope.ts'
import { createFaultMenu, type Faults } from './faults.ts'
import { type HecState, handle } from './handlers.ts'
import { createSafeIndexing, createVolatileIndexing } from './indexing.ts'
import { type Certificate, createListener } from './listener.ts'
import { type LoadName, loadOf } from './load.ts'
import { DEFAULTS, type HecReceiverOptions } from './options.ts'
import { createRecords, type HecCounters, type RecordedRequest } from './records.ts'
import { type Service, serve } from './serve.ts'
import type { HecToken } from './tokens.ts'

export type { HecReceiverOptions } from './options.ts'

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
  /** For what waits already, too. */
  readonly setAckDelayMs: (delayMs: number) => void
  readonly pendingAcks: () => number
  /** Events that a volatile receiver would lose now. */
  readonly eventsInMemory: () => number
  /** For connections from now on; the present ones break. Throws without `tls`. */
  readonly setCertificate: (certificate: Certificate) => void
  /**
   * Drops connections and forgets all ack state; ids start at 0 again. Stored events stay; those in a volatile
   * receiver's memory are lost. What it answers meanwhile is `setLoad`'s: 'shutting-down' before, 'starting' behind it.
   */
  readonly restart: () => void
  /** Connections break, and are refused from now on, until `up`. A volatile receiver loses what `restart` loses. */
  readonly down: () => Promise<void>
  readonly up: () => Promise<void>
  readonly close: () => Promise<void>
}

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
  const listener = createListener(server, options)
  await listener.up()
  const { acks, indexing, setLoad, setToken, removeToken } = controls
  const die = () => {
    acks.forget()
    records.lost(indexing.lose())
  }
  const down = async () => {
    await listener.down()
    if (options.volatile) die()
  }
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
    eventsInMemory: indexing.waiting,
    setAckDelayMs: indexing.setDelayMs,
    setCertificate: listener.setCertificate,
    restart: () => {
      die()
      listener.breakConnections()
    },
    up: listener.up,
    down,
    close: down,
  }
}

type ControlOptions = Required<Pick<HecReceiverOptions, 'tokens' | 'ackDelayMs' | 'volatile' | 'profile'>>

/** What a test may change while the receiver runs. */
function createControls(options: ControlOptions) {
  const tokens = new Map(options.tokens.map(token => [token.token, token]))
  const createIndexing = options.volatile ? createVolatileIndexing : createSafeIndexing
  let load = loadOf('normal')
  return {
    tokens,
    acks: createAckChannels(),
    indexing: createIndexing(options.ackDelayMs),
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
    void serve(service, request, response).catch(() => response.destroy())
  return tls ? https.createServer({ ...settings, ...tls }, listener) : http.createServer(settings, listener)
}
