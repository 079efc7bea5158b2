/**
 * Bytes of a log as the inside of a JSON string, 32 at a time where nothing has to be done to them. The rules are
 * those of src/worker/encode/json-text.ts, byte for byte.
 */

const QUOTE: u32 = 0x22
const BACKSLASH: u32 = 0x5c

/**
 * Writes `[from, to)` at `out`, answers the position behind it. Reads and writes up to 32 bytes beyond both: they mean
 * nothing. Goes in steps of 32 bytes: most values are shorter than that.
 */
export function writeText(out: usize, from: usize, to: usize): usize {
  let i = from
  let o = out
  while (true) {
    const left = to - i
    let special = copyStep(o, i)
    if (left < STEP_BYTES) special &= (1 << (<u32>left)) - 1
    let step = STEP_BYTES
    while (special != 0) {
      const at: usize = ctz(special)
      const byte: u32 = load<u8>(i + at)
      if (byte < 0x80) {
        special &= special - 1
        // What follows moves on by as much as the escape is longer.
        o += writeEscape(o + at, byte) - 1
        copyStep(o + at + 1, i + at + 1)
      } else {
        const end = characterEnd(i + at, to)
        const length = <usize>abs(end) - (i + at)
        if (end > 0 && at + length <= STEP_BYTES) {
          // It stands there already.
          special &= ~(((1 << (<u32>length)) - 1) << (<u32>at))
        } else {
          // The next step begins behind it.
          if (end < 0) o += 3 - length
          store<u32>(end > 0 ? o + at : o + at + length - 3, end > 0 ? load<u32>(i + at) : REPLACEMENT)
          step = at + length
          special = 0
        }
      }
    }
    if (left <= step) return o + left
    i += step
    o += step
  }
}

const STEP_BYTES: usize = 32
/** U+FFFD, from the right: the machine is little-endian. */
const REPLACEMENT: u32 = 0xbdbfef

/** Copies a step and answers, a bit for each, which of its bytes may need care. */
function copyStep(out: usize, from: usize): u32 {
  const low = v128.load(from)
  const high = v128.load(from, 16)
  v128.store(out, low)
  v128.store(out, high, 16)
  return i8x16.bitmask(specialOf(low)) | (i8x16.bitmask(specialOf(high)) << 16)
}

/** No less than `writeText` writes: the same bound as in TypeScript, or bodies would end elsewhere. */
export function escapedSize(from: usize, to: usize): u64 {
  let size: u64 = to - from
  for (let i = from; i < to; i++) {
    const byte: u32 = load<u8>(i)
    if (byte >= 0x80) size += 2
    else if (letterOf(byte) != 0) size += 1
    else if (byte < 0x20) size += 5
  }
  return size
}

/** Control characters and what is no ASCII are both less than a space when bytes have a sign. */
function specialOf(bytes: v128): v128 {
  return v128.or(
    i8x16.lt_s(bytes, i8x16.splat(0x20)),
    v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
  )
}

/** Answers its length. */
function writeEscape(out: usize, byte: u32): usize {
  store<u8>(out, BACKSLASH)
  const letter = letterOf(byte)
  if (letter != 0) {
    store<u8>(out, letter, 1)
    return 2
  }
  store<u32>(out, 0x303075, 1)
  store<u8>(out, hexOf(byte >> 4), 4)
  store<u8>(out, hexOf(byte & 15), 5)
  return 6
}

/** Of the characters that have a short escape; 0 for others. */
function letterOf(byte: u32): u32 {
  if (byte == QUOTE || byte == BACKSLASH) return byte
  if (byte == 0x0a) return 0x6e
  if (byte == 0x09) return 0x74
  if (byte == 0x0d) return 0x72
  if (byte == 0x08) return 0x62
  if (byte == 0x0c) return 0x66
  return 0
}

function hexOf(digit: u32): u32 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit
}

/**
 * Where the character at `i` ends; for a sequence that is none, minus the position behind its longest well-formed part
 * (WHATWG, "maximal subpart").
 */
function characterEnd(i: usize, to: usize): isize {
  const lead: u32 = load<u8>(i)
  const length: usize = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  if (length == 0) return -(<isize>i + 1)
  let low: u32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80
  let high: u32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf
  for (let k: usize = 1; k < length; k++) {
    const next: u32 = i + k < to ? load<u8>(i + k) : 0
    if (next < low || next > high) return -(<isize>(i + k))
    low = 0x80
    high = 0xbf
  }
  return i + length
}

/** Whether every character is well-formed. */
export function isWellFormed(from: usize, to: usize): bool {
  let i = from
  while (i < to) {
    if (load<u8>(i) < 0x80) {
      i++
      continue
    }
    const end = characterEnd(i, to)
    if (end < 0) return false
    i = end
  }
  return true
}
