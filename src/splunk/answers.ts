/**
 * The tables of HEC's answers: one by HEC's own code, one by HTTP status for answers that are not HEC's. The text of an
 * answer decides nothing. Sources: Splunk's documentation of the codes, and published measurements on Splunk 10.4 and
 * Splunk Cloud 10.5 for what `invalid-event-number` counts.
 */

import type { Reason } from './reasons.ts'
import type { Reply } from './reply.ts'

/** What an answer means, before it is known what was asked. */
export type Meaning =
  | { readonly kind: 'delivered'; readonly nearlyFull: boolean }
  /** `counts`: a number in the answer says how many events were taken. */
  | { readonly kind: 'again'; readonly reason: Reason; readonly counts?: true }
  | { readonly kind: 'hold'; readonly reason: Reason }
  /** `names` says which event the number in the answer is; without a number the refused event is unknown. */
  | {
      readonly kind: 'refused'
      readonly reason: 'event-refused' | 'index-refused'
      readonly names: 'the-bad-one' | 'the-one-after'
    }
  | { readonly kind: 'divide'; readonly reason: Reason; readonly sure: boolean }
  | { readonly kind: 'encoding'; readonly reason: Reason; readonly always: boolean }

export const DELIVERED = { kind: 'delivered', nearlyFull: false } as const
const NEARLY_FULL = { kind: 'delivered', nearlyFull: true } as const
const BUSY: Meaning = { kind: 'again', reason: 'busy' }
const TOKEN_REFUSED: Meaning = { kind: 'hold', reason: 'token-refused' }
const NOT_HEC: Meaning = { kind: 'hold', reason: 'not-hec' }
const CHANNEL_REFUSED: Meaning = { kind: 'hold', reason: 'channel-refused' }
const EVENT_REFUSED: Meaning = { kind: 'refused', reason: 'event-refused', names: 'the-bad-one' }
const UNKNOWN_REFUSAL: Meaning = { kind: 'divide', reason: 'event-refused', sure: false }

/** HEC's answer to a probe of a healthy endpoint. */
export const HEALTHY = 17

/** By HEC's code, at any HTTP status; a success needs a 200 as well, the only 2xx that HEC answers. */
const BY_CODE: Readonly<Record<number, Meaning>> = {
  0: DELIVERED,
  1: { kind: 'hold', reason: 'token-disabled' },
  2: TOKEN_REFUSED,
  3: TOKEN_REFUSED,
  4: TOKEN_REFUSED,
  // "No data": what a number would mean here is not measured.
  5: { kind: 'divide', reason: 'event-refused', sure: true },
  6: EVENT_REFUSED,
  // Incorrect index: the number is that of the event behind the bad one (measured).
  7: { kind: 'refused', reason: 'index-refused', names: 'the-one-after' },
  8: { kind: 'again', reason: 'server-error' },
  9: { kind: 'again', reason: 'busy', counts: true },
  10: CHANNEL_REFUSED,
  11: CHANNEL_REFUSED,
  12: EVENT_REFUSED,
  13: EVENT_REFUSED,
  14: { kind: 'hold', reason: 'acknowledgement-missing' },
  15: EVENT_REFUSED,
  16: TOKEN_REFUSED,
  // HEC says this to a probe; an answer to events that says it is not HEC's.
  [HEALTHY]: NOT_HEC,
  18: BUSY,
  19: BUSY,
  20: BUSY,
  21: TOKEN_REFUSED,
  22: { kind: 'hold', reason: 'token-disabled' },
  23: { kind: 'again', reason: 'shutting-down' },
  // Warnings of Splunk 10: the data is taken, the queue is filling up.
  24: NEARLY_FULL,
  25: NEARLY_FULL,
  26: BUSY,
  27: BUSY,
  28: CHANNEL_REFUSED,
  // HEC also says this for a moment during a rolling restart, so the request is sent again.
  404: { kind: 'again', reason: 'not-found' },
}

/** By HTTP status, for bodies that are not HEC's. */
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  // HEC refuses in JSON; HTML comes from its HTTP layer (broken gzip) or from something on the way.
  400: { kind: 'encoding', reason: 'not-hec', always: false },
  401: TOKEN_REFUSED,
  403: TOKEN_REFUSED,
  404: { kind: 'again', reason: 'not-found' },
  405: { kind: 'again', reason: 'not-found' },
  408: { kind: 'again', reason: 'timeout' },
  413: { kind: 'divide', reason: 'too-large', sure: true },
  415: { kind: 'encoding', reason: 'encoding-refused', always: true },
  429: BUSY,
  502: { kind: 'again', reason: 'server-error' },
  503: BUSY,
  504: { kind: 'again', reason: 'server-error' },
}

/** Returns what an answer means; `reply` is undefined for a body that is not HEC's. */
export function meaningOf(status: number, reply: Reply | undefined): Meaning {
  if (status > 200 && status < 300) return NOT_HEC
  const known = reply ? BY_CODE[reply.code] : BY_STATUS[status]
  const isSuccess = status === 200
  // An event is given up only when all of the answer says so; HEC refuses events with a 4xx.
  const isOdd = (known?.kind === 'refused' || known?.kind === 'divide') && (status < 400 || status > 499)
  if (known && !isOdd && (known.kind !== 'delivered' || isSuccess)) return known
  if (status >= 300 && status < 400) return { kind: 'hold', reason: 'redirect' }
  if (status >= 500) return { kind: 'again', reason: 'server-error' }
  if (!reply) return NOT_HEC
  if (!isSuccess) return UNKNOWN_REFUSAL
  // HEC's codes are small numbers: a new one with a 200 is a new kind of success, anything else is a gateway speaking.
  const mayBeNew = known === undefined && reply.code > 0 && reply.code < 100
  return mayBeNew ? DELIVERED : NOT_HEC
}
