/** A content of a log: a key and a value, read in place. */

import { readVarint, varintEnd } from './varint'

const CONTENT_TAG: u32 = 0x12
const KEY_TAG: u32 = 0x0a
const VALUE_TAG: u32 = 0x12
/** Longer keys are left to TypeScript. */
const MAX_KEY_BYTES: u32 = 127

/** Where the parts of the content are that was read last. */
export let key: usize = 0
export let keyBytes: u32 = 0
export let value: usize = 0
export let end: usize = 0

/**
 * Whether a content begins at `at`, ends by `to`, and is made as Log Service makes it: a key of usual length and a value,
 * and nothing else.
 */
export function readContent(at: usize, to: usize): bool {
  // Its tag, its length, the key's tag, the key's length: in a byte each where it is shorter than 128 bytes.
  const start: u32 = load<u32>(at)
  if ((start & 0x80ff80ff) != SHORT_START) return readLongContent(at, to)
  key = at + 4
  keyBytes = start >> 24
  value = key + keyBytes + 2
  end = at + 2 + ((start >> 8) & 0xff)
  // The value reaches exactly to the end; when that lies before it, no two bytes are equal to this.
  return <u32>load<u16>(value - 2) == (VALUE_TAG | ((<u32>(end - value)) << 8)) && end <= to
}

const SHORT_START: u32 = CONTENT_TAG | (KEY_TAG << 16)

function readLongContent(at: usize, to: usize): bool {
  if (load<u8>(at) != CONTENT_TAG) return false
  const bytes: usize = readVarint(at + 1)
  const start = varintEnd()
  if (start == 0 || start > to || bytes > to - start || load<u8>(start) != KEY_TAG) return false
  end = start + bytes
  key = start + 2
  keyBytes = load<u8>(start, 1)
  if (keyBytes > MAX_KEY_BYTES || key + keyBytes >= end) return false
  return load<u8>(key + keyBytes) == VALUE_TAG && readValueStart(key + keyBytes + 1)
}

function readValueStart(at: usize): bool {
  const bytes: usize = readVarint(at)
  value = varintEnd()
  return value != 0 && value <= end && bytes == end - value
}
