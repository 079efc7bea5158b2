/**
 * Decompresses LZ4 blocks, as https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md describes them: sequences of
 * literals and of a copy of what was written before. Where nothing is certain of the bytes, nothing is trusted: lengths
 * and distances are compared with what there is before anything is copied.
 */

import { copy } from './bytes'

const MIN_MATCH: usize = 4
/** This or more: bytes follow that are added to it. */
const LONG: u32 = 15
const VECTOR_BYTES: usize = 16

/**
 * Writes what the block `[from, to)` stands for to `[out, outEnd)` and answers where it ends; 0 when it is no block, or one
 * of more. The block may lie behind `out` in the same memory: src/worker/read/page-memory.ts says how far. Up to 32 bytes
 * beyond both are read and written, and mean nothing.
 */
export function decompress(from: usize, to: usize, out: usize, outEnd: usize): usize {
  let i = from
  let o = out
  while (i < to) {
    const token: u32 = load<u8>(i)
    const literals = readLength(i + 1, to, token >> 4)
    i = lengthEnd
    if (i == 0 || literals > to - i || literals > outEnd - o) return 0
    o = copy(o, i, i + literals)
    i += literals
    // Only the last sequence has no match.
    if (i == to) return o
    const distance: usize = load<u16>(i)
    const match = MIN_MATCH + readLength(i + 2, to, token & LONG)
    i = lengthEnd
    if (i == 0 || distance == 0 || distance > o - out || match > outEnd - o) return 0
    o = copyMatch(o, distance, match)
  }
  return 0
}

/** Behind the length that was read last; 0 when it is cut. */
let lengthEnd: usize = 0

/** `short` and the bytes from `at` on. What exceeds 32 bits is no block of ours: then any number will do, for all are checked. */
function readLength(at: usize, to: usize, short: u32): usize {
  let length: usize = short
  let i = at
  if (short == LONG) {
    let byte: u32 = 255
    while (byte == 255 && i < to) {
      byte = load<u8>(i++)
      length += byte
    }
    if (byte == 255) i = 0
  }
  lengthEnd = i > to ? 0 : i
  return length
}

/** What was written `distance` bytes before, again and again where that is less than `length`. */
function copyMatch(out: usize, distance: usize, length: usize): usize {
  const end = out + length
  if (distance >= VECTOR_BYTES) {
    for (let o = out; o < end; o += VECTOR_BYTES) v128.store(o, v128.load(o - distance))
    return end
  }
  for (let k: usize = 0; k < VECTOR_BYTES; k++) store<u8>(out + k, load<u8>(out + k - distance))
  const pattern = v128.load(out)
  const step = VECTOR_BYTES - (VECTOR_BYTES % distance)
  for (let o = out + step; o < end; o += step) v128.store(o, pattern)
  return end
}
