/** Whether a page can be read to its end: asked before anything of it is sent, or its beginning would be sent each time. */

import { BYTES, CorruptPage, type Reader, readEnd, readVarint, skipField } from '../../sls/protobuf.ts'
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

/** What was seen of a page on the way: for each group, by where it begins, up to where there are only logs. */
export type Outline = ReadonlyMap<number, number>

export type Checked =
  | { readonly kind: 'whole'; readonly outline: Outline }
  | { readonly kind: 'corrupt'; readonly message: string }

/** With `vector` usual logs are looked at by it. */
export function check(page: Uint8Array, vector?: Vector): Checked {
  try {
    return { kind: 'whole', outline: checkPage(page, vector) }
  } catch (error) {
    if (error instanceof CorruptPage) return { kind: 'corrupt', message: error.message }
    throw error
  }
}

/** Throws `CorruptPage` where the encoder would. */
export function checkPage(page: Uint8Array, vector?: Vector): Outline {
  const outline = new Map<number, number>()
  checkMessage({ bytes: page, position: 0, vector, outline }, page.length, PAGE)
  return outline
}

interface Checking extends Reader {
  readonly vector: Vector | undefined
  readonly outline: Map<number, number>
}

/** Where a field is unusual, the next ones are likely to be so, too: they are not offered to the vector encoder. */
const UNUSUAL_FIELDS = 16

function checkMessage(reader: Checking, end: number, message: Message): void {
  const start = reader.position
  for (let usualIn = 0; reader.position < end; usualIn--) {
    if (message === GROUP && usualIn <= 0 && reader.vector) {
      const before = reader.position
      const position = reader.vector.check(reader.bytes, before, end)
      if (before === start) reader.outline.set(start, position)
      usualIn = position === before ? UNUSUAL_FIELDS : 0
      reader.position = position
      if (position === end) return
    }
    const tag = readVarint(reader, end)
    const inner = message[tag]
    if (inner) checkMessage(reader, readEnd(reader, end), inner)
    else skipField(reader, tag & 7, end)
  }
}
