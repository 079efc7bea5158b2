/** Cursors: Base64 of a decimal number above 2^53. Text everywhere; a `BigInt` only where two have to be compared. */

/** Opaque to everybody but the server. */
export type Cursor = string

/** Real cursors have 28 characters. A worker's mark has room for 120 (`marker.ts`). */
const MAX_LENGTH = 120

/** True for ASCII text that can be a cursor. Half of a surrogate pair, for one, could not be sent back in a URL. */
export function isCursor(value: unknown): value is Cursor {
  return typeof value === 'string' && value.length <= MAX_LENGTH && /^[\t\n\r -~]+$/.test(value)
}

/** One that is no such number cannot be compared and is not "before". */
export function isBefore(a: Cursor, b: Cursor): boolean {
  const left = numberOf(a)
  const right = numberOf(b)
  return left !== undefined && right !== undefined && left < right
}

/** The cursor `groups` log groups further on; undefined when it is no number. */
export function moved(cursor: Cursor, groups: number): Cursor | undefined {
  const number = numberOf(cursor)
  return number === undefined ? undefined : cursorOf(number + BigInt(groups))
}

export function cursorOf(number: bigint): Cursor {
  return Buffer.from(String(number)).toString('base64')
}

function numberOf(cursor: Cursor): bigint | undefined {
  const digits = Buffer.from(cursor, 'base64').toString('latin1').trim()
  return /^\d+$/.test(digits) ? BigInt(digits) : undefined
}
