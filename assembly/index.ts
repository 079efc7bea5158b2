/**
 * The inner loop of the encoder: logs of a group from protobuf to HEC events, in WebAssembly with vectors of sixteen
 * bytes. It does what is common and stops before what is not; src/worker/encode/page-encoder.ts, which decides what
 * an event looks like, then takes the next log. Memory is laid out by src/worker/encode/vector.ts.
 */

import {
  count,
  forget,
  isAsBefore,
  isNew,
  keepStart,
  keyTo,
  keyFrom,
  nanoseconds,
  readLog,
  readVarint,
  remember,
  seconds,
  startFromBefore,
  startToBefore,
  valueTo,
  valueFrom,
  varintEnd,
} from './fields'
import { isWellFormed, writeText } from './text'

const LOG_TAG: u32 = 0x0a
/** As in page-encoder.ts. */
const TIME_BYTES: u32 = 40
const WORST_GROWTH: u64 = 6
/** Each new key is compared with those before it. */
const MAX_COMPARED: u32 = 100
/** A tag and a length are never longer: a log that begins closer to the end may be cut. */
const MAX_START_BYTES: u32 = 16

const QUOTE: u32 = 0x22
const COMMA: u32 = 0x2c
/** `"time":` in two pieces, from the right: the machine is little-endian. */
const TIME_KEY: u64 = 0x3a22656d697422

let head: usize = 0
let headEnd: usize = 0
let tail: usize = 0
let tailEnd: usize = 0
let alone: usize = 0
let aloneEnd: usize = 0

/** Where the run stopped: at the beginning of a field of the group. */
export let position: usize = 0
/** Behind what was written. */
export let written: usize = 0

/** Head, tail and lonely tail of the group's events lie one behind the other. */
export function setPlan(at: usize, headBytes: u32, tailBytes: u32, aloneBytes: u32): void {
  head = at
  headEnd = head + headBytes
  tail = headEnd
  tailEnd = tail + tailBytes
  alone = tailEnd
  aloneEnd = alone + aloneBytes
}

/** The first static byte that is free. */
export function freeFrom(): usize {
  return __heap_base
}

/**
 * Writes events of the logs in `[from, to)`, which is a group or the front of one, to `[out, outEnd)` and where each
 * begins, counted from `out`, to `offsets`. Answers how many. Stops before a log that may not fit, that `to` cuts, or
 * that is unusual.
 */
export function encode(
  from: usize,
  to: usize,
  out: usize,
  outEnd: usize,
  offsets: usize,
  maxEvents: u32,
): u32 {
  const overhead = <u64>TIME_BYTES + (aloneEnd - head)
  let events: u32 = 0
  position = from
  written = out
  forget()
  while (events < maxEvents && nextLog(to)) {
    const log = varintEnd()
    const end = logEnd
    if (<u64>(end - log) * WORST_GROWTH + overhead > <u64>(outEnd - written)) break
    if (!readLog(log, end)) break
    const eventEnd = writeEvent(written)
    if (eventEnd == 0) break
    store<u32>(offsets + (events << 2), <u32>(written - out))
    events++
    written = eventEnd
    position = end
    remember()
  }
  return events
}

let logEnd: usize = 0

/** Moves to the next log; false when there is none that is whole. */
function nextLog(to: usize): bool {
  if (position + MAX_START_BYTES > to || load<u8>(position) != LOG_TAG) return false
  const length: usize = readVarint(position + 1)
  const log = varintEnd()
  logEnd = log + length
  return log != 0 && length <= to - log
}

/** Answers the position behind it, 0 when a key needs care. */
function writeEvent(out: usize): usize {
  let o = copy(writeTime(out), head, headEnd)
  let isAllAsBefore = true
  for (let index: u32 = 0; index < count; index++) {
    isAllAsBefore = isAllAsBefore && isAsBefore(index)
    if (!isAllAsBefore && needsCare(index)) return 0
    const start = o
    o = isAllAsBefore ? copy(o, startFromBefore(index), startToBefore(index)) : writeStart(o, index)
    keepStart(index, start, o)
    o = writeText(o, valueFrom(index), valueTo(index))
    store<u8>(o++, QUOTE)
  }
  return count > 0 ? copy(o, tail, tailEnd) : copy(o, alone, aloneEnd)
}

/** `,"key":"`, the first one without a comma. */
function writeStart(out: usize, index: u32): usize {
  let o = out
  if (index > 0) store<u8>(o++, COMMA)
  store<u8>(o, QUOTE)
  o = writeText(o + 1, keyFrom(index), keyTo(index))
  // `":"`
  store<u32>(o, 0x223a22)
  return o + 3
}

/** It occurs twice, could be called like metadata, or two such keys could be one name. */
function needsCare(index: u32): bool {
  const from = keyFrom(index)
  const to = keyTo(index)
  const isMetadata = to - from >= 2 && load<u16>(from) == 0x5f5f
  return isMetadata || index > MAX_COMPARED || !isNew(index) || !isWellFormed(from, to)
}

/** `{"time":1672628645.123456789,`, or the brace alone. */
function writeTime(out: usize): usize {
  store<u8>(out, 0x7b)
  if (seconds < 0) return out + 1
  store<u64>(out + 1, TIME_KEY)
  let o = writeNumber(out + 8, <u32>seconds, digitsOf(<u32>seconds))
  if (nanoseconds > 0 && nanoseconds < 1_000_000_000) {
    store<u8>(o, 0x2e)
    o = writeNumber(o + 1, nanoseconds, 9)
  }
  store<u8>(o, COMMA)
  return o + 1
}

function writeNumber(out: usize, value: u32, digits: u32): usize {
  let rest = value
  for (let i = digits; i > 0; i--) {
    store<u8>(out + i - 1, 0x30 + (rest % 10))
    rest /= 10
  }
  return out + digits
}

function digitsOf(value: u32): u32 {
  let digits: u32 = 1
  for (let rest = value / 10; rest > 0; rest /= 10) digits++
  return digits
}

/** Sixteen bytes at a time, up to fifteen too many. */
function copy(out: usize, from: usize, to: usize): usize {
  const length = to - from
  for (let done: usize = 0; done < length; done += 16) v128.store(out + done, v128.load(from + done))
  return out + length
}

/**
 * Steps over logs in `[from, to)` that are whole and usual, each part within what encloses it. Answers where it stopped.
 */
export function check(from: usize, to: usize): usize {
  position = from
  while (nextLog(to)) {
    if (!readLog(varintEnd(), logEnd)) break
    position = logEnd
  }
  return position
}

/** Steps over logs in `[from, to)` that are whole, whatever is in them. Answers where it stopped. */
export function skip(from: usize, to: usize): usize {
  position = from
  while (nextLog(to)) position = logEnd
  return position
}
