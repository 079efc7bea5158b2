/** Reading protobuf in place: positions instead of objects. */

/** The page ends in the middle of something, or a length leads out of what encloses it. */
export class CorruptPage extends Error {
  override name = 'CorruptPage'
  readonly code = 'corrupt-page'
}

export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
const GROUP_START = 3
const GROUP_END = 4
export const FIXED32 = 5

/** A cursor over bytes; `position` is public because the hot loops move it themselves. */
export interface Reader {
  readonly bytes: Uint8Array
  position: number
}

/** Reads the varint at the position, which moves behind it. Exact up to 2^53. Throws `CorruptPage`. */
export function readVarint(reader: Reader, end: number): number {
  let value = 0
  let scale = 1
  for (let count = 0; count < 10; count++) {
    if (reader.position >= end) throw new CorruptPage('a number is cut')
    const byte = reader.bytes[reader.position++] ?? 0
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 128
  }
  throw new CorruptPage('a number is longer than ten bytes')
}

/** Reads a length and returns where its bytes end; the position is where they begin. Throws `CorruptPage`. */
export function readEnd(reader: Reader, end: number): number {
  const length = readVarint(reader, end)
  const to = reader.position + length
  if (to > end) throw new CorruptPage(`${length} bytes announced, ${end - reader.position} there`)
  return to
}

/** Steps over a field of any type: unknown fields are allowed everywhere. Throws `CorruptPage`. */
export function skipField(reader: Reader, wireType: number, end: number): void {
  if (wireType === BYTES) reader.position = readEnd(reader, end)
  else if (wireType === VARINT) readVarint(reader, end)
  else if (wireType === FIXED32) reader.position += 4
  else if (wireType === FIXED64) reader.position += 8
  else if (wireType === GROUP_START) skipGroup(reader, end)
  else throw new CorruptPage(`wire type ${wireType}`)
  if (reader.position > end) throw new CorruptPage('a field is cut')
}

/** Steps over a group, protobuf's old way of nesting: Log Service writes none, an unknown field may be one. */
function skipGroup(reader: Reader, end: number): void {
  for (let depth = 1; depth > 0; ) {
    const wireType = readVarint(reader, end) & 7
    if (wireType === GROUP_START) depth++
    else if (wireType === GROUP_END) depth--
    else skipField(reader, wireType, end)
  }
}

/** The tag of field `field` that has a length: a message, a text, or bytes. */
export const tagOf = (field: number) => (field << 3) | BYTES

/**
 * Steps over other fields to the next one with `tag`; the position ends up behind the tag. Returns where the tag begins,
 * or -1 when no such field follows before `end`. Throws `CorruptPage`.
 */
export function nextField(reader: Reader, tag: number, end: number): number {
  while (reader.position < end) {
    const start = reader.position
    const found = readVarint(reader, end)
    if (found === tag) return start
    skipField(reader, found & 7, end)
  }
  return -1
}

const FIELD_1 = tagOf(1)

/**
 * Yields where each message of field 1 lies in `bytes[start, end)`: the groups of a page, the logs of a group. Other
 * fields are stepped over. Throws `CorruptPage`.
 */
export function* messagesIn(bytes: Uint8Array, start: number, end: number) {
  const reader: Reader = { bytes, position: start }
  while (nextField(reader, FIELD_1, end) >= 0) {
    const to = readEnd(reader, end)
    yield { from: reader.position, to }
    reader.position = to
  }
}
