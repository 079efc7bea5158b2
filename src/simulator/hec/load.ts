/** How busy the server says it is: a profile is a row. */

import type { HecCode } from './answers.ts'

interface LoadProfile {
  /** For accepted data; a code whose status is no success: nothing is taken. */
  readonly data: HecCode
  readonly health: HecCode
  /** Health when asked with `?ack=1`; else as `health`. */
  readonly healthWithAck?: HecCode
  /** Answers every route. */
  readonly everything?: HecCode
}

export const LOADS = {
  normal: { data: 0, health: 17 },
  /** 200, data taken, and a warning (Splunk 10, `backpressureState=warn_at_80`). */
  'queue-warning': { data: 24, health: 17 },
  'ack-warning': { data: 25, health: 17 },
  /** The queue is full, as Splunk up to 9 and by default says it. */
  busy: { data: 9, health: 18 },
  /** The same as Splunk 10 says it when told to. */
  'queue-at-capacity': { data: 26, health: 18 },
  'ack-at-capacity': { data: 27, health: 17, healthWithAck: 19 },
  'shutting-down': { data: 23, health: 23, everything: 23 },
  /** During a rolling restart the routes are not there yet. */
  starting: { data: 404, health: 404, everything: 404 },
} as const satisfies Record<string, LoadProfile>

export type LoadName = keyof typeof LOADS

export interface Load {
  readonly profile: LoadProfile
  /** Events of a request that a full queue still took; it then names that number. */
  readonly takenEvents: number | undefined
}

export function loadOf(name: LoadName, takenEvents?: number): Load {
  return { profile: LOADS[name], takenEvents }
}
