/** Bytes, sixteen at a time: up to fifteen too many are read and written, and mean nothing. */

/** Copies `[from, to)` to `out` and answers the position behind it. */
export function copy(out: usize, from: usize, to: usize): usize {
  const length = to - from
  for (let done: usize = 0; done < length; done += 16) v128.store(out + done, v128.load(from + done))
  return out + length
}

export function isSame(one: usize, other: usize, length: u32): bool {
  let left = <i32>length
  for (let done: usize = 0; left > 0; done += 16, left -= 16) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(one + done), v128.load(other + done)))
    const wanted = left >= 16 ? 0xffff : (1 << left) - 1
    if ((~same & wanted) != 0) return false
  }
  return true
}
