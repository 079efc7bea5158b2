/** What a whole log group shares, read once: topic, source and tags. */

import { BYTES, type Reader, readEnd, readVarint, skipField } from '../../sls/protobuf.ts'
import { decodeText } from './shape.ts'

export interface GroupHeader {
  readonly topic: string
  readonly source: string
  /** In their order; a tag that occurs twice keeps its last value. */
  readonly tags: ReadonlyMap<string, string>
}

const tagOf = (field: number) => (field << 3) | BYTES

const TOPIC = tagOf(3)
const SOURCE = tagOf(4)
const TAG = tagOf(6)
const KEY = tagOf(1)
const VALUE = tagOf(2)

const EMPTY = new Uint8Array(0)

/** Reads the header of the group that fills `bytes[from, to)`; the logs are stepped over. */
export function readGroupHeader(bytes: Uint8Array, from: number, to: number): GroupHeader {
  const reader: Reader = { bytes, position: from }
  let topic: Uint8Array = EMPTY
  let source: Uint8Array = EMPTY
  const tags = new Map<string, string>()
  while (reader.position < to) {
    const tag = readVarint(reader, to)
    if (tag !== TOPIC && tag !== SOURCE && tag !== TAG) {
      skipField(reader, tag & 7, to)
      continue
    }
    const end = readEnd(reader, to)
    if (tag === TOPIC) topic = bytes.subarray(reader.position, end)
    else if (tag === SOURCE) source = bytes.subarray(reader.position, end)
    else readTag(bytes, reader.position, end, tags)
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
    if (tag !== KEY && tag !== VALUE) {
      skipField(reader, tag & 7, to)
      continue
    }
    const end = readEnd(reader, to)
    if (tag === KEY) key = bytes.subarray(reader.position, end)
    else value = bytes.subarray(reader.position, end)
    reader.position = end
  }
  tags.set(decodeText(key), decodeText(value))
}
