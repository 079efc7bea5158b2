/** The time of a log, as the first member of its event. */

import { FIXED32, type Reader, readVarint, skipField, VARINT } from '../../sls/protobuf.ts'

/** A caller makes one and has it filled again and again. */
export interface LogTime {
  /** Unix seconds; negative when the log has no time, which Log Service requires. */
  seconds: number
  /** 0 when the log has none. */
  nanoseconds: number
}

/** `"time":4294967295.123456789,` and what surrounds an event: braces and a line end. */
export const TIME_BYTES = 40

const TIME = (1 << 3) | VARINT
const TIME_NS = (4 << 3) | FIXED32
const KEY = new Uint8Array(Buffer.from('"time":'))
const COMMA = 0x2c
const POINT = 0x2e
const ZERO = 0x30

/** Reads Time and Time_ns, which may stand anywhere in the log up to `to`, into `time`. Throws `CorruptPage`. */
export function readTime(reader: Reader, to: number, time: LogTime): void {
  time.seconds = -1
  time.nanoseconds = 0
  while (reader.position < to) {
    const tag = readVarint(reader, to)
    if (tag === TIME) {
      // A uint32: of what is longer the low 32 bits count.
      time.seconds = readVarint(reader, to) >>> 0
    } else {
      skipField(reader, tag & 7, to)
      if (tag === TIME_NS) time.nanoseconds = fixed32(reader.bytes, reader.position - 4)
    }
  }
}

/**
 * Writes `"time":1672628645.123456789,` into `out` at `at` and returns the position behind it. A log without a time
 * leaves it to Splunk's clock: then nothing is written.
 */
export function writeTime(out: Uint8Array, at: number, { seconds, nanoseconds }: LogTime): number {
  if (seconds < 0) return at
  for (let i = 0; i < KEY.length; i++) out[at + i] = KEY[i] ?? 0
  let o = writeNumber(out, at + KEY.length, seconds, digitsOf(seconds))
  if (nanoseconds > 0 && nanoseconds < 1e9) {
    out[o] = POINT
    o = writeNumber(out, o + 1, nanoseconds, 9)
  }
  out[o] = COMMA
  return o + 1
}

function writeNumber(out: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value
  for (let i = at + digits - 1; i >= at; i--) {
    const tens = Math.floor(rest / 10)
    out[i] = ZERO + (rest - tens * 10)
    rest = tens
  }
  return at + digits
}

function digitsOf(value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  return digits
}

function fixed32(bytes: Uint8Array, at: number): number {
  const byte = (i: number) => bytes[at + i] ?? 0
  return byte(0) + byte(1) * 0x100 + byte(2) * 0x10000 + byte(3) * 0x1000000
}
