/**
 * The connections to the HTTP endpoint: few, and none for long that says nothing. Each takes a file descriptor, and
 * without one the workers can open no connection to Log Service or Splunk.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * For 32 pages that watch, and as many clients that ask. A constant, whatever the limit of descriptors is: it is little
 * of the usual 1,024, and leaves three quarters of 256.
 */
export const MAX_CONNECTIONS = 64

/** How long a connection may take to say a request, the first one and the next one. */
const SILENT_MS = 5_000
/** Node looks for silent connections every 30 s by itself. */
const LOOK_INTERVAL_MS = 1_000
const WARNED_AT_MOST_EVERY_MS = 60_000

/** Time limits under fastify's names. */
export const FASTIFY_LIMITS = {
  requestTimeout: SILENT_MS,
  keepAliveTimeout: SILENT_MS,
} as const

/** Time limits under the names of Node's servers; the handshake is TLS's. */
export const NODE_LIMITS = {
  headersTimeout: SILENT_MS,
  handshakeTimeout: SILENT_MS,
  connectionsCheckingInterval: LOOK_INTERVAL_MS,
} as const

/**
 * Closes a connection for each one above the limit: the one that has waited longest for a request. So a crowd of silent
 * connections cannot keep out a client that asks at once.
 */
export function limitConnections(server: Server, warn: (message: string) => void): void {
  const open = new Set<Socket>()
  /** Those with no request in progress. By name, because with TLS a request has another socket than its connection. */
  const waiting = new Map<string, Socket>()
  let warnedAt = Number.NEGATIVE_INFINITY

  function forget(name: string, socket: Socket): void {
    open.delete(socket)
    if (waiting.get(name) === socket) waiting.delete(name)
  }

  function closeLongestWaiting(): void {
    const [longest] = waiting
    if (!longest) return
    const [name, socket] = longest
    forget(name, socket)
    socket.destroy()
  }

  function warnOf({ remoteAddress }: Socket): void {
    if (performance.now() - warnedAt < WARNED_AT_MOST_EVERY_MS) return
    warnedAt = performance.now()
    warn(crowdText(remoteAddress))
  }

  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    open.add(socket)
    waiting.set(name, socket)
    socket.once('close', () => forget(name, socket))
    if (open.size <= MAX_CONNECTIONS) return
    warnOf(socket)
    closeLongestWaiting()
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const name = nameOf(request.socket)
    const socket = waiting.get(name)
    waiting.delete(name)
    response.once('close', () => {
      if (socket && open.has(socket)) waiting.set(name, socket)
    })
  })
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

function crowdText(from = 'an unknown address'): string {
  return (
    `more than ${MAX_CONNECTIONS} connections to http.listen: for each new one the longest silent one is closed, now for one from ${from}; forwarding goes on. ` +
    'Fix: find the clients (ss -tn), or let a firewall decide who may connect'
  )
}
