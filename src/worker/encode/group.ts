/** The header that the logs of a group share, read once: topic, source and tags. */

import { type Reader, readEnd, readVarint, skipField, tagOf } from '../../sls/protobuf.ts'
import { createPair, readPair } from './pair.ts'
import { decodeText } from './shape.ts'

export interface GroupHeader {
  readonly topic: string
  readonly source: string
  /** In their order; a tag that occurs twice keeps its last value. */
  readonly tags: ReadonlyMap<string, string>
}

const TOPIC = tagOf(3)
const SOURCE = tagOf(4)
const TAG = tagOf(6)

/** Reads the header of the group that fills `bytes[from, to)`; the logs are stepped over. Throws `CorruptPage`. */
export function readGroupHeader(bytes: Uint8Array, from: number, to: number): GroupHeader {
  const reader: Reader = { bytes, position: from }
  const text = (start: number, end: number) => decodeText(bytes.subarray(start, end))
  const pair = createPair()
  const tags = new Map<string, string>()
  let [topic, source] = ['', '']
  while (reader.position < to) {
    const tag = readVarint(reader, to)
    if (tag !== TOPIC && tag !== SOURCE && tag !== TAG) {
      skipField(reader, tag & 7, to)
      continue
    }
    const end = readEnd(reader, to)
    if (tag === TOPIC) topic = text(reader.position, end)
    else if (tag === SOURCE) source = text(reader.position, end)
    else {
      readPair(reader, end, pair)
      tags.set(text(pair.keyFrom, pair.keyTo), text(pair.valueFrom, pair.valueTo))
    }
    reader.position = end
  }
  return { topic, source, tags }
}
