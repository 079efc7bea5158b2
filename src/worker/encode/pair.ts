/** A key with its value, the one shape that Log Service gives to a log's contents and to a group's tags. */

import { type Reader, readEnd, readVarint, skipField, tagOf } from '../../sls/protobuf.ts'

/** Positions of key and value: `bytes[from, to)`. A caller makes one and has it filled again and again. */
export interface Pair {
  keyFrom: number
  keyTo: number
  valueFrom: number
  valueTo: number
}

const KEY = tagOf(1)
const VALUE = tagOf(2)

export function createPair(): Pair {
  return { keyFrom: 0, keyTo: 0, valueFrom: 0, valueTo: 0 }
}

/**
 * Reads the message up to `end` into `pair`; the position ends up there. A key or a value that is missing is empty, of one
 * that occurs twice the last counts. Throws `CorruptPage`.
 */
export function readPair(reader: Reader, end: number, pair: Pair): void {
  pair.keyFrom = pair.keyTo = pair.valueFrom = pair.valueTo = end
  while (reader.position < end) {
    const tag = readVarint(reader, end)
    if (tag !== KEY && tag !== VALUE) {
      skipField(reader, tag & 7, end)
      continue
    }
    const to = readEnd(reader, end)
    if (tag === KEY) {
      pair.keyFrom = reader.position
      pair.keyTo = to
    } else {
      pair.valueFrom = reader.position
      pair.valueTo = to
    }
    reader.position = to
  }
}
