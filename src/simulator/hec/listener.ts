/** A server that can go down and come up again on the same port. */

import { once } from 'node:events'
import type http from 'node:http'
import type https from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Listener {
  /** Only while it has been up once. */
  readonly url: () => string
  readonly up: () => Promise<void>
  /** Breaks the connections; new ones are refused. */
  readonly down: () => Promise<void>
}

export interface ListenAddress {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
}

export function createListener(server: http.Server | https.Server, address: ListenAddress): Listener {
  let { port } = address
  return {
    url: () => `${address.scheme}://${address.host}:${port}`,
    up: async () => {
      if (server.listening) return
      server.listen(port, address.host)
      await once(server, 'listening')
      port = portOf(server.address()) ?? port
    },
    down: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return address !== null && typeof address === 'object' ? address.port : undefined
}
