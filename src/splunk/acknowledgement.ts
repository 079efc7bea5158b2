/**
 * Waits until an indexer says that the events of a request are indexed. Splunk says so once for each id, and only for
 * those that it still knows: so a lost answer means that it is never learned, and the events are sent again.
 */

import { sleep } from '../base/wait.ts'
import type { AckQuestion, HecClient } from './client.ts'
import { isTokenRefused } from './verdict.ts'

export interface Acknowledgements {
  /** True when indexed; false when that has not been said in time. Rejects only when the signal is aborted. */
  await(question: AckQuestion, signal: AbortSignal): Promise<boolean>
  /** Requests whose acknowledgement is waited for. */
  pending(): number
}

export interface AcknowledgementOptions {
  readonly timeoutMs: number
  /** The token has no acknowledgement any more: nobody will ever say "indexed". */
  readonly onMissing: () => void
  readonly onTokenRefused: () => void
}

const FIRST_POLL_MS = 1_000
/** A little earlier than usual, or it would never be learned that answers have become faster. */
const EAGERNESS = 0.7
const POLL = { minMs: 100, maxMs: 10_000, growth: 1.5 } as const

export function createAcknowledgements(
  client: HecClient,
  { timeoutMs, onMissing, onTokenRefused }: AcknowledgementOptions,
): Acknowledgements {
  let pending = 0
  /** From sending until "indexed", lately: polls begin when an answer is likely. */
  let usualMs = FIRST_POLL_MS

  async function isIndexed(question: AckQuestion, signal: AbortSignal): Promise<boolean | 'never'> {
    const polled = await client.poll(question, signal)
    if (polled.kind === 'answered') return polled.indexed.has(question.ackId)
    const { verdict } = polled.attempt
    if (isTokenRefused(verdict)) onTokenRefused()
    // Any other failure says nothing.
    if (verdict.kind !== 'hold' || verdict.reason !== 'acknowledgement-missing') return false
    onMissing()
    return 'never'
  }

  async function wait(question: AckQuestion, signal: AbortSignal): Promise<boolean> {
    const startedAt = performance.now()
    const elapsedMs = () => performance.now() - startedAt
    const leftMs = () => timeoutMs - elapsedMs()
    let notYetMs: number | undefined
    for (let pauseMs = clamp(usualMs * EAGERNESS); ; pauseMs = clamp(pauseMs * POLL.growth)) {
      await sleep(Math.min(pauseMs, leftMs()), signal)
      signal.throwIfAborted()
      const isLast = leftMs() <= 0
      const indexed = await isIndexed(question, signal)
      // Since when it has been so, nobody knows: at the earliest since the question before. Whoever took the time of the
      // answer would ask ever later where a load balancer asks another indexer every second time.
      if (indexed === true) {
        usualMs += 0.2 * ((notYetMs ?? elapsedMs()) - usualMs)
        return true
      }
      if (isLast || indexed === 'never') return false
      notYetMs = elapsedMs()
    }
  }

  return {
    pending: () => pending,
    async await(question, signal) {
      pending++
      try {
        return await wait(question, signal)
      } finally {
        pending--
      }
    },
  }
}

function clamp(ms: number): number {
  return Math.min(POLL.maxMs, Math.max(POLL.minMs, ms))
}
