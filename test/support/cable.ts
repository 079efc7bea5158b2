/** A cable to a TCP server on this machine that can be cut in every way a network has. */

import { once } from 'node:events'
import { createServer, connect as openSocket, type Server, type Socket } from 'node:net'
import { carry } from './carry.ts'
import { createGate, type Rule } from './gate.ts'

/** Each acts on connections that are there as well as on new ones. */
export type CableMode =
  /** Everything passes; what was held goes on, as in a network that sends again. */
  | { readonly kind: 'pass' }
  /** Nobody listens; present connections are reset. */
  | { readonly kind: 'refuse' }
  /** Present connections are reset, once; new ones pass. */
  | { readonly kind: 'reset' }
  /** Connections are accepted; no byte, end or reset gets through either way. */
  | { readonly kind: 'black-hole' }
  /** Requests arrive, answers never come back. */
  | { readonly kind: 'upstream-only' }
  /** Answers come back, requests do not arrive. */
  | { readonly kind: 'downstream-only' }
  /** Both ways; the rate of each is shared by all connections. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** So many bytes come back on each connection from now on. The next one closes it: reset on the server's side. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }

export interface Cable {
  readonly port: number
  /** `http://127.0.0.1:PORT`, the same in every mode. */
  readonly url: string
  /** Resolves when it is so. Rejects when somebody took the port while it was refused. */
  readonly set: (mode: CableMode) => Promise<void>
  /** Connections of clients that are on it now. */
  readonly connections: () => number
  readonly close: () => Promise<void>
}

const HOST = '127.0.0.1'

/** `port`: where the server listens. One that does not is seen as a reset behind an accepted connection. */
export async function startCable(target: { readonly port: number }): Promise<Cable> {
  const [up, down] = [createGate(), createGate()]
  const clients = new Set<Socket>()
  const servers = new Set<Socket>()
  const listener = createServer({ allowHalfOpen: true }, client => void join(client))
  const port = await listen(listener, 0)

  /** The server learns of a client as soon as something may go up. */
  async function join(client: Socket): Promise<void> {
    keepIn(clients, client)
    await up.opened()
    if (client.destroyed) return
    const server = openSocket({ host: HOST, port: target.port, allowHalfOpen: true })
    keepIn(servers, server)
    void carry({ from: client, to: server, through: up, back: down })
    void carry({ from: server, to: client, through: down, back: up })
  }

  async function set(mode: CableMode): Promise<void> {
    if (mode.kind === 'reset' || mode.kind === 'refuse')
      for (const socket of [...clients, ...servers]) socket.resetAndDestroy()
    const rules = rulesOf(mode)
    up.set(rules.up)
    down.set(rules.down)
    if (mode.kind === 'refuse') await stopListening(listener)
    else await listen(listener, port)
  }

  return {
    port,
    url: `http://${HOST}:${port}`,
    set,
    connections: () => clients.size,
    close: () => set({ kind: 'refuse' }),
  }
}

const FLOW: Rule = { kind: 'flow' }
const HOLD: Rule = { kind: 'hold' }

function rulesOf(mode: CableMode): { readonly up: Rule; readonly down: Rule } {
  switch (mode.kind) {
    case 'black-hole':
      return { up: HOLD, down: HOLD }
    case 'upstream-only':
      return { up: FLOW, down: HOLD }
    case 'downstream-only':
      return { up: HOLD, down: FLOW }
    case 'slow':
      return { up: mode, down: mode }
    case 'truncate':
      return { up: FLOW, down: { kind: 'cut', afterBytes: mode.afterBytes } }
    case 'pass':
    case 'refuse':
    case 'reset':
      return { up: FLOW, down: FLOW }
  }
}

function keepIn(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
  // Whoever carries its bytes finds out; between two of them nobody listens.
  socket.on('error', () => {})
}

/** Answers with the port. */
async function listen(server: Server, port: number): Promise<number> {
  if (!server.listening) {
    server.listen(port, HOST)
    await once(server, 'listening')
  }
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}
