/** The id each generated log carries, so that loss and duplicates can be counted: `0003-0000000042`, shard and sequence. */

export const LOG_ID_KEY = 'log_id'
export const LOG_ID_LENGTH = 15

const SHARD_DIGITS = 4
const SEQUENCE_DIGITS = 10
const ZERO = 0x30

export interface LogId {
  readonly shard: number
  /** 0, 1, 2 … within the shard. */
  readonly sequence: number
}

export function formatLogId({ shard, sequence }: LogId): string {
  return `${String(shard).padStart(SHARD_DIGITS, '0')}-${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`
}

export function parseLogId(text: string): LogId | undefined {
  const match = /^(\d{4})-(\d{10})$/.exec(text)
  return match ? { shard: Number(match[1]), sequence: Number(match[2]) } : undefined
}

/** Overwrites an id of zeros, without making a string. */
export function writeLogId(bytes: Uint8Array, offset: number, { shard, sequence }: LogId): void {
  writeDigits(bytes, offset + SHARD_DIGITS, shard)
  writeDigits(bytes, offset + LOG_ID_LENGTH, sequence)
}

/** Overwrites digits backwards from `end`, as far as the number goes; before it stand zeros already. */
function writeDigits(bytes: Uint8Array, end: number, value: number): void {
  for (let rest = value, at = end - 1; rest > 0; rest = Math.floor(rest / 10))
    bytes[at--] = ZERO + (rest % 10)
}

const KEY_BYTES = Buffer.from(LOG_ID_KEY)
const MAX_BYTES_BETWEEN = 8

/**
 * Calls back for each id in the text of events, in order, by a byte search: JSON objects, or texts with JSON in them.
 * Answers how many there were.
 */
export function eachLogId(body: Buffer, visit: (shard: number, sequence: number) => void): number {
  let ids = 0
  for (let key = body.indexOf(KEY_BYTES); key !== -1; key = body.indexOf(KEY_BYTES, key + KEY_BYTES.length)) {
    const id = firstDigit(body, key + KEY_BYTES.length)
    const shard = readDigits(body, id, SHARD_DIGITS)
    const sequence = readDigits(body, id + SHARD_DIGITS + 1, SEQUENCE_DIGITS)
    if (shard === -1 || sequence === -1) continue
    visit(shard, sequence)
    ids++
  }
  return ids
}

function firstDigit(body: Buffer, start: number): number {
  let at = start
  while (at < start + MAX_BYTES_BETWEEN && !isDigit(body[at])) at++
  return at
}

/** -1 when a byte is no digit. */
function readDigits(body: Buffer, start: number, digits: number): number {
  let value = 0
  for (let at = start; at < start + digits; at++) {
    const byte = body[at]
    if (!isDigit(byte)) return -1
    value = value * 10 + byte - ZERO
  }
  return value
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9
}
