/** Whether a page can be read to its end: asked before anything of it is sent, or its beginning would be sent each time. */

import { BYTES, CorruptPage, type Reader, readEnd, readVarint, skipField } from './protobuf.ts'

/** The messages inside a message, by the tag of their field. */
interface Message {
  readonly [tag: number]: Message
}

const tagOf = (field: number) => (field << 3) | BYTES

const PAIR: Message = {}
const LOG: Message = { [tagOf(2)]: PAIR }
const GROUP: Message = { [tagOf(1)]: LOG, [tagOf(6)]: PAIR }
const PAGE: Message = { [tagOf(1)]: GROUP }

/** What is wrong with the page, if anything. */
export function corruptionOf(page: Uint8Array): CorruptPage | undefined {
  try {
    checkPage(page)
    return undefined
  } catch (error) {
    if (error instanceof CorruptPage) return error
    throw error
  }
}

/** Throws `CorruptPage` where the encoder would. */
export function checkPage(page: Uint8Array): void {
  checkMessage({ bytes: page, position: 0 }, page.length, PAGE)
}

function checkMessage(reader: Reader, end: number, message: Message): void {
  while (reader.position < end) {
    const tag = readVarint(reader, end)
    const inner = message[tag]
    if (inner) checkMessage(reader, readEnd(reader, end), inner)
    else skipField(reader, tag & 7, end)
  }
}
