/** `{"time":1672628645.123456789,`: how an event begins. */

import { copy } from './bytes'

const COMMA: u32 = 0x2c
const POINT: u32 = 0x2e

/** `{"time":` and seconds, as they were written last: logs that follow each other mostly have the same. */
const text: usize = memory.data(32, 16)
let textEnd: usize = 0
let textSeconds: u32 = 0

/** At most 29 bytes, and up to fifteen more that mean nothing. */
export function writeTime(out: usize, seconds: u32, nanoseconds: u32): usize {
  if (textEnd == 0 || seconds != textSeconds) remember(seconds)
  let o = copy(out, text, textEnd)
  if (nanoseconds > 0 && nanoseconds < 1_000_000_000) {
    store<u8>(o, POINT)
    o = writeNumber(o + 1, nanoseconds, 9)
  }
  store<u8>(o, COMMA)
  return o + 1
}

function remember(seconds: u32): void {
  store<u8>(text, 0x7b)
  // `"time":` from the right: the machine is little-endian.
  store<u64>(text, 0x3a22656d697422, 1)
  textEnd = writeNumber(text + 8, seconds, digitsOf(seconds))
  textSeconds = seconds
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
