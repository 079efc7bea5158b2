/** The two levels of a stop, and the time each may take. */

import type { MessagePort } from 'node:worker_threads'
import { sleep } from '../base/wait.ts'
import { isToWorker } from '../thread/protocol.ts'

export interface Stop {
  /** Take nothing new, finish what is held. */
  readonly soft: AbortSignal
  /** Drop it: the drain has taken too long. */
  readonly hard: AbortSignal
  /** Resolves when even the last checkpoints have had their time. */
  readonly settled: Promise<void>
  close(): void
}

/** After the deadline of the drain, for the last checkpoints. */
const SETTLE_MS = 12_000

/** Begins to stop when the supervisor says `drain`. */
export function listenForDrain(port: MessagePort, drainTimeoutMs: number): Stop {
  const soft = new AbortController()
  const hard = new AbortController()
  const closed = new AbortController()
  let settle = () => {}
  const settled = new Promise<void>(resolve => {
    settle = resolve
  })
  async function drain() {
    soft.abort()
    await sleep(drainTimeoutMs, closed.signal)
    hard.abort()
    await sleep(SETTLE_MS, closed.signal)
    settle()
  }
  port.on('message', (message: unknown) => {
    if (isToWorker(message) && message.type === 'drain' && !soft.signal.aborted) void drain()
  })
  return {
    soft: soft.signal,
    hard: hard.signal,
    settled,
    close() {
      closed.abort()
      port.close()
    },
  }
}
