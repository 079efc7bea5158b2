/**
 * The health of one endpoint, and what answers teach about it. Pure: events bring the times (monotonic milliseconds), the
 * caller brings the dice.
 */

import { type BackoffRange, backoffMs } from '../base/backoff.ts'
import { type EndpointFailure, isEndpointFailure, mayBeAboutEvents, type Verdict } from './verdict.ts'

export type Health = { readonly kind: 'untried' } | { readonly kind: 'up' } | Resting

/** No request goes there before `untilMs`; then a single one may try it. */
export interface Resting {
  readonly kind: 'resting'
  /** A healthy probe ends the rest: the failure heals by itself, and the answer named no wait. */
  readonly endsByProbe: boolean
  readonly failedAtMs: number
  readonly untilMs: number
  /** Failures in a row; those of requests that were under way together count once. */
  readonly failures: number
  /** The last probe since the failure found nothing against a try. */
  readonly probed: boolean
}

export type HealthEvent =
  | { readonly kind: 'worked' }
  | ({ readonly kind: 'failed'; readonly failure: EndpointFailure } & Times)
  /** A probe of an endpoint that rests on; `mayBeTried`: it found nothing against a try. */
  | { readonly kind: 'probed'; readonly mayBeTried: boolean }

/** When a request was sent and answered. */
export interface Times {
  readonly sentAtMs: number
  readonly atMs: number
}

/** At most a minute: what was fixed must show soon. */
const REST: Readonly<Record<EndpointFailure['kind'], BackoffRange>> = {
  again: { minMs: 500, maxMs: 30_000 },
  hold: { minMs: 2_000, maxMs: 60_000 },
}
const WORKED = { kind: 'worked' } as const

/** Returns the health after an event; `random` returns numbers from 0 to 1. */
export function healthAfter(health: Health, event: HealthEvent, random: () => number): Health {
  switch (event.kind) {
    case 'worked':
      return { kind: 'up' }
    case 'failed':
      return rest(health, event, random)
    case 'probed':
      return health.kind === 'resting' ? { ...health, probed: event.mayBeTried } : health
  }
}

function rest(
  health: Health,
  { failure, sentAtMs, atMs }: Extract<HealthEvent, { kind: 'failed' }>,
  random: () => number,
): Health {
  const before = health.kind === 'resting' ? health : undefined
  const isSame = before !== undefined && sentAtMs < before.failedAtMs
  // An endpoint that has taken some works, only not all the time.
  const hasTaken = failure.kind === 'again' && failure.accepted > 0
  const failures = (hasTaken ? 0 : (before?.failures ?? 0)) + (isSame ? 0 : 1)
  const namedMs = failure.kind === 'again' ? failure.afterMs : undefined
  const untilMs = atMs + (namedMs ?? backoffMs(Math.max(0, failures - 1), REST[failure.kind], random))
  if (isSame && untilMs <= before.untilMs) return before
  const endsByProbe = failure.kind === 'again' && namedMs === undefined
  return { kind: 'resting', endsByProbe, failedAtMs: atMs, untilMs, failures, probed: false }
}

/** A post that was answered; `wasUp`: the endpoint worked when it was sent. */
export interface AnsweredPost extends Times {
  readonly verdict: Verdict
  readonly wasUp: boolean
}

/**
 * Returns what the answer to a post says of the endpoint. `isDoubtful`: its events have failed before where others work;
 * then undefined for a failure that the events may cause.
 */
export function eventOfPost(post: AnsweredPost, isDoubtful: boolean): HealthEvent | undefined {
  const { verdict, wasUp } = post
  if (!isEndpointFailure(verdict)) return WORKED
  return isDoubtful && wasUp && mayBeAboutEvents(verdict) ? undefined : failed(verdict, post)
}

/**
 * Returns what the answer to a probe says of the endpoint. Only "healthy" and "cannot serve now" say something; any other
 * answer comes from something that does not know probes, and counts only against an endpoint that was never tried.
 */
export function eventOfProbe(health: Health, verdict: Verdict, times: Times): HealthEvent | undefined {
  const isHealthy = verdict.kind === 'delivered'
  if (health.kind === 'resting' && !(isHealthy && health.endsByProbe))
    return { kind: 'probed', mayBeTried: isHealthy || !saysUnhealthy(verdict) }
  if (!isEndpointFailure(verdict)) return WORKED
  return health.kind === 'untried' || saysUnhealthy(verdict) ? failed(verdict, times) : undefined
}

function saysUnhealthy(verdict: Verdict): boolean {
  return verdict.kind === 'again' && verdict.reason !== 'not-found'
}

function failed(failure: EndpointFailure, { sentAtMs, atMs }: Times): HealthEvent {
  return { kind: 'failed', failure, sentAtMs, atMs }
}

/** An endpoint whose probes stay unanswered is tried all the same: something may block the probes alone. */
const LAST_TRY_MS = 60_000

/** Says whether a request may try an endpoint that rests; `isOnlyHope`: no other endpoint works. */
export function isTryDue(health: Health, nowMs: number, isOnlyHope: boolean): boolean {
  if (health.kind !== 'resting' || nowMs < health.untilMs) return false
  return health.probed || isOnlyHope || nowMs - health.failedAtMs > LAST_TRY_MS
}
