/**
 * Where the official Python SDK and the service tell the same log differently. Each is a fault of the SDK that the
 * service does not share; `mend` undoes it, and the tests check that it is still there to be undone.
 */

import { type ComparableEvent, expectedEvent, type Reading, readingOf } from './expected-event.ts'
import type { SdkLog, SdkText, SdkValue } from './sdk-reading.ts'

export interface SdkDifference {
  /** A sentence about the SDK. */
  readonly fault: string
  readonly mend: (reading: Reading, log: SdkLog) => Reading
}

const NANOSECONDS_IN_A_TUPLE: SdkDifference = {
  fault: 'a stray comma makes a tuple of the nanoseconds',
  mend: reading => ({ ...reading, nanoseconds: first(reading.nanoseconds) }),
}

const RESERVED_NAMES_OVERWRITTEN: SdkDifference = {
  fault: 'a field that is called like the time or the source takes their place, and theirs is lost',
  mend: (reading, { names, seconds, nanoseconds, source }) => ({
    ...reading,
    seconds: names.includes('__time__') ? seconds : reading.seconds,
    nanoseconds: names.includes('__time_ns_part__') ? nanoseconds || undefined : reading.nanoseconds,
    host: names.includes('__source__') ? source : reading.host,
  }),
}

const TAG_NAMES_AS_LITERALS: SdkDifference = {
  fault: "a tag whose key is not UTF-8 is called by Python's literal of it, b'…'",
  mend: (reading, { tagNames }) => ({
    ...reading,
    fields: reading.fields.map(([name, value]) => [tagName(name, tagNames), value] as const),
  }),
}

const BYTES_NOT_DECODED: SdkDifference = {
  fault: 'what is not UTF-8 stays bytes, so that the flat log cannot be written as JSON',
  mend: reading => ({
    ...reading,
    host: decoded(reading.host),
    fields: reading.fields.map(([name, value]) => [decodeText(name), decoded(value) ?? ''] as const),
  }),
}

/** In the order in which they are mended: tag names are put right as bytes, and then decoded. */
export const SDK_DIFFERENCES: readonly SdkDifference[] = [
  NANOSECONDS_IN_A_TUPLE,
  RESERVED_NAMES_OVERWRITTEN,
  TAG_NAMES_AS_LITERALS,
  BYTES_NOT_DECODED,
]

/** The event that a log should become, after the SDK; with the given faults of it mended. */
export function expectedOf(log: SdkLog, mended: readonly SdkDifference[] = SDK_DIFFERENCES): ComparableEvent {
  return expectedEvent(mended.reduce((reading, { mend }) => mend(reading, log), readingOf(log.plain)))
}

/** With `decode_bytes` the SDK leaves out the bytes that are not UTF-8, where the service puts U+FFFD in their place. */
export function decodeAsSdk(value: SdkText): string {
  return typeof value === 'string' ? value : utf8.decode(value).replaceAll('\ufffd', '')
}

function first(nanoseconds: SdkValue | undefined): SdkValue | undefined {
  return Array.isArray(nanoseconds) ? nanoseconds[0] : nanoseconds
}

function tagName(name: SdkText, tagNames: ReadonlyMap<string, SdkText>): SdkText {
  const key = typeof name === 'string' ? tagNames.get(name) : undefined
  return Buffer.isBuffer(key) ? Buffer.concat([Buffer.from('__tag__:'), key]) : name
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

function decodeText(text: SdkText): string {
  return typeof text === 'string' ? text : utf8.decode(text)
}

function decoded(value: SdkValue | undefined): SdkValue | undefined {
  return Buffer.isBuffer(value) ? decodeText(value) : value
}
