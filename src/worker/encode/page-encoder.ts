/**
 * A page of log groups as bodies of HEC events: one pass over the protobuf bytes, from group to group and log to log,
 * that decides which logs are sent and where a body ends.
 */

import { nextField, type Reader, readEnd, tagOf } from '../../sls/protobuf.ts'
import type { Outline } from './check.ts'
import { EventWriter } from './event-writer.ts'
import { readGroupHeader } from './group.ts'
import type { GroupPlan, Planner } from './plan.ts'
import { createShapes, type Shapes } from './shape.ts'
import type { SendPlan, Vector } from './vector.ts'

/** Some events, ready to be sent; the bytes live in the buffer that was handed in, or in memory of their own. */
export interface Body {
  readonly bytes: Uint8Array
  /** Positions at which events begin in `bytes`; as many as there are events. */
  readonly offsets: readonly number[]
  /** Number of each event's log in the page, counting those that are not dropped, from 0. */
  readonly numbers: readonly number[]
  /** Bytes of the page that this body stands for, as Log Service counts them; dropped logs in between are not counted. */
  readonly rawBytes: number
}

export interface PageEncoder {
  /**
   * Writes the next body into `buffer`, at most as long as that; an event that is longer comes alone in memory of its
   * own. Undefined at the end of the page. Throws `CorruptPage` where `checkPage` would have.
   */
  next(buffer: Uint8Array): Body | undefined
  /** Returns how many logs routes have dropped so far. */
  droppedEvents(): number
  /** Returns their bytes, as Log Service counts them. */
  droppedBytes(): number
}

/** A choice among the logs of a page. */
export interface Select {
  /** True while every log is wanted: then none is asked about, and usual ones are encoded in runs. */
  all(): boolean
  /** True when log `number` of the page, which asks for `index`, is wanted. */
  wants(number: number, index: string): boolean
}

/** Begins to encode a page. `outline`: what `check` has seen of it; without it the encoder looks for itself. */
export type Encode = (page: Uint8Array, select?: Select, outline?: Outline) => PageEncoder

/** Field 1: the groups of a page, the logs of a group. */
const MESSAGE = tagOf(1)

/** Makes the encoder of a shard's pages. `vector` encodes usual logs faster; the bytes are the same without it. */
export function createEncode(planner: Planner, vector?: Vector): Encode {
  const shapes = createShapes()
  return (page, select, outline) => new EncodingPage(page, { planner, shapes, select, vector, outline })
}

/** A log that is to be sent. */
interface LogPlace {
  /** Position at which its field begins in its group. */
  readonly start: number
  readonly from: number
  readonly to: number
  readonly plan: SendPlan
}

interface EncodingParts {
  readonly planner: Planner
  readonly shapes: Shapes
  readonly select: Select | undefined
  readonly vector: Vector | undefined
  readonly outline: Outline | undefined
}

/** Logs behind an unusual one that are likely to be unusual, too: they are not offered to the vector encoder. */
const UNUSUAL_LOGS = 16

/** The state of one page being encoded: a class, because its loops run once for each log. */
class EncodingPage implements PageEncoder {
  readonly #page: Uint8Array
  readonly #planner: Planner
  readonly #reader: Reader
  readonly #writer: EventWriter
  readonly #select: Select | undefined
  readonly #vector: Vector | undefined
  readonly #outline: Outline | undefined
  /** Logs that are not to be offered to the vector encoder. */
  #unusual = 0
  #groupEnd = 0
  #plan: GroupPlan = { kind: 'drop' }
  /** Number of the next log that is not dropped. */
  #number = 0
  #droppedEvents = 0
  #droppedBytes = 0
  /** Bytes of logs that were not selected. */
  #passedBytes = 0
  /** Positions and numbers of the events of the body under way. */
  #offsets: number[] = []
  #numbers: number[] = []

  constructor(page: Uint8Array, { planner, shapes, select, vector, outline }: EncodingParts) {
    this.#page = page
    this.#select = select
    this.#vector = vector
    this.#outline = outline
    this.#planner = planner
    this.#reader = { bytes: page, position: 0 }
    this.#writer = new EventWriter(this.#reader, shapes)
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
    this.#offsets = offsets
    this.#numbers = numbers
    this.#unusual = 0
    this.#writer.begin(buffer)
    for (let start = this.#findLog(); start >= 0; start = this.#findLog()) {
      if (this.#encodeRun(start)) continue
      const log = this.#takeLog(start)
      if (log !== undefined && !this.#addEvent(log)) break
    }
    if (offsets.length === 0) return undefined
    const leftOut = this.#droppedBytes + this.#passedBytes - leftOutBefore
    const rawBytes = this.#reader.position - rawFrom - leftOut
    return { bytes: this.#writer.out.subarray(0, this.#writer.at), offsets, numbers, rawBytes }
  }

  /**
   * Moves behind the tag of the next log, over group borders and what is no log. Returns where the tag begins; -1 at the
   * end of the page.
   */
  #findLog(): number {
    const reader = this.#reader
    for (;;) {
      const start = nextField(reader, MESSAGE, this.#groupEnd)
      if (start >= 0) return start
      if (nextField(reader, MESSAGE, this.#page.length) < 0) return -1
      this.#openGroup()
    }
  }

  /** Encodes as many of the logs from `start` on as the vector encoder takes; false when it takes none. */
  #encodeRun(start: number): boolean {
    if (!this.#vector || this.#plan.kind === 'drop' || this.#select?.all() === false) return false
    if (this.#unusual > 0) {
      this.#unusual--
      return false
    }
    const { out, at } = this.#writer
    const run = this.#vector.encode(this.#page, start, this.#groupEnd, { plan: this.#plan, out, at })
    if (run.events === 0) {
      this.#unusual = UNUSUAL_LOGS
      return false
    }
    for (let i = 0; i < run.events; i++) {
      this.#offsets.push(at + (run.offsets[i] ?? 0))
      this.#numbers.push(this.#number++)
    }
    this.#reader.position = run.position
    this.#writer.at = run.at
    return true
  }

  /** Enters the log whose tag has been read; undefined when it is not to be sent, and passed. */
  #takeLog(start: number): LogPlace | undefined {
    const reader = this.#reader
    const to = readEnd(reader, this.#groupEnd)
    const from = reader.position
    const plan = this.#plan
    if (plan.kind === 'send') {
      const number = this.#number++
      if (this.#select === undefined || this.#select.wants(number, plan.index))
        return { start, from, to, plan }
      this.#passedBytes += to - from
    } else {
      this.#droppedEvents++
      this.#droppedBytes += to - from
    }
    reader.position = to
    return undefined
  }

  /** Adds the log to the body; false when the body ends, in front of the log or behind it. */
  #addEvent({ start, from, to, plan }: LogPlace): boolean {
    const writer = this.#writer
    const fits = writer.hasRoom(from, to, plan)
    if (!fits) {
      if (this.#offsets.length > 0) {
        // Back to the log, not further: its group has been opened already.
        this.#reader.position = start
        this.#number--
        return false
      }
      writer.begin(new Uint8Array(writer.sizeOf(from, to, plan)))
    }
    this.#offsets.push(writer.at)
    this.#numbers.push(this.#number - 1)
    writer.write(from, to, plan)
    this.#reader.position = to
    return fits
  }

  /** Enters the group whose tag has been read. */
  #openGroup(): void {
    this.#groupEnd = readEnd(this.#reader, this.#page.length)
    this.#plan = this.#planner(readGroupHeader(this.#page, this.#logsEnd(), this.#groupEnd))
  }

  /** Returns where something else begins behind the logs at the front of the group: mostly its topic, source and tags. */
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
}
