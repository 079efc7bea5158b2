/** Posting with acknowledgement: what Splunk takes counts when an indexer says that it is indexed. */

import { createAcknowledgements } from './acknowledgement.ts'
import { type Channel, createChannels } from './channels.ts'
import type { Attempt, HecClient, PostAttempt } from './client.ts'
import type { CookieHeader } from './cookies.ts'
import type { Answered, Posting } from './posting.ts'
import { ackIdOf, isEndpointFailure, takesAny, type Verdict } from './verdict.ts'

/** `timeoutMs`: how long an acknowledgement may take before the events are sent again. */
export function createAcknowledgedPosting(client: HecClient, timeoutMs: number): Posting {
  const channels = createChannels()
  let isOffered = false
  const onMissing = () => {
    isOffered = false
  }
  const acks = createAcknowledgements(client, { timeoutMs, onMissing })
  let cookieChanges = 0

  /** Asks before the first post, and after acknowledgement was missing: a post would only make duplicates. */
  async function findMissing(signal: AbortSignal): Promise<Attempt | undefined> {
    if (isOffered) return undefined
    const polled = await client.poll({ channel: channels.take().id, ackId: 0 }, signal)
    isOffered = polled.kind === 'answered'
    return polled.kind === 'failed' ? asFailure(polled.attempt) : undefined
  }

  function withId(attempt: PostAttempt, channel: Channel, ackId: number): Answered {
    const isTrusted = channels.trusts(channel, ackId)
    if (!takesAny(attempt.verdict)) return attempt
    return { ...attempt, confirmed: isTrusted ? confirm(channel, ackId, attempt.cookies) : never }
  }

  function confirm(channel: Channel, ackId: number, cookies: CookieHeader) {
    return async (signal: AbortSignal) => {
      const isIndexed = await acks.await({ channel: channel.id, ackId, cookies }, signal)
      if (isIndexed) channels.giveBack(channel, ackId)
      return isIndexed
    }
  }

  function withoutId(attempt: PostAttempt): Answered {
    const { verdict } = attempt
    if (verdict.kind === 'refused') return { ...attempt, ...(verdict.at > 0 && { confirmed: never }) }
    if (verdict.kind !== 'delivered') return { ...attempt, verdict: withoutTaken(verdict) }
    isOffered = false
    return { ...attempt, verdict: { kind: 'hold', reason: 'acknowledgement-missing' } }
  }

  return {
    pendingAcks: acks.pending,
    async post(prepare, signal) {
      const missing = await findMissing(signal)
      if (missing) return missing
      const payload = prepare()
      const channel = channels.take()
      const attempt = await client.post(payload, channel.id, signal)
      // After a restart, or when a balancer goes elsewhere, the next indexer may count from 0 again.
      if (attempt.verdict.kind === 'again' || cookieChanges !== client.cookieChanges()) channels.rotate()
      cookieChanges = client.cookieChanges()
      const ackId = ackIdOf(attempt.verdict)
      return ackId === undefined ? withoutId(attempt) : withId(attempt, channel, ackId)
    },
  }
}

/** Makes a failure of a poll that was answered as if it were something else: only an answer of HEC's lets events go out. */
function asFailure(attempt: Attempt): Attempt {
  if (isEndpointFailure(attempt.verdict)) return attempt
  return { ...attempt, verdict: { kind: 'hold', reason: 'not-hec' } }
}

/** Answers for events that were taken without an id to ask for. */
const never = async () => false

/** Counts events that were taken without an id to ask for as not taken. */
function withoutTaken(verdict: Verdict): Verdict {
  return verdict.kind === 'again' ? { ...verdict, accepted: 0 } : verdict
}
