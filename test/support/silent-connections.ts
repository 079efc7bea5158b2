/** Connections that say nothing, as of a scanner, or of somebody who means ill. */

import { connect, type Socket } from 'node:net'
import type { AtEnd } from './at-end.ts'

export interface SilentConnections {
  /** How often one was opened, counted when the system of the other side has taken it. */
  opened(): number
  /** Closes them all, for good. */
  stop(): void
}

/** A closed one is opened again after so long. */
const AGAIN_MS = 250

/** Keeps so many connections to this port of this host; each that the other side closes is opened again. */
export function keepSilent(port: number, count: number, atEnd: AtEnd): SilentConnections {
  const sockets = new Set<Socket>()
  let isOver = false
  let opened = 0

  function open(): void {
    if (isOver) return
    const socket = connect({ port, host: '127.0.0.1' })
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('connect', () => void opened++)
    socket.once('close', () => {
      sockets.delete(socket)
      setTimeout(open, AGAIN_MS)
    })
    // Its end is only seen when it is read.
    socket.resume()
  }

  function stop(): void {
    isOver = true
    for (const socket of sockets) socket.destroy()
  }

  atEnd(stop)
  for (let n = 0; n < count; n++) open()
  return { opened: () => opened, stop }
}
