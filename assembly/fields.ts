/**
 * The contents of a log, as positions: each key and value is read once. What is not as Log Service writes it is left to
 * the encoder in TypeScript, which knows all that protobuf allows.
 */

/** A log with more is left to TypeScript. */
export const MAX_CONTENTS: u32 = 512
/** Where the key and the value are, and what an event has in front of the value. */
const ENTRY_BYTES: u32 = 24
const TABLE_BYTES: u32 = MAX_CONTENTS * ENTRY_BYTES

/** Two tables: of this log, and of the one before, whose keys are mostly the same. */
const tables: usize = memory.data(512 * 24 * 2, 16)
let current: usize = tables
let previous: usize = tables + TABLE_BYTES
let previousCount: u32 = 0

/** What was read of the log last. */
export let count: u32 = 0
/** -1: the log has none. */
export let seconds: i64 = -1
export let nanoseconds: u32 = 0

/** Behind the varint that was read last. */
let behind: usize = 0

export function keyFrom(index: u32): usize {
  return load<u32>(current + index * ENTRY_BYTES)
}

export function keyTo(index: u32): usize {
  return load<u32>(current + index * ENTRY_BYTES, 4)
}

export function valueFrom(index: u32): usize {
  return load<u32>(current + index * ENTRY_BYTES, 8)
}

export function valueTo(index: u32): usize {
  return load<u32>(current + index * ENTRY_BYTES, 12)
}

/** Its event has `[from, to)` in front of the value. */
export function keepStart(index: u32, from: usize, to: usize): void {
  const entry = current + index * ENTRY_BYTES
  store<u32>(entry, <u32>from, 16)
  store<u32>(entry, <u32>to, 20)
}

/** Where the event before has that of the same index. */
export function startFromBefore(index: u32): usize {
  return load<u32>(previous + index * ENTRY_BYTES, 16)
}

export function startToBefore(index: u32): usize {
  return load<u32>(previous + index * ENTRY_BYTES, 20)
}

/** The memory of the log before is not what it was. */
export function forget(): void {
  previousCount = 0
}

/** The log becomes the one before; call it when its keys are known to differ from each other. */
export function remember(): void {
  const table = current
  current = previous
  previous = table
  previousCount = count
}

/** `varintEnd` is where it ends, 0 when it has more than 32 bits. */
export function readVarint(at: usize): u32 {
  let value: u32 = 0
  for (let shift: u32 = 0; shift < 28; shift += 7) {
    const byte: u32 = load<u8>(at++)
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      behind = at
      return value
    }
  }
  const last: u32 = load<u8>(at++)
  behind = last < 0x10 ? at : 0
  return value | (last << 28)
}

export function varintEnd(): usize {
  return behind
}

/** False: left to TypeScript, because it is unusual or because a length leads out of what encloses it. */
export function readLog(from: usize, to: usize): bool {
  count = 0
  seconds = -1
  nanoseconds = 0
  let at = from
  while (at < to) {
    const tag: u32 = load<u8>(at++)
    if (tag == 0x12) {
      if (count == MAX_CONTENTS || !enter(at, to) || !readContent(behind, inside)) return false
      at = inside
      count++
    } else if (tag == 0x08) {
      seconds = readVarint(at)
      at = behind
      if (at == 0 || at > to) return false
    } else if (tag == 0x25) {
      if (to - at < 4) return false
      nanoseconds = load<u32>(at)
      at += 4
    } else {
      return false
    }
  }
  return true
}

/** Where the bytes that were entered end. */
let inside: usize = 0

/** Reads the length at `at`: its bytes are `[behind, inside)`. False when they do not end by `to`. */
function enter(at: usize, to: usize): bool {
  const length: usize = readVarint(at)
  inside = behind + length
  return behind != 0 && behind <= to && length <= to - behind
}

function readContent(from: usize, to: usize): bool {
  const entry = current + count * ENTRY_BYTES
  let key = to
  let keyEnd = to
  let value = to
  let valueEnd = to
  let at = from
  while (at < to) {
    const tag: u32 = load<u8>(at)
    if ((tag != 0x0a && tag != 0x12) || !enter(at + 1, to)) return false
    at = inside
    if (tag == 0x0a) {
      key = behind
      keyEnd = at
    } else {
      value = behind
      valueEnd = at
    }
  }
  store<u32>(entry, <u32>key)
  store<u32>(entry, <u32>keyEnd, 4)
  store<u32>(entry, <u32>value, 8)
  store<u32>(entry, <u32>valueEnd, 12)
  inside = to
  return true
}

/** Whether the key has the same bytes as the one at its place in the log before. */
export function isAsBefore(index: u32): bool {
  if (index >= previousCount) return false
  const entry = previous + index * ENTRY_BYTES
  return isSame(keyFrom(index), keyTo(index), load<u32>(entry), load<u32>(entry, 4))
}

/** Whether no key before it has the same bytes. */
export function isNew(index: u32): bool {
  const from = keyFrom(index)
  const to = keyTo(index)
  for (let other: u32 = 0; other < index; other++) {
    if (isSame(from, to, keyFrom(other), keyTo(other))) return false
  }
  return true
}

function isSame(from: usize, to: usize, otherFrom: usize, otherTo: usize): bool {
  const length = to - from
  if (otherTo - otherFrom != length) return false
  let done: usize = 0
  for (; done + 16 <= length; done += 16) {
    const differs = v128.xor(v128.load(from + done), v128.load(otherFrom + done))
    if (v128.any_true(differs)) return false
  }
  const rest = length - done
  if (rest == 0) return true
  const same = i8x16.bitmask(i8x16.eq(v128.load(from + done), v128.load(otherFrom + done)))
  return (~same & ((1 << (<i32>rest)) - 1)) == 0
}
