/** A server of a test's own, for answers that no simulator gives. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AtEnd } from './at-end.ts'

/** Listens on a free port of this machine until the test is over. */
export async function listen(server: Server, atEnd: AtEnd) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { port, url: `http://127.0.0.1:${port}` }
}
