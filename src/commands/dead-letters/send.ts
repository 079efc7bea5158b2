/** Sends dead letters again, as the service sends events: what Splunk refuses is named, the rest goes through. */

import { isAbort } from '../../base/failure.ts'
import type { SplunkConfig } from '../../config/types.ts'
import { type Attempt, createHecClient } from '../../splunk/client.ts'
import { createDeliver } from '../../splunk/delivery.ts'
import { createEndpoint, type Posted } from '../../splunk/endpoint.ts'
import { createEndpoints, type Endpoints } from '../../splunk/endpoints.ts'
import { type Events, join } from '../../splunk/pieces.ts'
import { describe, type Reason } from '../../splunk/reasons.ts'
import { createToken } from '../../splunk/token.ts'
import { isEndpointFailure } from '../../splunk/verdict.ts'

export type Sent =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused'
      readonly reason: string
      readonly status: number
      readonly code: number | null
      readonly answer: string
    }
  /** Nothing was said about this event: Splunk cannot be reached, refuses the token, … */
  | { readonly kind: 'unsent'; readonly why: string }

/** One answer for each event, in order. Does not reject. */
export type SendAll = (events: readonly string[], signal: AbortSignal) => Promise<readonly Sent[]>

export interface Sender {
  readonly sendAll: SendAll
  close(): void
}

/** So often in a row Splunk may fail before the replay gives up: a person waits for it. */
const MAX_FAILURES = 5

export function createSender(splunk: SplunkConfig): Sender {
  const token = createToken(splunk.token, splunk.tokenFile)
  // Not as long as an endpoint works, or has not been tried yet.
  const patience = createPatience(() => endpoints.isUp() === false)
  const clients = splunk.urls.map(url => createHecClient({ splunk, url, token, maxSockets: 2 }))
  const { acknowledgementMs } = splunk
  const endpoints = createEndpoints(
    clients.map(client =>
      createEndpoint({
        client,
        maxRequests: 1,
        ...(acknowledgementMs !== undefined && { acknowledgementMs }),
        events: patience,
      }),
    ),
  )
  let hasAccepted = false
  const connection = {
    endpoints,
    compression: splunk.compression,
    giveUp: patience.giveUp,
    onAccepted() {
      hasAccepted = true
    },
    hasAccepted: () => hasAccepted,
  }
  return {
    close() {
      for (const client of clients) client.close()
    },
    async sendAll(texts, signal) {
      const sent = texts.map<Sent>(() => ({ kind: 'unsent', why: '' }))
      const ending = AbortSignal.any([signal, patience.signal])
      try {
        await deliverInto(sent, texts, { ...connection, signal: ending })
        return sent
      } catch (error) {
        if (!isAbort(error, ending)) throw error
        const why = signal.aborted ? 'stopped by a signal' : patience.why()
        return sent.map(each => (each.kind === 'unsent' ? { ...each, why } : each))
      }
    },
  }
}

interface Connection {
  readonly endpoints: Endpoints
  readonly compression: SplunkConfig['compression']
  readonly signal: AbortSignal
  /** Ends the replay. */
  readonly giveUp: (answer: Posted, reason: Reason) => void
  readonly onAccepted: () => void
  /** Anything in this replay. */
  readonly hasAccepted: () => boolean
}

async function deliverInto(sent: Sent[], texts: readonly string[], connection: Connection): Promise<void> {
  const deliver = createDeliver({
    ...connection,
    inOrder: false,
    beforePost: () => {},
    onAccepted(numbers) {
      if (numbers.length > 0) connection.onAccepted()
      for (const number of numbers) sent[number] = { kind: 'accepted' }
    },
    async onRefused({ event, reason, answer }) {
      sent[event.numbers[0] ?? 0] = refusal(reason, answer)
      return true
    },
    onProblem(reason, answer, held) {
      if (reason === 'acknowledgement-late') return connection.giveUp(answer, reason)
      // Where nothing was ever accepted, it may be that everything is refused: that says nothing of these.
      const isSaid =
        reason === 'index-refused' || (!isEndpointFailure(answer.verdict) && connection.hasAccepted())
      const said = isSaid ? refusal(reason, answer) : unsent(reason, answer)
      for (const number of held?.numbers ?? []) sent[number] = said
    },
  })
  await deliver(eventsOf(texts), connection.signal)
}

function refusal(reason: Reason, { status, code, answer }: Attempt): Sent {
  return { kind: 'refused', reason, status, code, answer }
}

function unsent(reason: Reason, { endpoint, detail }: Posted): Sent {
  return { kind: 'unsent', why: whyOf(endpoint, reason, detail) }
}

function whyOf(endpoint: string, reason: Reason, detail: string): string {
  if (reason === 'acknowledgement-late') return NOT_ACKNOWLEDGED
  const { text, remedy } = describe(reason, endpoint, detail)
  return `${text}: ${remedy}`
}

/** The service would send them again until they are; a replay leaves that to whoever runs it. */
const NOT_ACKNOWLEDGED =
  'Splunk has not acknowledged dead letters in time, and may have them or not: look whether its indexers work, then replay again'

/** Ends the replay when Splunk has failed too often in a row, or cannot work before somebody does something. */
function createPatience(isDown: () => boolean) {
  const over = new AbortController()
  let failures = 0
  let why = ''
  return {
    signal: over.signal,
    why: () => why,
    failed(endpoint: string, reason: Reason, detail: string): void {
      why = whyOf(endpoint, reason, detail)
      if (++failures >= MAX_FAILURES || (!PASSING.has(reason) && isDown())) over.abort()
    },
    giveUp({ endpoint, detail }: Posted, reason: Reason): void {
      why = whyOf(endpoint, reason, detail)
      over.abort()
    },
    worked(): void {
      failures = 0
    },
  }
}

/** What may be over in a moment; for all else somebody has to do something first. */
const PASSING: ReadonlySet<Reason> = new Set([
  'unreachable',
  'timeout',
  'busy',
  'server-error',
  'shutting-down',
  'not-found',
  'encoding-refused',
  'not-hec',
])

function eventsOf(texts: readonly string[]): Events {
  return join(
    texts.map(text => Buffer.from(`${text}\n`)),
    texts.map((_, i) => i),
  )
}
