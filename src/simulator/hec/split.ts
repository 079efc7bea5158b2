/** Finds the objects of an event body: JSON objects one behind the other, with optional white space between. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

export type JsonObject = { readonly [key: string]: unknown }

export type Piece =
  | {
      readonly kind: 'object'
      readonly value: JsonObject
      readonly bytes: number
      /** Nothing but white space follows. */
      readonly last: boolean
    }
  /** No object, an unfinished one, bytes that are not UTF-8, or not JSON. Nothing behind it is looked at. */
  | { readonly kind: 'malformed' }

/** The objects in order, each parsed strictly. Ends at the first malformed one. */
export function* splitObjects(body: Uint8Array): Generator<Piece> {
  for (let start = skipSpace(body, 0); start < body.length; ) {
    const end = endOfObject(body, start)
    const value = end === -1 ? undefined : parseObject(body.subarray(start, end))
    if (value === undefined) return yield { kind: 'malformed' }
    const next = skipSpace(body, end)
    yield { kind: 'object', value, bytes: end - start, last: next === body.length }
    start = next
  }
}

/** How many objects a body holds, by their braces alone. `complete` is false when something else stands there. */
export function countObjects(body: Uint8Array): { readonly objects: number; readonly complete: boolean } {
  let objects = 0
  for (let start = skipSpace(body, 0); start < body.length; objects++) {
    const end = endOfObject(body, start)
    if (end === -1) return { objects, complete: false }
    start = skipSpace(body, end)
  }
  return { objects, complete: true }
}

/** Behind the closing brace of the object at `start`; -1 when there is none. Braces in strings do not count. */
function endOfObject(body: Uint8Array, start: number): number {
  if (body[start] !== OPEN_OBJECT) return -1
  let depth = 0
  for (let at = start; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) at = closingQuote(body, at)
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at + 1
  }
  return -1
}

function closingQuote(body: Uint8Array, openingQuote: number): number {
  let at = openingQuote + 1
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

/** Space, tab, line feed, carriage return: what JSON calls white space. */
function skipSpace(body: Uint8Array, start: number): number {
  let at = start
  for (let byte = body[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; )
    byte = body[++at]
  return at
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
