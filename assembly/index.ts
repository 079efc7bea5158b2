/**
 * A worker's inner loops in WebAssembly, with vectors of sixteen bytes. Logs of a group become HEC events, until one comes
 * that is unusual; src/worker/encode/event-writer.ts, which decides what an event looks like, takes that one. Memory is
 * laid out by src/worker/encode/module.ts.
 */

import { copy } from './bytes'
import { end, key, keyBytes, readContent, value } from './content'
import { firstKey, nextKey, writeKey } from './keys'
import { escapedSize, writeText } from './text'
import { writeTime } from './time'
import { readVarint, varintEnd } from './varint'

export { decompress } from './lz4'

/** Tags as Log Service writes them, each in one byte: a group's log, a log's time and nanoseconds. */
const LOG_TAG: u32 = 0x0a
const TIME_TAG: u32 = 0x08
const NANOSECONDS_TAG: u32 = 0x25
const NANOSECONDS_BYTES: usize = 5

/** As in event-time.ts and json-text.ts. */
const TIME_BYTES: u32 = 40
const WORST_GROWTH: u64 = 6
/** A tag and a length are never longer: a log that begins closer to the end may be cut. */
const MAX_START_BYTES: u32 = 16

const QUOTE: u32 = 0x22

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
  let o = out
  position = from
  while (events < maxEvents && nextLog(to)) {
    const log = varintEnd()
    const room = <u64>(outEnd - o)
    if (<u64>(logEnd - log) * WORST_GROWTH + overhead > room && escapedSize(log, logEnd) + overhead > room)
      break
    const eventEnd = writeEvent(o, log, logEnd)
    if (eventEnd == 0) break
    store<u32>(offsets + (events << 2), <u32>(o - out))
    events++
    o = eventEnd
    position = logEnd
  }
  written = o
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

/**
 * Answers the position behind the event; 0 when the log is not written as Log Service does it: its time, its contents,
 * and its nanoseconds where it has some, in this order. Nanoseconds come last and are needed first: whether the bytes at
 * the end are some is known for certain when the contents have turned out to end before them.
 */
function writeEvent(out: usize, log: usize, logTo: usize): usize {
  if (load<u8>(log) != TIME_TAG) return 0
  const seconds = readVarint(log + 1)
  const contents = varintEnd()
  if (contents == 0 || contents > logTo) return 0
  const nanoseconds = logTo - NANOSECONDS_BYTES
  if (nanoseconds >= contents && load<u8>(nanoseconds) == NANOSECONDS_TAG) {
    const time = writeTime(out, seconds, load<u32>(nanoseconds, 1))
    const eventEnd = writeBehindTime(time, contents, nanoseconds)
    if (eventEnd != 0) return eventEnd
  }
  return writeBehindTime(writeTime(out, seconds, 0), contents, logTo)
}

function writeBehindTime(out: usize, contents: usize, to: usize): usize {
  const o = copy(out, head, headEnd)
  if (contents == to) return copy(o, alone, aloneEnd)
  const fieldsEnd = writeContents(o, contents, to)
  return fieldsEnd == 0 ? 0 : copy(fieldsEnd, tail, tailEnd)
}

/** Writes `"key":"value",…`; answers 0 when `[from, to)` holds anything but contents, or a key needs care. */
function writeContents(out: usize, from: usize, to: usize): usize {
  let o = out
  let at = from
  let node = firstKey()
  while (at < to) {
    if (!readContent(at, to)) return 0
    at = end
    node = nextKey(node, key, keyBytes)
    if (node == 0) return 0
    o = writeText(writeKey(o, node), value, at)
    store<u8>(o++, QUOTE)
  }
  return o
}

/**
 * Steps over logs in `[from, to)` that are whole and usual, each part within what encloses it. Answers where it stopped.
 */
export function check(from: usize, to: usize): usize {
  position = from
  while (nextLog(to)) {
    if (!isWhole(varintEnd(), logEnd)) break
    position = logEnd
  }
  return position
}

function isWhole(from: usize, to: usize): bool {
  let at = from
  while (at < to) {
    if (readContent(at, to)) {
      at = end
    } else if (load<u8>(at) == TIME_TAG) {
      readVarint(at + 1)
      at = varintEnd()
      if (at == 0 || at > to) return false
    } else if (load<u8>(at) == NANOSECONDS_TAG) {
      at += NANOSECONDS_BYTES
      if (at > to) return false
    } else {
      return false
    }
  }
  return true
}

/** Steps over logs in `[from, to)` that are whole, whatever is in them. Answers where it stopped. */
export function skip(from: usize, to: usize): usize {
  position = from
  while (nextLog(to)) position = logEnd
  return position
}
