/** Servers that answer as no simulator does: byte for byte as told, broken off, too early, without end. */

import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import net from 'node:net'
import type { AtEnd } from './at-end.ts'
import { eventually } from './eventually.ts'

export interface Listening {
  readonly url: string
  readonly port: number
  /** Connections made so far. */
  readonly accepted: () => number
  /** Resolves when no connection is open any more. */
  readonly deserted: () => Promise<unknown>
}

export async function listenRoughly(server: net.Server, atEnd: AtEnd, scheme = 'http'): Promise<Listening> {
  const sockets = new Set<net.Socket>()
  let accepted = 0
  server.on('connection', socket => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `${scheme}://127.0.0.1:${port}/`,
    port,
    accepted: () => accepted,
    deserted: () => eventually(() => sockets.size === 0, { withinMs: 2_000, what: 'no connection' }),
  }
}

/** Answers as its own code says. */
export function serve(listener: RequestListener, atEnd: AtEnd): Promise<Listening> {
  return listenRoughly(createHttpServer(listener), atEnd)
}

/** Writes these bytes when the first ones of a request come in, and does what comes after. */
export function say(
  text: string,
  atEnd: AtEnd,
  then: (socket: net.Socket) => void = () => {},
): Promise<Listening> {
  const answer = (socket: net.Socket) => (text === '' ? then(socket) : socket.write(text, () => then(socket)))
  return listenRoughly(
    net.createServer(socket => socket.once('data', () => answer(socket))),
    atEnd,
  )
}

/** Writes these bytes when `bytes` of the request were read, and reads no more of it. */
export function interrupt(
  text: string,
  bytes: number,
  atEnd: AtEnd,
  then: (socket: net.Socket) => void = () => {},
): Promise<Listening> {
  const server = net.createServer(socket => {
    let left = bytes
    socket.on('data', (chunk: Buffer) => {
      const isReached = left > 0 && left <= chunk.length
      left -= chunk.length
      if (!isReached) return
      socket.pause()
      socket.write(text, () => then(socket))
    })
  })
  return listenRoughly(server, atEnd)
}

/** Writes a byte now and then until the reader has gone. */
export function drip(socket: net.Socket): void {
  const timer = setInterval(() => socket.write('x'), 100)
  socket.once('close', () => clearInterval(timer))
}

/** Writes as fast as it can until the reader has gone. */
export function flood(write: (bytes: Buffer, done: (error?: Error | null) => void) => boolean): void {
  write(Buffer.alloc(64 * 1024), error => {
    if (!error) flood(write)
  })
}
