/**
 * Events written one behind the other into a buffer: the time, the head of the group, the fields of the log, the tail of
 * the group. No object and no string is made for a log unless its keys are unusual.
 */

import { nextField, type Reader, readEnd, tagOf } from '../../sls/protobuf.ts'
import { type LogTime, readTime, TIME_BYTES, writeTime } from './event-time.ts'
import { escapedSize, WORST_GROWTH, writeJsonText } from './json-text.ts'
import { createPair, readPair } from './pair.ts'
import { membersOf } from './plan.ts'
import { decodeText, type ShapeNode, type Shapes } from './shape.ts'
import type { SendPlan } from './vector.ts'

const CONTENTS = tagOf(2)
const BRACE = 0x7b
const QUOTE = 0x22
const UNUSUAL = -1

/** A class, because its loops run once for each byte. */
export class EventWriter {
  /** The body under way, and the position behind its last event: public because runs of events are written there, too. */
  out: Uint8Array
  at = 0
  readonly #reader: Reader
  readonly #shapes: Shapes
  readonly #time: LogTime = { seconds: -1, nanoseconds: 0 }
  readonly #content = createPair()

  /** `reader` is moved to wherever a log is read. */
  constructor(reader: Reader, shapes: Shapes) {
    this.#reader = reader
    this.#shapes = shapes
    this.out = reader.bytes
  }

  /** Goes on at the front of `out`. */
  begin(out: Uint8Array): void {
    this.out = out
    this.at = 0
  }

  /** True when the log `[from, to)` fits: first by a bound that costs nothing, then by a closer one. */
  hasRoom(from: number, to: number, plan: SendPlan): boolean {
    const room = this.out.length - this.at
    return (to - from) * WORST_GROWTH <= room - overheadOf(plan) || this.sizeOf(from, to, plan) <= room
  }

  /**
   * Returns an upper bound of the event's length in bytes. A content's tag, a control character, counts as six: the
   * length of `"":"",`.
   */
  sizeOf(from: number, to: number, plan: SendPlan): number {
    return escapedSize(this.#reader.bytes, from, to) + overheadOf(plan)
  }

  /** Writes the log `[from, to)`, for which there must be room. Throws `CorruptPage`. */
  write(from: number, to: number, plan: SendPlan): void {
    this.#reader.position = from
    readTime(this.#reader, to, this.#time)
    this.out[this.at++] = BRACE
    this.at = writeTime(this.out, this.at, this.#time)
    this.#writeBytes(plan.head)
    const start = this.at
    this.#reader.position = from
    const fields = this.#writeFields(to)
    if (fields === UNUSUAL) {
      this.at = start
      this.#reader.position = from
      this.#writeFieldsCarefully(to, plan)
    } else {
      this.#writeBytes(fields > 0 ? plan.tail : plan.tailAlone)
    }
  }

  /** Writes the contents in their order; returns how many, or `UNUSUAL` when a key needs care. */
  #writeFields(to: number): number {
    const reader = this.#reader
    const source = reader.bytes
    const content = this.#content
    let node: ShapeNode = this.#shapes.root()
    let fields = 0
    while (nextField(reader, CONTENTS, to) >= 0) {
      readPair(reader, readEnd(reader, to), content)
      const next = this.#shapes.next(node, source, content.keyFrom, content.keyTo)
      if (next === undefined || next.needsCare) return UNUSUAL
      node = next
      this.#writeBytes(next.json)
      this.at = writeJsonText(this.out, this.at, source, content.valueFrom, content.valueTo)
      this.out[this.at++] = QUOTE
      fields++
    }
    return fields
  }

  /**
   * Writes contents whose keys occur twice (the last value wins, at the place of the first, as in the official Python
   * SDK) or are called like metadata (the field wins).
   */
  #writeFieldsCarefully(to: number, plan: SendPlan): void {
    const values = this.#readValues(to)
    let comma = ''
    for (const [name, [valueFrom, valueTo]] of values) {
      this.#writeBytes(Buffer.from(`${comma}${JSON.stringify(name)}:"`))
      this.at = writeJsonText(this.out, this.at, this.#reader.bytes, valueFrom, valueTo)
      this.out[this.at++] = QUOTE
      comma = ','
    }
    const rest = membersOf([...plan.metadata()].filter(([name]) => !values.has(name)))
    this.#writeBytes(Buffer.from(`${rest && `,${rest}`}}}\n`))
  }

  /** Returns where the last value of each key lies. */
  #readValues(to: number): ReadonlyMap<string, readonly [number, number]> {
    const values = new Map<string, readonly [number, number]>()
    const reader = this.#reader
    const content = this.#content
    while (nextField(reader, CONTENTS, to) >= 0) {
      readPair(reader, readEnd(reader, to), content)
      const name = decodeText(reader.bytes.subarray(content.keyFrom, content.keyTo))
      values.set(name, [content.valueFrom, content.valueTo])
    }
    return values
  }

  /** Byte by byte: for the few dozen bytes of a key this beats a call of `set`. */
  #writeBytes(bytes: Uint8Array): void {
    const out = this.out
    let at = this.at
    for (let i = 0; i < bytes.length; i++) out[at++] = bytes[i] ?? 0
    this.at = at
  }
}

function overheadOf({ head, tail, tailAlone }: SendPlan): number {
  return TIME_BYTES + head.length + tail.length + tailAlone.length
}
