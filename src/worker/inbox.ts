/** The one place where a worker takes messages of the supervisor. */

import type { MessagePort } from 'node:worker_threads'
import type { Quarantined, ToWorker } from '../thread/protocol.ts'

/** One receiver for each kind of message. */
export interface Receivers {
  drain(): void
  positions(positions: ReadonlyMap<number, string>): void
  quarantine(entries: readonly Quarantined[]): void
  groupRestored(): void
}

/** Calls the receiver of each message, also of those that came before; until the port is closed. */
export function openInbox(port: MessagePort, receivers: Receivers): void {
  port.on('message', (message: ToWorker) => receive(message, receivers))
}

function receive(message: ToWorker, receivers: Receivers): void {
  switch (message.type) {
    case 'drain':
      receivers.drain()
      break
    case 'positions':
      receivers.positions(message.positions)
      break
    case 'quarantine':
      receivers.quarantine(message.entries)
      break
    case 'group-restored':
      receivers.groupRestored()
      break
    default:
      message satisfies never
  }
}
