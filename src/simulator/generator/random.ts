/** Random values that a seed determines (mulberry32). */

export interface Random {
  /** 0 to `below` − 1. */
  readonly int: (below: number) => number
  readonly pick: <T>(list: readonly [T, ...T[]]) => T
  readonly hex: (digits: number) => string
  /** A private IPv4 address. */
  readonly ip: () => string
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    int,
    pick: list => list[int(list.length)] ?? list[0],
    hex: digits => Array.from({ length: digits }, () => int(16).toString(16)).join(''),
    ip: () => `10.${int(256)}.${int(256)}.${1 + int(254)}`,
  }
}
