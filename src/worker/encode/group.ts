/** What a whole log group shares, read once: topic, source and tags. */

import { BYTES, type Reader, readEnd, readVarint, skipField } from './protobuf.ts'
import { decodeText } from './shape.ts'

export interface GroupHeader {
  readonly topic: string
  readonly source: string
  /** In their order; a tag that occurs twice keeps its last value. */
  readonly tags: ReadonlyMap<string, string>
}

const LOGS = 1
const TOPIC = 3
const SOURCE = 4
const TAGS = 6

const EMPTY = new Uint8Array(0)

/** Reads the header of the group that fills `bytes[from, to)`; the logs are stepped over. */
export function readGroupHeader(bytes: Uint8Array, from: number, to: number): GroupHeader {
  const reader: Reader = { bytes, position: from }
  let topic: Uint8Array = EMPTY
  let source: Uint8Array = EMPTY
  const tags = new Map<string, string>()
  while (reader.position < to) {
    const tag = readVarint(reader, to)
    const field = tag >>> 3
    if ((tag & 7) !== BYTES || field === LOGS) {
      skipField(reader, tag & 7, to)
      continue
    }
    const end = readEnd(reader, to)
    if (field === TOPIC) topic = bytes.subarray(reader.position, end)
    else if (field === SOURCE) source = bytes.subarray(reader.position, end)
    else if (field === TAGS) readTag(bytes, reader.position, end, tags)
    reader.position = end
  }
  return { topic: decodeText(topic), source: decodeText(source), tags }
}

function readTag(bytes: Uint8Array, from: number, to: number, tags: Map<string, string>): void {
  const reader: Reader = { bytes, position: from }
  let key: Uint8Array = EMPTY
  let value: Uint8Array = EMPTY
  while (reader.position < to) {
    const tag = readVarint(reader, to)
    if ((tag & 7) !== BYTES) {
      skipField(reader, tag & 7, to)
      continue
    }
    const end = readEnd(reader, to)
    if (tag >>> 3 === 1) key = bytes.subarray(reader.position, end)
    else if (tag >>> 3 === 2) value = bytes.subarray(reader.position, end)
    reader.position = end
  }
  tags.set(decodeText(key), decodeText(value))
}
