/** A server that can go down and come up again on the same port. */

import { once } from 'node:events'
import type http from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

export interface Listener {
  /** Only while it has been up once. */
  readonly url: () => string
  readonly up: () => Promise<void>
  /** Breaks the connections; new ones are refused. */
  readonly down: () => Promise<void>
  /** Those that are there now, handshakes under way included; new ones are welcome. */
  readonly breakConnections: () => void
  /** For connections from now on; the present ones break. Throws without TLS. */
  readonly setCertificate: (certificate: Certificate) => void
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
  /** Absent: no TLS. */
  readonly tls?: https.ServerOptions
}

/** PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export function createListener(server: http.Server | https.Server, address: ListenAddress): Listener {
  const { host, tls } = address
  const breakConnections = createBreaker(server)
  let { port } = address
  return {
    breakConnections,
    url: () => `${tls ? 'https' : 'http'}://${host}:${port}`,
    up: async () => {
      if (server.listening) return
      server.listen(port, host)
      await once(server, 'listening')
      port = portOf(server.address()) ?? port
    },
    down: async () => {
      if (!server.listening) return
      server.close()
      breakConnections()
      await once(server, 'close')
    },
    setCertificate: certificate => {
      if (!(server instanceof https.Server)) throw new Error('A receiver without TLS has no certificate.')
      server.setSecureContext({ ...tls, ...certificate })
      breakConnections()
    },
  }
}

/** The server's own `closeAllConnections` leaves those whose TLS handshake is not done, and then waits for them. */
function createBreaker(server: http.Server | https.Server): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => {
    for (const socket of sockets) socket.destroy()
  }
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return address !== null && typeof address === 'object' ? address.port : undefined
}
