/**
 * Loaded before the service (`node --import`), in its main thread and in every worker thread: lets whoever started the
 * process end one of its worker threads from within. From outside a thread cannot be killed by itself.
 */

import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'

/** How a thread ends: leaves, throws outside of every promise, or never comes back to its event loop. */
export const DEATHS = ['exit', 'throw', 'loop'] as const
export type Death = (typeof DEATHS)[number]

const channel = new BroadcastChannel('kill-switch')
// Nothing of this keeps a thread or the process alive.
channel.unref()
if (isMainThread) listenToParent()
else obey()

/** Threads say that they are there; the parent's word goes to one of them, in turns. */
function listenToParent(): void {
  const living: number[] = []
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (typeof data === 'number') living.push(data)
  }
  process.on('message', (death: unknown) => channel.postMessage({ death, threadId: living.shift() }))
  process.channel?.unref()
}

function obey(): void {
  channel.postMessage(threadId)
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (typeof data !== 'object' || data === null || !('death' in data) || !('threadId' in data)) return
    if (data.threadId === threadId) die(data.death)
  }
}

function die(death: unknown): void {
  if (death === 'exit') process.exit(9)
  if (death === 'throw') setImmediate(() => JSON.parse('{'))
  if (death === 'loop') for (;;);
}
