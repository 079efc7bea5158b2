/** Posting without acknowledgement: what Splunk takes counts at once. */

import { randomUUID } from 'node:crypto'
import type { Attempt, HecClient } from './client.ts'
import type { Payload } from './packed.ts'
import { ackIdOf } from './verdict.ts'

/** One of two ways to post to an endpoint: without acknowledgement, or with it (`acknowledged-posting.ts`). */
export interface Posting {
  /**
   * Posts what `prepare` returns, which is called right before the request goes out. Rejects when that throws, or when the
   * signal is aborted.
   */
  post(prepare: () => Payload, signal: AbortSignal): Promise<Answered>
  /** Posts whose acknowledgement is waited for. */
  pendingAcks(): number
}

export interface Answered extends Attempt {
  /** With acknowledgement: asks whether the events that the verdict calls taken are indexed; else they are not taken. */
  readonly confirmed?: (signal: AbortSignal) => Promise<boolean>
}

/** A token with acknowledgement gives ids that are not asked for; Splunk forgets them with a channel that idles. */
const MAX_UNASKED_ACKS = 10_000

export function createUnconfirmedPosting(client: HecClient): Posting {
  let channel = randomUUID()
  return {
    pendingAcks: () => 0,
    async post(prepare, signal) {
      const attempt = await client.post(prepare(), channel, signal)
      const ackId = ackIdOf(attempt.verdict)
      if (ackId !== undefined && ackId >= MAX_UNASKED_ACKS) channel = randomUUID()
      return attempt
    },
  }
}
