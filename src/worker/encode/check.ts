/** Whether a page can be read to its end: asked before anything of it is sent, or its beginning would be sent each time. */

import { BYTES, CorruptPage, type Reader, readEnd, readVarint, skipField } from './protobuf.ts'
import type { Vector } from './vector.ts'

/** The messages inside a message, by the tag of their field. */
interface Message {
  readonly [tag: number]: Message
}

const tagOf = (field: number) => (field << 3) | BYTES

const PAIR: Message = {}
const LOG: Message = { [tagOf(2)]: PAIR }
const GROUP: Message = { [tagOf(1)]: LOG, [tagOf(6)]: PAIR }
const PAGE: Message = { [tagOf(1)]: GROUP }

/** What is wrong with the page, if anything. With `vector` usual logs are looked at by it. */
export function corruptionOf(page: Uint8Array, vector?: Vector): CorruptPage | undefined {
  try {
    checkPage(page, vector)
    return undefined
  } catch (error) {
    if (error instanceof CorruptPage) return error
    throw error
  }
}

/** Throws `CorruptPage` where the encoder would. */
export function checkPage(page: Uint8Array, vector?: Vector): void {
  checkMessage({ bytes: page, position: 0, vector }, page.length, PAGE)
}

interface Checking extends Reader {
  readonly vector: Vector | undefined
}

/** Where a field is unusual, the next ones are likely to be so, too: they are not offered to the vector encoder. */
const UNUSUAL_FIELDS = 16

function checkMessage(reader: Checking, end: number, message: Message): void {
  for (let usualIn = 0; reader.position < end; usualIn--) {
    if (message === GROUP && usualIn <= 0 && reader.vector) {
      const position = reader.vector.check(reader.bytes, reader.position, end)
      usualIn = position === reader.position ? UNUSUAL_FIELDS : 0
      reader.position = position
      if (position === end) return
    }
    const tag = readVarint(reader, end)
    const inner = message[tag]
    if (inner) checkMessage(reader, readEnd(reader, end), inner)
    else skipField(reader, tag & 7, end)
  }
}
