/**
 * Bytes of a log as the inside of a JSON string, without ever becoming a string: what JSON forbids is escaped, what is
 * not UTF-8 becomes U+FFFD exactly as the WHATWG decoder would have it.
 */

const PLAIN = 0
const SHORT_ESCAPE = 1
const CONTROL = 2
const MULTIBYTE = 3

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** What to do with a byte that starts a character. */
const KIND = new Uint8Array(256)
/** The letter behind the backslash, for the characters that have a short escape. */
const ESCAPE_LETTER = new Uint8Array(256)
KIND.fill(CONTROL, 0, 0x20)
KIND.fill(MULTIBYTE, 0x80)
for (const [byte, letter] of [
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
] as const) {
  KIND[byte] = SHORT_ESCAPE
  ESCAPE_LETTER[byte] = letter.charCodeAt(0)
}

const HEX = new Uint8Array(Buffer.from('0123456789abcdef'))

/** No byte ever becomes more than this many: a control character turns into `\u0001`. */
export const WORST_GROWTH = 6

/**
 * Writes `source[from, to)` into `out` at `at` and returns the position behind it. `out` must have room for
 * `WORST_GROWTH` times as many bytes, or for what `escapedSize` says.
 */
export function writeJsonText(
  out: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number,
  to: number,
): number {
  let o = at
  let i = from
  while (i < to) {
    const byte = source[i] ?? 0
    const kind = KIND[byte]
    if (kind === PLAIN) {
      out[o++] = byte
      i++
    } else if (kind === MULTIBYTE) {
      const end = characterEnd(source, i, to)
      if (end > 0) {
        while (i < end) out[o++] = source[i++] ?? 0
      } else {
        out[o++] = 0xef
        out[o++] = 0xbf
        out[o++] = 0xbd
        i = -end
      }
    } else if (kind === SHORT_ESCAPE) {
      out[o++] = BACKSLASH
      out[o++] = ESCAPE_LETTER[byte] ?? 0
      i++
    } else {
      o = writeControl(out, o, byte)
      i++
    }
  }
  return o
}

function writeControl(out: Uint8Array, at: number, byte: number): number {
  out[at] = BACKSLASH
  out[at + 1] = 0x75
  out[at + 2] = 0x30
  out[at + 3] = 0x30
  out[at + 4] = HEX[byte >> 4] ?? 0
  out[at + 5] = HEX[byte & 15] ?? 0
  return at + 6
}

/**
 * Where the multi-byte character at `i` ends; for a sequence that is none, minus the position behind its longest
 * well-formed part, which as a whole becomes one U+FFFD (WHATWG, "maximal subpart").
 */
function characterEnd(source: Uint8Array, i: number, to: number): number {
  const lead = source[i] ?? 0
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  if (length === 0) return -(i + 1)
  // The second byte has narrower bounds after four leads: no overlong forms, no surrogates, nothing over U+10FFFF.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  for (let k = 1; k < length; k++) {
    const next = i + k < to ? (source[i + k] ?? 0) : 0
    if (next < low || next > high) return -(i + k)
    low = 0x80
    high = 0xbf
  }
  return i + length
}

/** An upper bound of what `writeJsonText` writes, close to the truth for real text. */
export function escapedSize(source: Uint8Array, from: number, to: number): number {
  let size = to - from
  for (let i = from; i < to; i++) {
    const kind = KIND[source[i] ?? 0]
    if (kind === CONTROL) size += 5
    else if (kind === MULTIBYTE) size += 2
    else if (kind === SHORT_ESCAPE) size += 1
  }
  return size
}
