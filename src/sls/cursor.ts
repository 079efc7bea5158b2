/** Cursors: Base64 of a decimal number above 2^53. Text everywhere; a `BigInt` only where two have to be compared. */

/** Opaque to everybody but the server. */
export type Cursor = string

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
