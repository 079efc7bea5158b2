/**
 * What HEC's answers mean for the events of a request. Two tables decide, one by HEC's own code and one by HTTP status
 * for answers that are not HEC's; the text of an answer never does. Sources: Splunk's documentation of the codes, and
 * published measurements for what `invalid-event-number` counts.
 */

import { isRecord, parseJson } from '../base/json.ts'
import { isCertificateProblem } from '../base/tls.ts'
import { EARLY_SUCCESS, type HttpHeaders } from '../http/client.ts'
import type { Reason } from './reasons.ts'

/** What one attempt came to. Events that an answer calls taken are Splunk's already: never sent again. */
export type Verdict =
  /** All of it is taken; `nearlyFull`: Splunk asks for less at a time. */
  | { readonly kind: 'delivered'; readonly nearlyFull: boolean; readonly ackId?: number }
  /** What lies before event `at` is taken. That event itself is refused: as it is, or for its index alone. */
  | {
      readonly kind: 'refused'
      readonly reason: 'event-refused' | 'index-refused'
      readonly at: number
      readonly ackId?: number
    }
  /**
   * Nothing is taken, because of something in the request that the answer does not name: half of it may do. `sure`: HEC
   * itself, or the size, refuses; else it may as well be something on the way that refuses everything.
   */
  | { readonly kind: 'divide'; readonly reason: Reason; readonly sure: boolean }
  /** The same once more, uncompressed; `always`: this endpoint takes nothing compressed. */
  | { readonly kind: 'uncompressed'; readonly reason: Reason; readonly always: boolean }
  /** Heals by itself: the network, a busy or restarting Splunk. */
  | {
      readonly kind: 'again'
      readonly reason: Reason
      readonly accepted: number
      readonly ackId?: number
      readonly afterMs?: number
    }
  /** Somebody has to mend something; until then nothing is skipped. */
  | { readonly kind: 'hold'; readonly reason: Reason }

/** The endpoint as a whole did not take the request. */
export type Failure = Extract<Verdict, { kind: 'again' | 'hold' }>

export function isFailure(verdict: Verdict): verdict is Failure {
  return verdict.kind === 'again' || verdict.kind === 'hold'
}

/** Reasons that are about how much is sent, or when, and not about what. */
const NOT_ABOUT_EVENTS: ReadonlySet<Reason> = new Set(['busy', 'shutting-down', 'answered-early'])

/** Whether the same events may be what fails, where others work. */
export function mayBeAboutEvents({ reason }: Failure): boolean {
  return !NOT_ABOUT_EVENTS.has(reason)
}

export function isTokenRefused(verdict: Verdict): boolean {
  return (
    verdict.kind === 'hold' && (verdict.reason === 'token-refused' || verdict.reason === 'token-disabled')
  )
}

/** What was asked of HEC, as far as it matters for what an answer means. */
export interface Sent {
  readonly events: number
  /** Uncompressed. */
  readonly bytes: number
  readonly gzip: boolean
}

/** The body of a HEC answer; undefined where the body is not HEC's. */
export interface Reply {
  readonly code: number
  readonly text: string
  readonly invalidEventNumber?: number
  readonly ackId?: number
}

type Row =
  | { readonly kind: 'delivered'; readonly nearlyFull: boolean }
  /** `counts`: a number in the answer says how many events were taken. */
  | { readonly kind: 'again'; readonly reason: Reason; readonly counts?: true }
  | { readonly kind: 'hold'; readonly reason: Reason }
  /** `names` tells which event the number in the answer is; without a number it is not known which event is meant. */
  | {
      readonly kind: 'refused'
      readonly reason: 'event-refused' | 'index-refused'
      readonly names: 'the-bad-one' | 'the-one-after'
    }
  | { readonly kind: 'divide'; readonly reason: Reason; readonly sure: boolean }
  | { readonly kind: 'encoding'; readonly reason: Reason; readonly always: boolean }

const DELIVERED = { kind: 'delivered', nearlyFull: false } as const
const NEARLY_FULL = { kind: 'delivered', nearlyFull: true } as const
const BUSY: Row = { kind: 'again', reason: 'busy' }
const TOKEN_REFUSED: Row = { kind: 'hold', reason: 'token-refused' }
const NOT_HEC: Row = { kind: 'hold', reason: 'not-hec' }
const CHANNEL_REFUSED: Row = { kind: 'hold', reason: 'channel-refused' }
const EVENT_REFUSED: Row = { kind: 'refused', reason: 'event-refused', names: 'the-bad-one' }
const UNKNOWN_REFUSAL: Row = { kind: 'divide', reason: 'event-refused', sure: false }

/** By HEC's code, whatever the HTTP status; only that a success needs a 200 as well, the one that HEC answers. */
const BY_CODE: Readonly<Record<number, Row>> = {
  0: DELIVERED,
  1: { kind: 'hold', reason: 'token-disabled' },
  2: TOKEN_REFUSED,
  3: TOKEN_REFUSED,
  4: TOKEN_REFUSED,
  // "No data": nobody has measured what a number would mean here.
  5: { kind: 'divide', reason: 'event-refused', sure: true },
  6: EVENT_REFUSED,
  // Incorrect index: the number is that of the event behind the bad one (measured on Splunk 10.4 and Cloud 10.5).
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
  // The answer to a health probe; to events it would be somebody else's.
  17: NOT_HEC,
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
  // Also seen in passing during a rolling restart, so it is tried again like any trouble.
  404: { kind: 'again', reason: 'not-found' },
}

/** By HTTP status, for bodies that are not HEC's. */
const BY_STATUS: Readonly<Record<number, Row>> = {
  // HEC says this in JSON; in HTML it is its HTTP layer (broken gzip) or something on the way.
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

const HEALTHY = 17

/** What the answer to a health probe says; `delivered` is healthy. */
export function judgeProbe(status: number, reply: Reply | undefined): Verdict {
  return status === 200 && reply?.code === HEALTHY ? DELIVERED : judge(status, reply, NOTHING)
}

const NOTHING: Sent = { events: 0, bytes: 0, gzip: false }

/** What an answer means for a request. */
export function judge(status: number, reply: Reply | undefined, sent: Sent): Verdict {
  const row = rowOf(status, reply)
  const ack = reply?.ackId === undefined ? {} : { ackId: reply.ackId }
  switch (row.kind) {
    case 'delivered':
      return { ...row, ...ack }
    case 'again':
      return { kind: 'again', reason: row.reason, accepted: row.counts ? countOf(reply, sent) : 0, ...ack }
    case 'refused':
      return refusal(row, reply, sent)
    case 'encoding':
      return sent.gzip ? { ...row, kind: 'uncompressed' } : refusedUncompressed(row)
    default:
      return row
  }
}

/** An event longer than this is refused as malformed (`maxEventSize`); some clouds refuse such requests, too. */
export const MAX_EVENT_BYTES = 5 * 1024 * 1024

function refusal(row: Extract<Row, { kind: 'refused' }>, reply: Reply | undefined, sent: Sent): Verdict {
  const number = reply?.invalidEventNumber
  const { reason } = row
  if (number === undefined) return { kind: 'divide', reason, sure: true }
  const at = row.names === 'the-bad-one' ? number : number - 1
  if (at < 0 || at >= sent.events) return { kind: 'divide', reason, sure: true }
  // Then it is the request that is too long, and the number says nothing.
  if (at === 0 && sent.events > 1 && sent.bytes > MAX_EVENT_BYTES)
    return { kind: 'divide', reason, sure: true }
  return { kind: 'refused', reason, at, ...(reply?.ackId !== undefined && { ackId: reply.ackId }) }
}

/** Nobody has measured whether the number counts events taken or names the next: one less covers both. */
function countOf(reply: Reply | undefined, { events }: Sent): number {
  const accepted = (reply?.invalidEventNumber ?? 0) - 1
  return accepted > 0 && accepted < events ? accepted : 0
}

function refusedUncompressed({ reason, always }: Extract<Row, { kind: 'encoding' }>): Verdict {
  return always ? { kind: 'hold', reason } : { kind: 'divide', reason, sure: false }
}

function rowOf(status: number, reply: Reply | undefined): Row {
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

/**
 * `{"text":…,"code":…}`; undefined for HTML, empty bodies and any other JSON. Both keys must be there: `{"code":0}` is
 * what many a login page and gateway answers too.
 */
export function readReply(body: Uint8Array): Reply | undefined {
  const json = parseJson(body)
  if (!isRecord(json) || typeof json.text !== 'string' || !isInteger(json.code)) return undefined
  const number = json['invalid-event-number']
  // Splunk's prose spells it both ways.
  const ackId = json.ackId ?? json.ackID
  return {
    code: json.code,
    text: json.text,
    ...(isCount(number) && { invalidEventNumber: number }),
    ...(isCount(ackId) && { ackId }),
  }
}

/** Answer to a poll, `{"acks":{"0":true,…}}`: the ids that are indexed; undefined when it is no such answer. */
export function readAcks(body: Uint8Array): ReadonlySet<number> | undefined {
  const json = parseJson(body)
  if (!isRecord(json) || !isRecord(json.acks)) return undefined
  const entries = Object.entries(json.acks)
  return new Set(entries.flatMap(([id, indexed]) => (indexed === true ? [Number(id)] : [])))
}

function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 0
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value)
}

/** What trouble before a whole answer means. */
export function judgeTrouble(code: string): Verdict {
  if (isCertificateProblem(code)) return { kind: 'hold', reason: 'certificate' }
  if (isHandshakeTrouble(code)) return { kind: 'hold', reason: 'handshake-refused' }
  if (isForeignAnswer(code)) return { kind: 'hold', reason: 'not-hec' }
  return { kind: 'again', reason: PASSING[code] ?? 'unreachable', accepted: 0 }
}

const PASSING: Readonly<Record<string, Reason>> = { ETIMEDOUT: 'timeout', [EARLY_SUCCESS]: 'answered-early' }

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
