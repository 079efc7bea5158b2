/**
 * A look at a whole page before anything of it is sent: else the beginning of a corrupt one would be sent at each try.
 */

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

/** The position up to which each group has only logs, by the position at which the group begins. */
export type Outline = ReadonlyMap<number, number>

export type Checked =
  | { readonly kind: 'whole'; readonly outline: Outline }
  | { readonly kind: 'corrupt'; readonly message: string }

/** Checks that the page can be read to its end. `vector` looks at usual logs. */
export function check(page: Uint8Array, vector?: Vector): Checked {
  try {
    return { kind: 'whole', outline: checkPage(page, vector) }
  } catch (error) {
    if (error instanceof CorruptPage) return { kind: 'corrupt', message: error.message }
    throw error
  }
}

/** Checks as `check` does; throws `CorruptPage` where the encoder would. */
export function checkPage(page: Uint8Array, vector?: Vector): Outline {
  const outline = new Map<number, number>()
  checkMessage({ bytes: page, position: 0, vector, outline }, page.length, PAGE)
  return outline
}

interface Checking extends Reader {
  readonly vector: Vector | undefined
  readonly outline: Map<number, number>
}

/** Fields behind an unusual one that are likely to be unusual, too: they are not offered to the vector encoder. */
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
