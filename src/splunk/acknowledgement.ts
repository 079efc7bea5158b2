/**
 * Waits until an indexer says that the events of a request are indexed. Splunk says so once for each id, and only for
 * those that it still knows: so a lost answer means that it is never learned, and the events are sent again.
 */

import { sleep } from '../wait.ts'
import type { HecClient } from './client.ts'

export interface Acknowledgements {
  /** True when indexed; false when that has not been said in time. Rejects only when the signal is aborted. */
  await(channel: string, ackId: number, signal: AbortSignal): Promise<boolean>
  /** Requests whose acknowledgement is waited for. */
  pending(): number
}

const FIRST_POLL_MS = 1_000
/** A little earlier than usual, or it would never be learned that answers have become faster. */
const EAGERNESS = 0.7
const POLL = { minMs: 100, maxMs: 10_000, growth: 1.5 } as const

export function createAcknowledgements(client: HecClient, timeoutMs: number): Acknowledgements {
  let pending = 0
  /** From sending until "indexed", lately: polls begin when an answer is likely. */
  let usualMs = FIRST_POLL_MS

  async function isIndexed(channel: string, ackId: number, signal: AbortSignal): Promise<boolean | 'never'> {
    const polled = await client.poll(channel, [ackId], signal)
    if (polled.kind === 'answered') return polled.indexed.has(ackId)
    // The token has no acknowledgement any more: nobody will ever say it. Any other failure says nothing.
    const { verdict } = polled.attempt
    return verdict.kind === 'hold' && verdict.reason === 'acknowledgement-missing' ? 'never' : false
  }

  async function wait(channel: string, ackId: number, signal: AbortSignal): Promise<boolean> {
    const startedAt = performance.now()
    const leftMs = () => startedAt + timeoutMs - performance.now()
    for (let pauseMs = clamp(usualMs * EAGERNESS); ; pauseMs = clamp(pauseMs * POLL.growth)) {
      await sleep(Math.max(0, Math.min(pauseMs, leftMs())), signal)
      signal.throwIfAborted()
      const isLast = leftMs() <= 0
      const indexed = await isIndexed(channel, ackId, signal)
      if (indexed === true) usualMs += 0.2 * (performance.now() - startedAt - usualMs)
      if (indexed === true) return true
      if (isLast || indexed === 'never') return false
    }
  }

  return {
    pending: () => pending,
    async await(channel, ackId, signal) {
      pending++
      try {
        return await wait(channel, ackId, signal)
      } finally {
        pending--
      }
    },
  }
}

function clamp(ms: number): number {
  return Math.min(POLL.maxMs, Math.max(POLL.minMs, ms))
}
