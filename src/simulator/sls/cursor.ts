/** A cursor on the wire: Base64 of the decimal text of a 64-bit number, above 2^53 in practice. */
export function encodeCursor(position: bigint): string {
  return Buffer.from(position.toString()).toString('base64')
}

/** Undefined when it is no cursor. Padding may be missing, and white space inside is read over. */
export function decodeCursor(cursor: string): bigint | undefined {
  const digits = Buffer.from(cursor, 'base64').toString().trim()
  return /^\d{1,19}$/.test(digits) ? BigInt(digits) : undefined
}

/** Whether the service would take it as a checkpoint: it asks for Base64 and no more. */
export function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}
