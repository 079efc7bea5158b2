/** What HEC does with one object of an event body: the first rule that applies decides. */

import type { HecCode } from './answers.ts'
import { isObject, type JsonObject, type Piece } from './split.ts'

/** An accepted object, with exactly the keys that were sent. */
export type Envelope = {
  readonly event: unknown
  readonly time?: number | string
  readonly host?: string
  readonly source?: string
  readonly sourcetype?: string
  readonly index?: string
  readonly fields?: JsonObject
}

export interface EnvelopeLimits {
  readonly maxEventBytes: number
  /** Whether the token may write to this index; undefined is the token's default. */
  readonly allowsIndex: (index: string | undefined) => boolean
  /** Events that are refused as malformed, whatever they are. */
  readonly isPoison: (envelope: Envelope) => boolean
}

export type Verdict =
  | { readonly kind: 'store'; readonly envelope: Envelope }
  /** Not stored, not refused: the next object is looked at. */
  | { readonly kind: 'skip' }
  /** This object and all behind it are lost without a word. */
  | { readonly kind: 'drop-rest' }
  /** `numberOffset` is what Splunk adds to the position when it names the object. */
  | { readonly kind: 'refuse'; readonly code: HecCode; readonly numberOffset: number }

const KEYS: ReadonlySet<string> = new Set([
  'event',
  'time',
  'host',
  'source',
  'sourcetype',
  'index',
  'fields',
])

interface Rule {
  readonly applies: (object: JsonObject) => boolean
  readonly verdict: Verdict
}

const RULES: readonly Rule[] = [
  { applies: hasUnknownKey, verdict: { kind: 'drop-rest' } },
  { applies: object => 'fields' in object && !isObject(object.fields), verdict: refuse(6) },
  { applies: object => isAbsent(object.event) && !('fields' in object), verdict: refuse(12) },
  { applies: object => isAbsent(object.event), verdict: { kind: 'skip' } },
  { applies: object => isBlank(object.event), verdict: refuse(13) },
  { applies: object => isObject(object.fields) && isNested(object.fields), verdict: refuse(15) },
]

export function judge(piece: Piece, limits: EnvelopeLimits): Verdict {
  if (piece.kind === 'malformed' || piece.bytes > limits.maxEventBytes) return refuse(6)
  const rule = RULES.find(({ applies }) => applies(piece.value))
  if (rule) return rule.verdict
  if (!isEnvelope(piece.value) || limits.isPoison(piece.value)) return refuse(6)
  if (!limits.allowsIndex(piece.value.index)) return { ...refuse(7), numberOffset: 1 }
  return { kind: 'store', envelope: piece.value }
}

function refuse(code: HecCode) {
  return { kind: 'refuse', code, numberOffset: 0 } as const
}

function hasUnknownKey(object: JsonObject): boolean {
  return Object.keys(object).some(key => !KEYS.has(key))
}

/** Nobody has measured `null`; it is taken as absent. */
function isAbsent(event: unknown): boolean {
  return event === undefined || event === null
}

function isBlank(event: unknown): boolean {
  return event === '' || (typeof event === 'object' && event !== null && Object.keys(event).length === 0)
}

/** Scalars and lists of scalars may be indexed, nothing deeper. */
function isNested(fields: JsonObject): boolean {
  return Object.values(fields)
    .flatMap(value => (Array.isArray(value) ? value : [value]))
    .some(value => typeof value === 'object' && value !== null)
}

function isEnvelope(object: JsonObject): object is Envelope {
  const texts = [object.host, object.source, object.sourcetype, object.index]
  return isTime(object.time) && texts.every(text => text === undefined || typeof text === 'string')
}

/** Epoch seconds, as a number or as its text. */
function isTime(time: unknown): boolean {
  return (
    time === undefined || typeof time === 'number' || (typeof time === 'string' && /^\d+(\.\d+)?$/.test(time))
  )
}
