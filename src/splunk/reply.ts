/** HEC's replies, read from bytes and headers that may be anything. */

import { isRecord, parseJson } from '../base/json.ts'
import type { HttpHeaders } from '../http/client.ts'

/** The body of a HEC answer. */
export interface Reply {
  readonly code: number
  readonly text: string
  readonly invalidEventNumber?: number
  readonly ackId?: number
}

/**
 * Reads `{"text":…,"code":…}`; undefined for HTML, empty bodies and any other JSON. Both keys must be there: many login
 * pages and gateways answer `{"code":0}` too.
 */
export function readReply(body: Uint8Array): Reply | undefined {
  const json = parseJson(body)
  if (!isRecord(json) || typeof json.text !== 'string' || !isInteger(json.code)) return undefined
  const number = json['invalid-event-number']
  // Splunk's documentation spells it both ways.
  const ackId = json.ackId ?? json.ackID
  return {
    code: json.code,
    text: json.text,
    ...(isCount(number) && { invalidEventNumber: number }),
    ...(isCount(ackId) && { ackId }),
  }
}

/** Reads the answer to a poll, `{"acks":{"0":true,…}}`: the ids that are indexed; undefined for any other answer. */
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

const RETRY_AFTER = { minMs: 100, maxMs: 300_000 }

/** Reads `Retry-After` in either form; the wait is kept between a tenth of a second and five minutes. */
export function retryAfterMs(headers: HttpHeaders, nowMs: number): number | undefined {
  const value = headers['retry-after']
  if (typeof value !== 'string') return undefined
  // A date begins with the day's name: `Date.parse` would take `1.5` for one.
  const date = /^[A-Z]/.test(value) ? Date.parse(value) - nowMs : Number.NaN
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : date
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, RETRY_AFTER.minMs), RETRY_AFTER.maxMs)
}
