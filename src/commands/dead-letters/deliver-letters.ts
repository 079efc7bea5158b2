/** Delivers dead letters as the service delivers events: what Splunk refuses is named, the rest gets through. */

import { isAbort } from '../../base/failure.ts'
import type { SplunkConfig } from '../../config/types.ts'
import { createGotClient } from '../../http/got-client.ts'
import { type Attempt, createHecClient } from '../../splunk/client.ts'
import type { DeliverOptions } from '../../splunk/deliver.ts'
import { createDeliver } from '../../splunk/delivery.ts'
import { createEndpoint } from '../../splunk/endpoint.ts'
import { createEndpoints } from '../../splunk/endpoints.ts'
import { type Events, join } from '../../splunk/pieces.ts'
import type { Reason } from '../../splunk/reasons.ts'
import { createToken } from '../../splunk/token.ts'
import { isEndpointFailure } from '../../splunk/verdict.ts'
import { createPatience, type Patience, whyOf } from './patience.ts'

/** What became of one letter. */
export type Outcome =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused'
      readonly reason: string
      readonly status: number
      readonly code: number | null
      readonly answer: string
    }
  /** Splunk has said nothing about this event: it cannot be reached, refuses the token, … */
  | { readonly kind: 'unsent'; readonly why: string }

/** Resolves with one outcome for each event, in order. Does not reject. */
export type DeliverLetters = (events: readonly string[], signal: AbortSignal) => Promise<readonly Outcome[]>

export interface LetterDelivery {
  readonly deliver: DeliverLetters
  close(): void
}

export function createLetterDelivery(splunk: SplunkConfig): LetterDelivery {
  const token = createToken(splunk.token, splunk.tokenFile)
  const patience = createPatience(() => endpoints.isUp() === false)
  const clients = splunk.urls.map(url =>
    createHecClient({ splunk, url, token, createHttp: createGotClient, maxSockets: 2 }),
  )
  const { acknowledgementMs, compression } = splunk
  const acknowledgement = acknowledgementMs === undefined ? {} : { acknowledgementMs }
  const endpoints = createEndpoints(
    clients.map(client => createEndpoint({ client, maxRequests: 1, events: patience, ...acknowledgement })),
  )
  const noting = createNoting(patience)
  return {
    close() {
      for (const client of clients) client.close()
    },
    async deliver(texts, signal) {
      const outcomes = texts.map<Outcome>(() => ({ kind: 'unsent', why: '' }))
      const ending = AbortSignal.any([signal, patience.signal])
      const deliver = createDeliver({ endpoints, compression, inOrder: false, ...noting(outcomes) })
      try {
        await deliver(eventsOf(texts), ending)
        return outcomes
      } catch (error) {
        if (!isAbort(error, ending)) throw error
        const why = signal.aborted ? 'stopped by a signal' : patience.why()
        return outcomes.map(each => (each.kind === 'unsent' ? { ...each, why } : each))
      }
    },
  }
}

type Noting = Pick<DeliverOptions, 'beforePost' | 'onAccepted' | 'onRefused' | 'onProblem'>

/** Returns what notes the outcomes of a batch at its letters' numbers. */
function createNoting({ giveUp }: Patience): (outcomes: Outcome[]) => Noting {
  /** Anything in this replay. */
  let hasAccepted = false
  return outcomes => ({
    beforePost: () => {},
    onAccepted(numbers) {
      if (numbers.length > 0) hasAccepted = true
      for (const number of numbers) outcomes[number] = { kind: 'accepted' }
    },
    async onRefused({ event, reason, answer }) {
      outcomes[event.numbers[0] ?? 0] = refusal(reason, answer)
      return true
    },
    onProblem(reason, posted, held) {
      if (reason === 'acknowledgement-late') return giveUp(posted, reason)
      // Where nothing was ever accepted everything may be refused: that says nothing of these.
      const isSaid = reason === 'index-refused' || (!isEndpointFailure(posted.verdict) && hasAccepted)
      const outcome: Outcome = isSaid
        ? refusal(reason, posted)
        : { kind: 'unsent', why: whyOf(posted.endpoint, reason, posted.detail) }
      for (const number of held?.numbers ?? []) outcomes[number] = outcome
    },
  })
}

function refusal(reason: Reason, { status, code, answer }: Attempt): Outcome {
  return { kind: 'refused', reason, status, code, answer }
}

function eventsOf(texts: readonly string[]): Events {
  return join(
    texts.map(text => Buffer.from(`${text}\n`)),
    texts.map((_, i) => i),
  )
}
