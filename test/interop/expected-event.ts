/** From a flattened log of the official Python SDK to the event that Splunk should get, and from an event to the same form. */

import { LOG_ID_KEY } from '../../src/simulator/generator/log-id.ts'
import type { DeliveredEvent } from './far-ends.ts'
import type { FlatLog, SdkText, SdkValue } from './sdk-reading.ts'

/** A flat log taken apart: what the SDK itself adds about the time are numbers, all that a log contains are texts. */
export interface Reading {
  readonly seconds: SdkValue | undefined
  readonly nanoseconds: SdkValue | undefined
  readonly host: SdkValue | undefined
  readonly fields: FlatLog
}

export interface ComparableEvent {
  readonly time: string | undefined
  readonly host: unknown
  /** Sorted by name. */
  readonly fields: readonly (readonly [name: unknown, value: unknown])[]
}

export function readingOf(flat: FlatLog): Reading {
  const own = (name: string) => flat.find(entry => isOwn(entry) && entry[0] === name)?.[1]
  return {
    seconds: own('__time__'),
    nanoseconds: own('__time_ns_part__'),
    host: flat.find(([name]) => name === '__source__')?.[1],
    fields: flat.filter(entry => !isOwn(entry)),
  }
}

function isOwn([, value]: FlatLog[number]): boolean {
  return typeof value === 'number' || Array.isArray(value)
}

/** `time` is the time with nine digits of nanoseconds, if any; the host is the source; empty metadata is left out. */
export function expectedEvent({ seconds, nanoseconds, host, fields }: Reading): ComparableEvent {
  const isEmptyMetadata = ([name, value]: FlatLog[number]) =>
    value === '' && (name === '__topic__' || name === '__source__')
  const present = fields.filter(entry => !isEmptyMetadata(entry))
  // HEC takes no empty event.
  const event = new Map<SdkText, SdkValue>(present.length > 0 ? present : [['__topic__', '']])
  return {
    time: seconds === undefined ? undefined : `${seconds}${fraction(nanoseconds)}`,
    host: host === '' ? undefined : host,
    fields: sorted([...event]),
  }
}

function fraction(nanoseconds: SdkValue | undefined): string {
  if (nanoseconds === undefined) return ''
  return typeof nanoseconds === 'number' ? `.${String(nanoseconds).padStart(9, '0')}` : '.?'
}

export function comparable({ time, host, event }: DeliveredEvent): ComparableEvent {
  return { time, host, fields: sorted(Object.entries(event ?? {})) }
}

/** Of the fields of an event or a flat log; empty when they have none. */
export function logIdOf(fields: readonly (readonly [name: unknown, value: unknown])[]): string {
  return String(fields.find(([name]) => name === LOG_ID_KEY)?.[1] ?? '')
}

function sorted<E extends readonly [unknown, unknown]>(entries: E[]): E[] {
  return entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}
