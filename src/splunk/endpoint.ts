/** One HEC endpoint as a worker knows it: whether it may be tried, how many requests it takes, what it accepts. */

import { type Acceptances, createAcceptances } from './acceptances.ts'
import { createAcknowledgedPosting } from './acknowledged-posting.ts'
import type { Attempt, HecClient } from './client.ts'
import { createConcurrency } from './concurrency.ts'
import {
  eventOfPost,
  eventOfProbe,
  type Health,
  type HealthEvent,
  healthAfter,
  type Times,
} from './health.ts'
import type { MakePayload } from './packed.ts'
import { type Answered, createUnconfirmedPosting } from './posting.ts'
import type { Reason } from './reasons.ts'
import { takesAny, type Verdict } from './verdict.ts'

export interface Endpoint {
  readonly name: string
  /** Requests under way, as a share of those that it takes: 1 and more is full. */
  load(): number
  /** Says whether a request is under way that was sent while the endpoint was not up: it shows if that works again. */
  isTried(): boolean
  health(): Health
  pendingAcks(): number
  /** Posts once. Rejects only when the signal is aborted, or when the request is called off. */
  post(request: Request, signal: AbortSignal): Promise<Posted>
  /** Asks for its health without sending events. */
  probe(signal: AbortSignal): Promise<void>
  /** When it was asked for the last time, in monotonic milliseconds. */
  askedAtMs(): number
}

export interface Request {
  readonly payload: MakePayload
  /** Called right before the request goes out: the last moment to call it off, by throwing. */
  readonly beforePost: () => void
  /** The events have failed before where others work: another failure says nothing of the endpoint. */
  readonly isDoubtful: boolean
}

export interface Posted extends Answered, Times {
  readonly endpoint: string
  /** The endpoint worked when the request was sent. */
  readonly wasUp: boolean
  /** What the endpoint has accepted lately; grows on. */
  readonly acceptances: Acceptances
}

/** Told of what goes wrong at an endpoint, and that it works. */
export interface EndpointEvents {
  readonly failed: (endpoint: string, reason: Reason, detail: string) => void
  readonly worked: (endpoint: string) => void
}

export interface EndpointOptions {
  readonly client: HecClient
  readonly maxRequests: number
  /** How long to wait for an acknowledgement; without it what is accepted counts as delivered. */
  readonly acknowledgementMs?: number
  readonly events: EndpointEvents
}

const FIRST_REQUESTS = 4

export function createEndpoint({
  client,
  events,
  maxRequests,
  acknowledgementMs,
}: EndpointOptions): Endpoint {
  const posting =
    acknowledgementMs === undefined
      ? createUnconfirmedPosting(client)
      : createAcknowledgedPosting(client, acknowledgementMs)
  const concurrency = createConcurrency(FIRST_REQUESTS, maxRequests)
  const acceptances = createAcceptances()
  let health: Health = { kind: 'untried' }
  let requests = 0
  let trials = 0
  let askedAtMs = Number.NEGATIVE_INFINITY
  let takesGzip = true

  function learn(event: HealthEvent, { verdict, detail }: Attempt): void {
    health = healthAfter(health, event, Math.random)
    if (event.kind === 'failed') {
      concurrency.failed(event.sentAtMs, event.atMs)
      events.failed(client.endpoint, event.failure.reason, detail)
    } else if (event.kind === 'worked') {
      if (isOddity(verdict)) events.failed(client.endpoint, verdict.reason, detail)
      else events.worked(client.endpoint)
    }
  }

  /** Fits the next requests to an endpoint that works. */
  function adapt({ verdict, sentAtMs, atMs }: Posted): void {
    if (verdict.kind === 'uncompressed' && verdict.always) takesGzip = false
    if (verdict.kind === 'delivered' && verdict.nearlyFull) concurrency.warned(sentAtMs, atMs)
    else concurrency.succeeded(sentAtMs, atMs - sentAtMs)
  }

  async function post(request: Request, wasUp: boolean, signal: AbortSignal): Promise<Posted> {
    const sentAtMs = performance.now()
    askedAtMs = sentAtMs
    const prepare = () => {
      const payload = request.payload(takesGzip)
      request.beforePost()
      return payload
    }
    const answered = await posting.post(prepare, signal)
    const atMs = performance.now()
    return { ...answered, endpoint: client.endpoint, wasUp, sentAtMs, atMs, acceptances }
  }

  return {
    name: client.endpoint,
    load: () => requests / concurrency.limit(),
    isTried: () => trials > 0,
    health: () => health,
    pendingAcks: posting.pendingAcks,
    askedAtMs: () => askedAtMs,
    async post(request, signal) {
      const wasUp = health.kind === 'up'
      const trial = wasUp ? 0 : 1
      requests++
      trials += trial
      try {
        const posted = await post(request, wasUp, signal)
        const event = eventOfPost(posted, request.isDoubtful)
        if (event) learn(event, posted)
        if (event?.kind === 'worked') adapt(posted)
        if (takesAny(posted.verdict)) acceptances.add(posted.sentAtMs, posted.atMs)
        return posted
      } finally {
        requests--
        trials -= trial
      }
    },
    async probe(signal) {
      const sentAtMs = performance.now()
      askedAtMs = sentAtMs
      const attempt = await client.probe(signal)
      const event = eventOfProbe(health, attempt.verdict, { sentAtMs, atMs: performance.now() })
      if (event) learn(event, attempt)
    },
  }
}

/** Says whether an endpoint that works has a problem all the same: something there refuses compressed requests. */
function isOddity(verdict: Verdict): verdict is Extract<Verdict, { kind: 'uncompressed' }> {
  return verdict.kind === 'uncompressed' && verdict.reason !== 'event-refused'
}
