/**
 * All HEC endpoints of a worker: each request goes to the one with the most room; one that fails rests, longer each
 * time, and then a single request tries it. Requests wait here for an endpoint.
 */

import { unlessAborted } from '../base/failure.ts'
import { createBell, sleep } from '../base/wait.ts'
import type { Endpoint, Posted, Request } from './endpoint.ts'
import { isTryDue } from './health.ts'

export interface Endpoints {
  /**
   * Waits until an endpoint may be tried, and posts there once. Rejects only when the signal is aborted, or when the
   * request is called off. The answer decides whether the endpoint rests, and for how long.
   */
  post(request: Request, signal: AbortSignal): Promise<Posted>
  /** Probes endpoints that are idle or rest, until the signal is aborted. */
  keep(signal: AbortSignal): Promise<void>
  /** Says whether at least one endpoint works; undefined before the first contact. */
  isUp(): boolean | undefined
  status(): EndpointState[]
}

export interface EndpointState {
  readonly endpoint: string
  readonly up: boolean | undefined
  readonly pendingAcks: number
}

/** Idle time after which an endpoint is probed; a resting one sooner, to be back soon. */
const PROBE_AFTER_MS = { working: 15_000, resting: 5_000 } as const
const LOOK_AROUND_MS = 1_000

export function createEndpoints(endpoints: readonly Endpoint[]): Endpoints {
  const changed = createBell()
  let turn = 0

  const isResting = (endpoint: Endpoint) => endpoint.health().kind === 'resting'

  /** A single request at a time tries an endpoint that rests. */
  function isToBeTried(endpoint: Endpoint): boolean {
    if (!isResting(endpoint) || endpoint.isTried()) return false
    return isTryDue(endpoint.health(), performance.now(), endpoints.every(isResting))
  }

  /** Returns a recovered endpoint first (while others have room it would never be tried), else the least loaded in turn. */
  function choose(): Endpoint | undefined {
    const recovered = endpoints.find(isToBeTried)
    if (recovered) return recovered
    turn++
    const inTurn = endpoints.map((_, i) => endpoints[(i + turn) % endpoints.length])
    return inTurn.reduce<Endpoint | undefined>((best, endpoint) => {
      if (!endpoint || isResting(endpoint) || endpoint.load() >= 1) return best
      return best === undefined || endpoint.load() < best.load() ? endpoint : best
    }, undefined)
  }

  function untilNextRestEndsMs(): number {
    const ends = endpoints.flatMap(endpoint => {
      const health = endpoint.health()
      return health.kind === 'resting' && !endpoint.isTried() ? [health.untilMs - performance.now()] : []
    })
    return Math.max(1, Math.min(LOOK_AROUND_MS, ...ends.filter(ms => ms > 0)))
  }

  async function keepOne(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
    const afterMs = isResting(endpoint) ? PROBE_AFTER_MS.resting : PROBE_AFTER_MS.working
    const isAsked = isResting(endpoint) ? endpoint.isTried() : endpoint.load() > 0
    if (isAsked || performance.now() - endpoint.askedAtMs() < afterMs) return
    await endpoint.probe(signal).catch(unlessAborted(signal))
    changed.ring()
  }

  return {
    async post(request, signal) {
      for (;;) {
        signal.throwIfAborted()
        const endpoint = choose()
        if (endpoint) return endpoint.post(request, signal).finally(changed.ring)
        await changed.wait(untilNextRestEndsMs(), signal)
      }
    },
    async keep(signal) {
      while (!signal.aborted) {
        await Promise.all(endpoints.map(endpoint => keepOne(endpoint, signal)))
        await sleep(LOOK_AROUND_MS, signal)
      }
    },
    isUp: () => summarize(endpoints.map(isUp)),
    status: () =>
      endpoints.map(endpoint => ({
        endpoint: endpoint.name,
        up: isUp(endpoint),
        pendingAcks: endpoint.pendingAcks(),
      })),
  }
}

function isUp(endpoint: Endpoint): boolean | undefined {
  const { kind } = endpoint.health()
  return kind === 'untried' ? undefined : kind === 'up'
}

/** Says that all are up when one is: one that works is enough. */
function summarize(states: readonly (boolean | undefined)[]): boolean | undefined {
  if (states.includes(true)) return true
  return states.includes(undefined) ? undefined : false
}
