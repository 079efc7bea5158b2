/** The patience of a replay: a person waits for it, so it ends when Splunk fails too often, or needs a fix first. */

import type { EndpointEvents, Posted } from '../../splunk/endpoint.ts'
import { describe, REASONS, type Reason } from '../../splunk/reasons.ts'

export interface Patience extends EndpointEvents {
  /** Aborted when the replay has to end. */
  readonly signal: AbortSignal
  /** Says what is wrong, and what to do. */
  why(): string
  /** Ends the replay. */
  giveUp(posted: Posted, reason: Reason): void
}

/** Failures in a row that end a replay. */
const MAX_FAILURES = 5

/** `isDown`: no endpoint works; one that works, or was not tried yet, may do. */
export function createPatience(isDown: () => boolean): Patience {
  const over = new AbortController()
  let failures = 0
  let why = ''
  return {
    signal: over.signal,
    why: () => why,
    failed(endpoint, reason, detail) {
      why = whyOf(endpoint, reason, detail)
      failures++
      if (failures >= MAX_FAILURES || (!mayPass(reason) && isDown())) over.abort()
    },
    worked() {
      failures = 0
    },
    giveUp({ endpoint, detail }, reason) {
      why = whyOf(endpoint, reason, detail)
      over.abort()
    },
  }
}

/** What a proxy answers while Splunk restarts behind it need not be HEC's. */
function mayPass(reason: Reason): boolean {
  return REASONS[reason].healsByItself || reason === 'not-hec'
}

/** Says what is wrong and what to do, in the words of a replay. */
export function whyOf(endpoint: string, reason: Reason, detail: string): string {
  if (reason === 'acknowledgement-late') return NOT_ACKNOWLEDGED
  const { text, remedy } = describe(reason, endpoint, detail)
  return `${text}: ${remedy}`
}

/** The service would send them again until they are acknowledged; a replay leaves that to the person who runs it. */
const NOT_ACKNOWLEDGED =
  'Splunk has not acknowledged dead letters in time, and may have them or not: look whether its indexers work, then replay again'
