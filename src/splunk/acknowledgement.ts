/**
 * Waits until an indexer says that the events of a request are indexed. Splunk says so once for each id, and only for
 * those that it still knows: after a lost answer it is never learned, and the events are sent again.
 */

import { sleep } from '../base/wait.ts'
import type { AckQuestion, HecClient } from './client.ts'

export interface Acknowledgements {
  /** Resolves with whether the events are indexed; false also when no answer came in time. Rejects only on abort. */
  await(question: AckQuestion, signal: AbortSignal): Promise<boolean>
  /** Posts whose acknowledgement is waited for. */
  pending(): number
}

export interface AcknowledgementOptions {
  readonly timeoutMs: number
  /** Called when the token no longer has acknowledgement: no indexer will ever say "indexed". */
  readonly onMissing: () => void
}

const FIRST_POLL_MS = 1_000
/** Polls begin a little earlier than usual: otherwise faster answers would never be noticed. */
const EAGERNESS = 0.7
const POLL = { minMs: 100, maxMs: 10_000, growth: 1.5 } as const

export function createAcknowledgements(
  client: HecClient,
  { timeoutMs, onMissing }: AcknowledgementOptions,
): Acknowledgements {
  let pending = 0
  /** Mean time from the post until "indexed", lately: polls begin when an answer is likely. */
  let usualMs = FIRST_POLL_MS

  async function isIndexed(question: AckQuestion, signal: AbortSignal): Promise<boolean | 'never'> {
    const polled = await client.poll(question, signal)
    if (polled.kind === 'answered') return polled.indexed.has(question.ackId)
    const { verdict } = polled.attempt
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
      // It may be indexed since the question before. The time of this answer would make polls ever later where a load
      // balancer asks another indexer every second time.
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
