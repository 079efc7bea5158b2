/** The body of an answer while it comes in. */

export interface Collector {
  /** Bytes so far, without the headroom. */
  length(): number
  add(chunk: Buffer): void
  /** Returns the headroom and all bytes behind it. */
  finish(): Buffer
}

/** Copies chunks straight to where they belong when the length is announced; joins them at the end when not. */
export function createCollector(headroom: number, announced: string | undefined): Collector {
  const expected = Number(announced)
  const target =
    Number.isInteger(expected) && expected > 0 ? Buffer.allocUnsafe(headroom + expected) : undefined
  const loose: Buffer[] = []
  let length = 0
  return {
    length: () => length,
    add(chunk) {
      if (target && headroom + length + chunk.length <= target.length) chunk.copy(target, headroom + length)
      else loose.push(chunk)
      length += chunk.length
    },
    finish() {
      if (target && headroom + length === target.length) return target
      const start = target ? target.subarray(0, headroom + length) : Buffer.alloc(headroom)
      return loose.length > 0 ? Buffer.concat([start, ...loose]) : start
    },
  }
}
