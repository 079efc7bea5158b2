/** The part of the hash key space, 0 to 2^128 - 1, that a shard takes writes of. The end is exclusive. */
export interface KeyRange {
  readonly begin: bigint
  readonly end: bigint
}

export const wholeRange: KeyRange = { begin: 0n, end: 1n << 128n }

/** As the service writes keys: 32 hexadecimal digits, of which the end of the last range has one too few. */
export function formatKey(key: bigint): string {
  return key === wholeRange.end ? 'f'.repeat(32) : key.toString(16).padStart(32, '0')
}

/** Undefined when it is not 1 to 32 hexadecimal digits. */
export function parseKey(text: string): bigint | undefined {
  return /^[0-9a-fA-F]{1,32}$/.test(text) ? BigInt(`0x${text}`) : undefined
}

export function divide({ begin, end }: KeyRange, parts: number): KeyRange[] {
  const edge = (index: number) => begin + ((end - begin) * BigInt(index)) / BigInt(parts)
  return Array.from({ length: parts }, (_, index) => ({ begin: edge(index), end: edge(index + 1) }))
}

export function covers({ begin, end }: KeyRange, key: bigint): boolean {
  return begin <= key && key < end
}
