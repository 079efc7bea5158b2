/** One HEC endpoint as a worker knows it: whether it may be tried, how many requests it takes, what it confirms. */

import { type BackoffRange, backoffMs } from '../base/backoff.ts'
import { type Acceptances, createAcceptances } from './acceptances.ts'
import { type Acknowledgements, createAcknowledgements } from './acknowledgement.ts'
import { type Channel, createChannels } from './channels.ts'
import type { Attempt, HecClient, PostAttempt } from './client.ts'
import { createConcurrency } from './concurrency.ts'
import type { CookieHeader } from './cookies.ts'
import { doubtGzip } from './gzip-doubt.ts'
import type { Payload } from './packed.ts'
import type { Reason } from './reasons.ts'
import type { Token } from './token.ts'
import {
  ackIdOf,
  type EndpointFailure,
  isEndpointFailure,
  isTokenRefused,
  mayBeAboutEvents,
  takesAny,
  type Verdict,
} from './verdict.ts'

export interface Endpoint {
  readonly name: string
  /** Requests under way, as a part of what it takes: 1 and more is full. */
  load(): number
  /** A request is under way that was sent after it had failed: it shows whether the endpoint works again. */
  isTried(): boolean
  health(): Health
  pendingAcks(): number
  /** One attempt. Rejects only when the signal is aborted, or when the request is called off. */
  post(request: Request, signal: AbortSignal): Promise<Posted>
  /** Asks for its health without sending events. */
  probe(signal: AbortSignal): Promise<void>
  /** When it was asked for the last time, on the monotonic clock. */
  askedAtMs(): number
}

export interface Request {
  /** What is sent: asked for when there is an endpoint, which takes gzip or does not. */
  readonly payload: (mayGzip: boolean) => Payload
  /** Right before it goes out: the last moment to call it off, by throwing. */
  readonly beforePost: () => void
  /** It has failed before where others work: when it fails again that says nothing of the endpoint. */
  readonly isDoubtful: boolean
}

export type Health =
  | { readonly kind: 'untried' }
  | { readonly kind: 'up' }
  /** Not to be tried before `untilMs`; `probed`: it has answered since, so that one request may try it. */
  | {
      readonly kind: 'resting'
      /** It heals by itself, and nobody has asked for a certain wait: a healthy probe ends it. */
      readonly endsByProbe: boolean
      readonly failedAtMs: number
      readonly untilMs: number
      readonly failures: number
      readonly probed: boolean
    }

export interface Posted extends Attempt {
  readonly endpoint: string
  /** Others worked there when it was sent. */
  readonly wasUp: boolean
  /** When the request was sent and answered, in monotonic milliseconds. */
  readonly sentAtMs: number
  readonly atMs: number
  /** What the endpoint has accepted lately, and will. */
  readonly acceptances: Acceptances
  /** With acknowledgement: what the verdict calls taken counts only when this says true. */
  readonly confirmed?: (signal: AbortSignal) => Promise<boolean>
}

/** What others want to know of an endpoint. */
export interface EndpointEvents {
  readonly failed: (endpoint: string, reason: Reason, detail: string) => void
  readonly worked: (endpoint: string) => void
}

type Sent = Omit<Posted, 'sentAtMs' | 'atMs' | 'acceptances' | 'wasUp'>

export interface EndpointOptions {
  readonly client: HecClient
  readonly token: Token
  readonly maxRequests: number
  /** How long to wait for an acknowledgement; without it what is accepted counts as delivered. */
  readonly acknowledgementMs?: number
  readonly events: EndpointEvents
}

/** Nobody waits longer than a minute: what was mended must show soon. */
const REST: Readonly<Record<'again' | 'hold', BackoffRange>> = {
  again: { minMs: 500, maxMs: 30_000 },
  hold: { minMs: 2_000, maxMs: 60_000 },
}
const FIRST_REQUESTS = 4
/** A token with acknowledgement, used without: ids that nobody asks for go with their channel when it idles. */
const MAX_UNASKED_ACKS = 10_000

export function createEndpoint(options: EndpointOptions): Endpoint {
  const { client, token, events, acknowledgementMs } = options
  const name = client.endpoint
  const channels = createChannels()
  const acks: Acknowledgements = createAcknowledgements(client, {
    timeoutMs: acknowledgementMs ?? 0,
    onMissing: () => {
      offersAcks = false
    },
    // Where all that may be under way waits for acknowledgements, nobody else would find out.
    onTokenRefused: token.refused,
  })
  const concurrency = createConcurrency(FIRST_REQUESTS, options.maxRequests)
  let health: Health = { kind: 'untried' }
  let requests = 0
  let trials = 0
  const acceptances = createAcceptances()
  let askedAtMs = Number.NEGATIVE_INFINITY
  let plainOnly = false
  let offersAcks = acknowledgementMs === undefined
  let shared = channels.take()
  let cookieChanges = 0

  function learn(attempt: Attempt, startedAtMs: number): void {
    const { verdict } = attempt
    const nowMs = performance.now()
    if (isEndpointFailure(verdict)) {
      rest(verdict, attempt.detail, startedAtMs)
      return
    }
    health = { kind: 'up' }
    const isOddity = verdict.kind === 'uncompressed' && verdict.reason !== 'event-refused'
    if (isOddity) events.failed(name, verdict.reason, attempt.detail)
    else events.worked(name)
    if (verdict.kind === 'uncompressed' && verdict.always) plainOnly = true
    if (verdict.kind === 'delivered' && verdict.nearlyFull) concurrency.warned(startedAtMs, nowMs)
    else concurrency.succeeded(startedAtMs, nowMs - startedAtMs)
  }

  /** Requests that were under way together and fail together are one failure. */
  function rest(verdict: EndpointFailure, detail: string, startedAtMs: number): void {
    const nowMs = performance.now()
    const before = health.kind === 'resting' ? health : undefined
    const isSame = before !== undefined && startedAtMs < before.failedAtMs
    // Some of it was taken: it works, only not all the time.
    const hasTaken = verdict.kind === 'again' && verdict.accepted > 0
    const failures = (hasTaken ? 0 : (before?.failures ?? 0)) + (isSame ? 0 : 1)
    const afterMs = verdict.kind === 'again' ? verdict.afterMs : undefined
    const untilMs = nowMs + (afterMs ?? backoffMs(Math.max(0, failures - 1), REST[verdict.kind]))
    const endsByProbe = verdict.kind === 'again' && afterMs === undefined
    if (!isSame || untilMs > before.untilMs)
      health = { kind: 'resting', endsByProbe, failedAtMs: nowMs, untilMs, failures, probed: false }
    concurrency.failed(startedAtMs, nowMs)
    events.failed(name, verdict.reason, detail)
  }

  /** Before the first event goes out, and after it was missing: sending would only make duplicates. */
  async function checkAcknowledgement(signal: AbortSignal): Promise<Attempt | undefined> {
    if (offersAcks) return undefined
    const polled = await client.poll({ channel: channels.take().id, ackId: 0 }, signal)
    offersAcks = polled.kind === 'answered'
    return polled.kind === 'failed' ? polled.attempt : undefined
  }

  async function send(request: Request, signal: AbortSignal): Promise<Sent> {
    const unoffered = await checkAcknowledgement(signal)
    if (unoffered) return { ...asTrouble(unoffered), endpoint: name }
    const payload = request.payload(!plainOnly)
    request.beforePost()
    return acknowledgementMs === undefined
      ? postUnconfirmed(payload, signal)
      : postAcknowledged(payload, signal)
  }

  async function post(payload: Payload, channel: Channel, signal: AbortSignal): Promise<PostAttempt> {
    const attempt = await client.post(payload, channel.id, signal)
    return { ...attempt, verdict: doubtGzip(payload, attempt.verdict) }
  }

  async function postAcknowledged(payload: Payload, signal: AbortSignal): Promise<Sent> {
    const channel = channels.take()
    const attempt = await post(payload, channel, signal)
    const { verdict } = attempt
    // A restart, or a balancer that goes elsewhere: whoever answers next may count from 0 again.
    if (verdict.kind === 'again' || cookieChanges !== client.cookieChanges()) channels.rotate()
    cookieChanges = client.cookieChanges()
    const ackId = ackIdOf(verdict)
    if (ackId !== undefined) return confirmable(attempt, channel, ackId)
    if (verdict.kind === 'refused')
      return { ...attempt, endpoint: name, ...(verdict.at > 0 && { confirmed: never }) }
    if (verdict.kind !== 'delivered') return { ...attempt, verdict: withoutTaken(verdict), endpoint: name }
    offersAcks = false
    return { ...attempt, verdict: { kind: 'hold', reason: 'acknowledgement-missing' }, endpoint: name }
  }

  function confirmable(attempt: PostAttempt, channel: Channel, ackId: number): Sent {
    const isTrusted = channels.trusts(channel, ackId)
    if (!takesAny(attempt.verdict)) return { ...attempt, endpoint: name }
    return {
      ...attempt,
      endpoint: name,
      confirmed: isTrusted ? confirm(channel, ackId, attempt.cookies) : never,
    }
  }

  function confirm(channel: Channel, ackId: number, cookies: CookieHeader) {
    return async (signal: AbortSignal) => {
      const indexed = await acks.await({ channel: channel.id, ackId, cookies }, signal)
      if (indexed) channels.giveBack(channel, ackId)
      return indexed
    }
  }

  async function postUnconfirmed(payload: Payload, signal: AbortSignal): Promise<Sent> {
    const attempt = await post(payload, shared, signal)
    const ackId = ackIdOf(attempt.verdict)
    if (ackId !== undefined && ackId >= MAX_UNASKED_ACKS) shared = channels.take()
    return { ...attempt, endpoint: name }
  }

  return {
    name,
    load: () => requests / concurrency.limit(),
    isTried: () => trials > 0,
    health: () => health,
    pendingAcks: acks.pending,
    askedAtMs: () => askedAtMs,
    async post(request, signal) {
      const wasUp = health.kind === 'up'
      const trial = wasUp ? 0 : 1
      requests++
      trials += trial
      try {
        const sentAtMs = performance.now()
        askedAtMs = sentAtMs
        const sent = await send(request, signal)
        const atMs = performance.now()
        const { verdict } = sent
        const isOfEvents =
          request.isDoubtful && wasUp && isEndpointFailure(verdict) && mayBeAboutEvents(verdict)
        if (!isOfEvents) learn(sent, sentAtMs)
        if (isTokenRefused(verdict)) token.refused()
        if (takesAny(verdict)) acceptances.add(sentAtMs, atMs)
        return { ...sent, wasUp, sentAtMs, atMs, acceptances }
      } finally {
        requests--
        trials -= trial
      }
    },
    async probe(signal) {
      const startedAtMs = performance.now()
      askedAtMs = startedAtMs
      const attempt = await client.probe(signal)
      const { verdict, detail } = attempt
      if (health.kind === 'resting' && !(health.endsByProbe && verdict.kind === 'delivered'))
        health = { ...health, probed: verdict.kind === 'delivered' || !says(verdict) }
      else if (isEndpointFailure(verdict)) {
        if (health.kind === 'untried' || says(verdict)) rest(verdict, detail, startedAtMs)
      } else {
        health = { kind: 'up' }
        events.worked(name)
      }
    },
  }
}

/** Healthy, no answer, or an answer that says that it cannot serve now. Others say nothing about sending events. */
function says(verdict: Verdict): boolean {
  return verdict.kind === 'delivered' || (verdict.kind === 'again' && verdict.reason !== 'not-found')
}

/** A poll that fails for another reason than a missing acknowledgement is trouble like any other. */
function asTrouble(attempt: Attempt): Attempt {
  if (isEndpointFailure(attempt.verdict)) return attempt
  return { ...attempt, verdict: { kind: 'hold', reason: 'not-hec' } }
}

/** Nobody can be asked whether what was taken is indexed. */
const never = async () => false

/** With acknowledgement, events that were taken without an id to ask for count as not taken. */
function withoutTaken(verdict: Verdict): Verdict {
  return verdict.kind === 'again' ? { ...verdict, accepted: 0 } : verdict
}
