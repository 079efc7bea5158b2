/** Events one after the other in one piece of memory, and how to take such a piece apart. */

import { isRecord, parseJson } from '../base/json.ts'

/** Concatenated JSON objects as they are sent. */
export interface Events {
  readonly bytes: Uint8Array
  /** Where each begins in `bytes`. */
  readonly offsets: readonly number[]
  /** Number of each event in its page. */
  readonly numbers: readonly number[]
}

/** Returns `events[from, to)`; shares the bytes. */
export function slice(events: Events, from: number, to = events.offsets.length): Events {
  if (from === 0 && to === events.offsets.length) return events
  const start = startOf(events, from)
  return {
    bytes: events.bytes.subarray(start, startOf(events, to)),
    offsets: events.offsets.slice(from, to).map(offset => offset - start),
    numbers: events.numbers.slice(from, to),
  }
}

/** Returns the events for which `isWanted` is true, in memory of their own. */
export function pick(events: Events, isWanted: (index: number) => boolean): Events {
  const wanted = events.offsets.map((_, index) => index).filter(isWanted)
  const texts = wanted.map(index => bytesOf(events, index))
  return join(
    texts,
    wanted.map(index => events.numbers[index] ?? -1),
  )
}

/** Joins events that lie apart, each with its line end. */
export function join(texts: readonly Uint8Array[], numbers: readonly number[]): Events {
  let length = 0
  const offsets = texts.map(text => {
    const offset = length
    length += text.length
    return offset
  })
  return { bytes: Buffer.concat(texts), offsets, numbers }
}

/** Returns one event's JSON, with the line end behind it. */
export function bytesOf(events: Events, index: number): Uint8Array {
  return events.bytes.subarray(startOf(events, index), startOf(events, index + 1))
}

/** Returns the index that an event asks for; '' where it leaves that to the token. */
export function indexOf(events: Events, index: number): string {
  const envelope = parseJson(bytesOf(events, index))
  const asked = isRecord(envelope) ? envelope.index : ''
  return typeof asked === 'string' ? asked : ''
}

function startOf({ bytes, offsets }: Events, index: number): number {
  return offsets[index] ?? bytes.length
}
