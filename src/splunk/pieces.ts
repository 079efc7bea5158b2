/** Events one after the other, and parts of them: what is left of a body while its answers come in. */

/** Concatenated JSON objects as they are sent. */
export interface Events {
  readonly bytes: Uint8Array
  /** Where each begins in `bytes`. */
  readonly offsets: readonly number[]
  /** What each is called by whoever made them: its number in their page. */
  readonly numbers: readonly number[]
}

/** `events[from, to)`; shares the bytes. */
export function slice(events: Events, from: number, to = events.offsets.length): Events {
  if (from === 0 && to === events.offsets.length) return events
  const start = startOf(events, from)
  return {
    bytes: events.bytes.subarray(start, startOf(events, to)),
    offsets: events.offsets.slice(from, to).map(offset => offset - start),
    numbers: events.numbers.slice(from, to),
  }
}

/** Those at which `isWanted` says yes, in memory of their own. */
export function pick(events: Events, isWanted: (index: number) => boolean): Events {
  const wanted = events.offsets.map((_, index) => index).filter(isWanted)
  let length = 0
  const offsets = wanted.map(index => {
    length += startOf(events, index + 1) - startOf(events, index)
    return length - (startOf(events, index + 1) - startOf(events, index))
  })
  const texts = wanted.map(index => bytesOf(events, index))
  return { bytes: Buffer.concat(texts), offsets, numbers: wanted.map(index => events.numbers[index] ?? -1) }
}

/** One event's JSON, with the line end behind it. */
export function bytesOf(events: Events, index: number): Uint8Array {
  return events.bytes.subarray(startOf(events, index), startOf(events, index + 1))
}

/** The index that an event asks for; '' where it leaves that to the token. */
export function indexOf(events: Events, index: number): string {
  const envelope: unknown = JSON.parse(Buffer.from(bytesOf(events, index)).toString())
  const asked = typeof envelope === 'object' && envelope !== null && 'index' in envelope ? envelope.index : ''
  return typeof asked === 'string' ? asked : ''
}

function startOf({ bytes, offsets }: Events, index: number): number {
  return offsets[index] ?? bytes.length
}
