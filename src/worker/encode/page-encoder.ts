/**
 * A page of log groups as bodies of HEC events: one pass over the protobuf bytes, written straight into the buffers
 * that are sent. No object and no string is made for a log unless its keys are unusual.
 */

import { BYTES, FIXED32, type Reader, readEnd, readVarint, skipField, VARINT } from '../../sls/protobuf.ts'
import type { Outline } from './check.ts'
import { readGroupHeader } from './group.ts'
import { escapedSize, WORST_GROWTH, writeJsonText } from './json-text.ts'
import { type GroupPlan, membersOf, type Planner } from './plan.ts'
import { createShapes, decodeText, type ShapeNode, type Shapes } from './shape.ts'
import type { SendPlan, Vector } from './vector.ts'

/** Some events, ready to be sent; the bytes live in the buffer that was handed in, or in memory of their own. */
export interface Body {
  readonly bytes: Uint8Array
  /** Where each event begins in `bytes`; as many as there are events. */
  readonly offsets: readonly number[]
  /** Which of the page's logs each event is, counting those that are not dropped, from 0. */
  readonly numbers: readonly number[]
  /** What of the page this body stands for, as Log Service counts it; dropped logs in between are not counted. */
  readonly rawBytes: number
}

export interface PageEncoder {
  /**
   * The next body, written into `buffer`, at most as long as it; an event that is longer comes alone in memory of its
   * own. Undefined at the end of the page. Throws `CorruptPage` where `checkPage` would have.
   */
  next(buffer: Uint8Array): Body | undefined
  /** Logs that routes have dropped so far. */
  droppedEvents(): number
  /** Their bytes, as Log Service counts them. */
  droppedBytes(): number
}

/** Leaves logs out. */
export interface Select {
  /** Whether every log is wanted for now: then none is asked about, and usual ones are encoded in runs. */
  all(): boolean
  /** Whether log `number` of the page, which asks for `index`, is wanted. */
  wants(number: number, index: string): boolean
}

/** `outline`: what `check` has seen of the page; without it the encoder looks for itself. */
export type Encode = (page: Uint8Array, select?: Select, outline?: Outline) => PageEncoder

/** `{"time":4294967295.123456789,` and the braces and line end around an event. */
const TIME_BYTES = 40

const LOG_TIME = 1
const LOG_CONTENTS = 2
const LOG_TIME_NS = 4
const CONTENTS_TAG = (LOG_CONTENTS << 3) | BYTES
const KEY_TAG = (1 << 3) | BYTES
const VALUE_TAG = (2 << 3) | BYTES
const LOG_TAG = (1 << 3) | BYTES

/** With `vector` usual logs are encoded by it; the bytes are the same. */
export function createEncode(planner: Planner, vector?: Vector): Encode {
  const shapes = createShapes()
  return (page, select, outline) => new EncodingPage(page, { planner, shapes, select, vector, outline })
}

/** A log that is to be sent: where its field begins in its group, where it ends, what surrounds it. */
interface LogPlace {
  readonly start: number
  readonly end: number
  readonly plan: SendPlan
}

interface EncodingParts {
  readonly planner: Planner
  readonly shapes: Shapes
  readonly select: Select | undefined
  readonly vector: Vector | undefined
  readonly outline: Outline | undefined
}

/** Where a log is unusual, the next ones are likely to be so, too: they are not offered to the vector encoder. */
const UNUSUAL_LOGS = 16

/** The state of one page being encoded: a class, because its loops run once for each byte. */
class EncodingPage implements PageEncoder {
  readonly #page: Uint8Array
  readonly #planner: Planner
  readonly #shapes: Shapes
  readonly #reader: Reader
  readonly #select: Select | undefined
  readonly #vector: Vector | undefined
  readonly #outline: Outline | undefined
  /** Logs that are not to be offered to it. */
  #unusual = 0
  #groupEnd = 0
  /** Of the next log that is not dropped. */
  #number = 0
  #plan: GroupPlan = { kind: 'drop' }
  #droppedEvents = 0
  #droppedBytes = 0
  /** Of logs that were not selected. */
  #passedBytes = 0

  #out: Uint8Array
  #at = 0

  #contentKey = 0
  #contentKeyEnd = 0
  #contentValue = 0
  #contentValueEnd = 0
  #seconds = -1
  #nanoseconds = 0

  constructor(page: Uint8Array, { planner, shapes, select, vector, outline }: EncodingParts) {
    this.#page = page
    this.#select = select
    this.#vector = vector
    this.#outline = outline
    this.#planner = planner
    this.#shapes = shapes
    this.#reader = { bytes: page, position: 0 }
    this.#out = page
  }

  droppedEvents(): number {
    return this.#droppedEvents
  }

  droppedBytes(): number {
    return this.#droppedBytes
  }

  next(buffer: Uint8Array): Body | undefined {
    const rawFrom = this.#reader.position
    const leftOutBefore = this.#droppedBytes + this.#passedBytes
    const offsets: number[] = []
    const numbers: number[] = []
    this.#out = buffer
    this.#at = 0
    this.#unusual = 0
    while (this.#findLog()) {
      if (this.#encodeRun(offsets, numbers)) continue
      const log = this.#takeLog()
      if (log === undefined) continue
      const { start, end, plan } = log
      if (!this.#makeRoom(this.#reader.position, end, plan)) {
        if (offsets.length > 0) {
          // Back to the log, not further: its group has been opened already.
          this.#reader.position = start
          this.#number--
          break
        }
        this.#out = new Uint8Array(sizeOf(this.#page, this.#reader.position, end, plan))
      }
      offsets.push(this.#at)
      numbers.push(this.#number - 1)
      this.#writeEvent(this.#reader.position, end, plan)
      this.#reader.position = end
      if (this.#out !== buffer) break
    }
    if (offsets.length === 0) return undefined
    const leftOut = this.#droppedBytes + this.#passedBytes - leftOutBefore
    const rawBytes = this.#reader.position - rawFrom - leftOut
    return { bytes: this.#out.subarray(0, this.#at), offsets, numbers, rawBytes }
  }

  /** Moves to the beginning of the next log, over group borders and what is no log; false at the end of the page. */
  #findLog(): boolean {
    const reader = this.#reader
    for (;;) {
      if (reader.position >= this.#groupEnd) {
        if (reader.position >= this.#page.length) return false
        this.#openGroup()
        continue
      }
      const start = reader.position
      const tag = readVarint(reader, this.#groupEnd)
      if (tag === LOG_TAG) {
        reader.position = start
        return true
      }
      skipField(reader, tag & 7, this.#groupEnd)
    }
  }

  /** As many of the next logs as the vector encoder takes; false when there are none. */
  #encodeRun(offsets: number[], numbers: number[]): boolean {
    if (!this.#vector || this.#plan.kind === 'drop' || this.#select?.all() === false) return false
    if (this.#unusual > 0) {
      this.#unusual--
      return false
    }
    const at = this.#at
    const target = { plan: this.#plan, out: this.#out, at }
    const run = this.#vector.encode(this.#page, this.#reader.position, this.#groupEnd, target)
    for (let i = 0; i < run.events; i++) {
      offsets.push(at + (run.offsets[i] ?? 0))
      numbers.push(this.#number++)
    }
    this.#reader.position = run.position
    this.#at = run.at
    if (run.events === 0) this.#unusual = UNUSUAL_LOGS
    return run.events > 0
  }

  /** Enters the log that begins here; undefined when it is not to be sent, and passed. */
  #takeLog(): LogPlace | undefined {
    const reader = this.#reader
    const start = reader.position
    readVarint(reader, this.#groupEnd)
    const end = readEnd(reader, this.#groupEnd)
    const plan = this.#plan
    if (plan.kind === 'send') {
      const number = this.#number++
      if (this.#select === undefined || this.#select.wants(number, plan.index)) return { start, end, plan }
      this.#passedBytes += end - reader.position
    } else {
      this.#droppedEvents++
      this.#droppedBytes += end - reader.position
    }
    reader.position = end
    return undefined
  }

  #openGroup(): void {
    const reader = this.#reader
    const tag = readVarint(reader, this.#page.length)
    if (tag !== LOG_TAG) {
      skipField(reader, tag & 7, this.#page.length)
      return
    }
    this.#groupEnd = readEnd(reader, this.#page.length)
    this.#plan = this.#planner(readGroupHeader(this.#page, this.#logsEnd(), this.#groupEnd))
  }

  /** Where something else begins behind the logs at the front of the group: mostly its topic, source and tags. */
  #logsEnd(): number {
    const start = this.#reader.position
    let end = this.#outline?.get(start) ?? start
    let before = -1
    while (this.#vector && end > before) {
      before = end
      end = this.#vector.skip(this.#page, end, this.#groupEnd)
    }
    return end
  }

  /** Whether the log fits behind what is written, first by a bound that costs nothing, then by a closer one. */
  #makeRoom(from: number, to: number, plan: SendPlan): boolean {
    const room = this.#out.length - this.#at - overheadOf(plan)
    return (
      (to - from) * WORST_GROWTH <= room || sizeOf(this.#page, from, to, plan) <= this.#out.length - this.#at
    )
  }

  #writeEvent(from: number, to: number, plan: SendPlan): void {
    this.#readTime(from, to)
    this.#writeTime()
    this.#writeBytes(plan.head)
    const start = this.#at
    const fields = this.#writeFields(from, to)
    if (fields === UNUSUAL) {
      this.#at = start
      this.#writeFieldsCarefully(from, to, plan)
    } else {
      this.#writeBytes(fields > 0 ? plan.tail : plan.tailAlone)
    }
  }

  /** Writes the contents in their order; answers how many, or `UNUSUAL` when a key needs care. */
  #writeFields(from: number, to: number): number {
    const source = this.#page
    const reader = this.#reader
    let node: ShapeNode = this.#shapes.root()
    let fields = 0
    reader.position = from
    while (reader.position < to) {
      const tag = readVarint(reader, to)
      if (tag !== CONTENTS_TAG) {
        skipField(reader, tag & 7, to)
        continue
      }
      this.#readContent(readEnd(reader, to))
      const next = this.#shapes.next(node, source, this.#contentKey, this.#contentKeyEnd)
      if (next === undefined || next.needsCare) return UNUSUAL
      node = next
      this.#writeBytes(next.json)
      this.#at = writeJsonText(this.#out, this.#at, source, this.#contentValue, this.#contentValueEnd)
      this.#out[this.#at++] = 0x22
      fields++
    }
    return fields
  }

  /** Reads the key and value of a content that ends at `end`; the position ends up there. */
  #readContent(end: number): void {
    const reader = this.#reader
    this.#contentKey = this.#contentKeyEnd = this.#contentValue = this.#contentValueEnd = end
    while (reader.position < end) {
      const tag = readVarint(reader, end)
      if (tag !== KEY_TAG && tag !== VALUE_TAG) {
        skipField(reader, tag & 7, end)
        continue
      }
      const to = readEnd(reader, end)
      if (tag === KEY_TAG) {
        this.#contentKey = reader.position
        this.#contentKeyEnd = to
      } else {
        this.#contentValue = reader.position
        this.#contentValueEnd = to
      }
      reader.position = to
    }
  }

  /**
   * The way for keys that occur twice (the last value wins, at the place of the first, as in the official Python SDK)
   * or that are called like metadata (the field wins).
   */
  #writeFieldsCarefully(from: number, to: number, plan: SendPlan): void {
    const values = new Map<string, readonly [number, number]>()
    const reader = this.#reader
    reader.position = from
    while (reader.position < to) {
      const tag = readVarint(reader, to)
      if (tag !== CONTENTS_TAG) {
        skipField(reader, tag & 7, to)
        continue
      }
      this.#readContent(readEnd(reader, to))
      const name = decodeText(this.#page.subarray(this.#contentKey, this.#contentKeyEnd))
      values.set(name, [this.#contentValue, this.#contentValueEnd])
    }
    let comma = ''
    for (const [name, [valueFrom, valueTo]] of values) {
      this.#writeBytes(Buffer.from(`${comma}${JSON.stringify(name)}:"`))
      this.#at = writeJsonText(this.#out, this.#at, this.#page, valueFrom, valueTo)
      this.#out[this.#at++] = 0x22
      comma = ','
    }
    const rest = membersOf([...plan.metadata()].filter(([name]) => !values.has(name)))
    this.#writeBytes(Buffer.from(`${rest && `,${rest}`}}}\n`))
  }

  /** Time and Time_ns may stand anywhere in the log, so they are looked for before anything is written. */
  #readTime(from: number, to: number): void {
    const reader = this.#reader
    this.#seconds = -1
    this.#nanoseconds = 0
    reader.position = from
    while (reader.position < to) {
      const tag = readVarint(reader, to)
      if (tag === ((LOG_TIME << 3) | VARINT)) {
        // A uint32: of what is longer the low 32 bits count.
        this.#seconds = readVarint(reader, to) >>> 0
      } else if (tag === ((LOG_TIME_NS << 3) | FIXED32)) {
        skipField(reader, FIXED32, to)
        this.#nanoseconds = readFixed32(this.#page, reader.position - 4)
      } else {
        skipField(reader, tag & 7, to)
      }
    }
    reader.position = from
  }

  /** `{"time":1672628645.123456789,`; a log without a time (SLS requires one) leaves it to Splunk's clock. */
  #writeTime(): void {
    this.#out[this.#at++] = 0x7b
    if (this.#seconds < 0) return
    this.#writeBytes(TIME_KEY)
    this.#writeNumber(this.#seconds, digitsOf(this.#seconds))
    if (this.#nanoseconds > 0 && this.#nanoseconds < 1e9) {
      this.#out[this.#at++] = 0x2e
      this.#writeNumber(this.#nanoseconds, 9)
    }
    this.#out[this.#at++] = 0x2c
  }

  #writeNumber(value: number, digits: number): void {
    let rest = value
    for (let i = this.#at + digits - 1; i >= this.#at; i--) {
      const tens = Math.floor(rest / 10)
      this.#out[i] = 0x30 + (rest - tens * 10)
      rest = tens
    }
    this.#at += digits
  }

  /** Byte by byte: for the few dozen bytes of a key this beats a call of `set`. */
  #writeBytes(bytes: Uint8Array): void {
    const out = this.#out
    let at = this.#at
    for (let i = 0; i < bytes.length; i++) out[at++] = bytes[i] ?? 0
    this.#at = at
  }
}

const UNUSUAL = -1
const TIME_KEY = new Uint8Array(Buffer.from('"time":'))

function digitsOf(value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  return digits
}

function readFixed32(bytes: Uint8Array, at: number): number {
  const byte = (i: number) => bytes[at + i] ?? 0
  return byte(0) + byte(1) * 0x100 + byte(2) * 0x10000 + byte(3) * 0x1000000
}

function overheadOf({ head, tail, tailAlone }: SendPlan): number {
  return TIME_BYTES + head.length + tail.length + tailAlone.length
}

/** An upper bound of an event's length. A content's tag, a control character, counts as six: so many take `"":"",`. */
function sizeOf(page: Uint8Array, from: number, to: number, plan: SendPlan): number {
  return escapedSize(page, from, to) + overheadOf(plan)
}
