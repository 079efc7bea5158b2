/**
 * What HEC's answers mean for the events of a request. Two tables decide, one by HEC's own code and one by HTTP status
 * for answers that are not HEC's; the text of an answer never does. Sources: Splunk's documentation of the codes, and
 * published measurements for what `invalid-event-number` counts.
 */

import type { HttpHeaders } from '../http.ts'
import { isRecord, parseJson } from '../json.ts'

/** What one attempt came to. `accepted` events at the front of the request are Splunk's already: never sent again. */
export type Verdict =
  | { readonly kind: 'delivered' }
  /** Heals by itself: the network, a busy or restarting Splunk. */
  | { readonly kind: 'again'; readonly reason: Reason; readonly accepted: number; readonly afterMs?: number }
  /** Somebody has to mend something; until then nothing is skipped. */
  | { readonly kind: 'hold'; readonly reason: Reason; readonly accepted: number }

/** Named for metrics, logs and the status; the words for people are in `describe.ts`. */
export type Reason =
  | 'unreachable'
  | 'timeout'
  | 'certificate'
  | 'handshake-refused'
  | 'busy'
  | 'server-error'
  | 'shutting-down'
  | 'not-found'
  | 'token-refused'
  | 'token-disabled'
  | 'channel-refused'
  | 'index-refused'
  | 'event-refused'
  | 'too-large'
  | 'encoding-refused'
  | 'not-hec'
  | 'redirect'

/** The body of a HEC answer; undefined where the body is not HEC's. */
export interface Reply {
  readonly code: number
  readonly text: string
  readonly invalidEventNumber?: number
}

/** Which event `invalid-event-number` names. */
type Names = 'the-bad-one' | 'the-one-after' | 'how-many-perhaps'

type Row =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again' | 'hold'; readonly reason: Reason; readonly names?: Names }

const DELIVERED = { kind: 'delivered' } as const
const BUSY: Row = { kind: 'again', reason: 'busy' }
const TOKEN_REFUSED: Row = { kind: 'hold', reason: 'token-refused' }
const CHANNEL_REFUSED: Row = { kind: 'hold', reason: 'channel-refused' }
const EVENT_REFUSED: Row = { kind: 'hold', reason: 'event-refused', names: 'the-bad-one' }

/** By HEC's code, whatever the HTTP status; only that a success needs a 2xx as well. */
const BY_CODE: Readonly<Record<number, Row>> = {
  0: DELIVERED,
  1: { kind: 'hold', reason: 'token-disabled' },
  2: TOKEN_REFUSED,
  3: TOKEN_REFUSED,
  4: TOKEN_REFUSED,
  5: EVENT_REFUSED,
  6: EVENT_REFUSED,
  // Incorrect index: the number is that of the event behind the bad one (measured on Splunk 10.4 and Cloud 10.5).
  7: { kind: 'hold', reason: 'index-refused', names: 'the-one-after' },
  8: { kind: 'again', reason: 'server-error' },
  // Nobody has measured whether the number counts events taken or names the next: one less covers both.
  9: { kind: 'again', reason: 'busy', names: 'how-many-perhaps' },
  10: CHANNEL_REFUSED,
  11: CHANNEL_REFUSED,
  12: EVENT_REFUSED,
  13: EVENT_REFUSED,
  14: CHANNEL_REFUSED,
  15: EVENT_REFUSED,
  16: TOKEN_REFUSED,
  // The answer to a health probe; to events it would be somebody else's.
  17: { kind: 'hold', reason: 'not-hec' },
  18: BUSY,
  19: BUSY,
  20: BUSY,
  21: TOKEN_REFUSED,
  22: { kind: 'hold', reason: 'token-disabled' },
  23: { kind: 'again', reason: 'shutting-down' },
  // Warnings of Splunk 10: the data is taken, the queue is filling up.
  24: DELIVERED,
  25: DELIVERED,
  26: BUSY,
  27: BUSY,
  28: CHANNEL_REFUSED,
  // Also seen in passing during a rolling restart, so it is tried again like any trouble.
  404: { kind: 'again', reason: 'not-found' },
}

/** By HTTP status, for bodies that are not HEC's. */
const BY_STATUS: Readonly<Record<number, Row>> = {
  400: { kind: 'hold', reason: 'not-hec' },
  401: TOKEN_REFUSED,
  403: TOKEN_REFUSED,
  404: { kind: 'again', reason: 'not-found' },
  405: { kind: 'again', reason: 'not-found' },
  408: { kind: 'again', reason: 'timeout' },
  413: { kind: 'hold', reason: 'too-large' },
  415: { kind: 'hold', reason: 'encoding-refused' },
  429: BUSY,
  502: { kind: 'again', reason: 'server-error' },
  503: BUSY,
  504: { kind: 'again', reason: 'server-error' },
}

const HEALTHY = 17

/** What the answer to a health probe says; `delivered` is healthy. */
export function judgeProbe(status: number, reply: Reply | undefined): Verdict {
  return status === 200 && reply?.code === HEALTHY ? DELIVERED : judge(status, reply, 0)
}

/** What an answer means for a request of `events` events. */
export function judge(status: number, reply: Reply | undefined, events: number): Verdict {
  const row = rowOf(status, reply)
  if (row.kind === 'delivered') return row
  return { kind: row.kind, reason: row.reason, accepted: acceptedOf(row.names, reply, events) }
}

function rowOf(status: number, reply: Reply | undefined): Row {
  const known = reply ? BY_CODE[reply.code] : BY_STATUS[status]
  const isSuccess = status >= 200 && status < 300
  if (known && (known.kind !== 'delivered' || isSuccess)) return known
  if (status >= 300 && status < 400) return { kind: 'hold', reason: 'redirect' }
  if (status >= 500) return { kind: 'again', reason: 'server-error' }
  if (!reply) return { kind: 'hold', reason: 'not-hec' }
  if (!isSuccess) return { kind: 'hold', reason: 'event-refused' }
  // HEC's codes are small numbers: a new one with a 200 is a new kind of success, anything else is a gateway speaking.
  const mayBeNew = status === 200 && reply.code > 0 && reply.code < 100
  return mayBeNew ? DELIVERED : { kind: 'hold', reason: 'not-hec' }
}

function acceptedOf(names: Names | undefined, reply: Reply | undefined, events: number): number {
  const number = reply?.invalidEventNumber
  if (names === undefined || number === undefined) return 0
  const accepted = names === 'the-bad-one' ? number : number - 1
  return accepted >= 0 && accepted < events ? accepted : 0
}

/**
 * `{"text":…,"code":…}`; undefined for HTML, empty bodies and any other JSON. Both keys must be there: `{"code":0}` is
 * what many a login page and gateway answers too.
 */
export function readReply(body: Uint8Array): Reply | undefined {
  const json = parseJson(body)
  if (!isRecord(json) || typeof json.text !== 'string' || !isInteger(json.code)) return undefined
  const number = json['invalid-event-number']
  return {
    code: json.code,
    text: json.text,
    ...(isInteger(number) && number >= 0 && { invalidEventNumber: number }),
  }
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value)
}

/** What trouble before a whole answer means. */
export function judgeTrouble(code: string): Verdict {
  if (isCertificateTrouble(code)) return { kind: 'hold', reason: 'certificate', accepted: 0 }
  if (isHandshakeTrouble(code)) return { kind: 'hold', reason: 'handshake-refused', accepted: 0 }
  if (isForeignAnswer(code)) return { kind: 'hold', reason: 'not-hec', accepted: 0 }
  return { kind: 'again', reason: code === 'ETIMEDOUT' ? 'timeout' : 'unreachable', accepted: 0 }
}

function isCertificateTrouble(code: string): boolean {
  return /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER))/.test(code)
}

/** No TLS there, or a client certificate is asked for: which of them, OpenSSL tells in words alone. */
function isHandshakeTrouble(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_')
}

/** Much longer than any answer of HEC's, or not even HTTP. */
function isForeignAnswer(code: string): boolean {
  return code === 'ANSWER_TOO_LARGE' || code.startsWith('HPE_')
}

const RETRY_AFTER = { minMs: 100, maxMs: 300_000 }

/** `Retry-After` in either form, kept between a tenth of a second and five minutes. */
export function retryAfterMs(headers: HttpHeaders, nowMs: number): number | undefined {
  const value = headers['retry-after']
  if (typeof value !== 'string') return undefined
  // A date begins with the day's name: `Date.parse` would take `1.5` for one.
  const date = /^[A-Z]/.test(value) ? Date.parse(value) - nowMs : Number.NaN
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : date
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, RETRY_AFTER.minMs), RETRY_AFTER.maxMs)
}
