/** Words on a terminal: counts, and what a far end has said, which must not steer it. */

const MAX_EXCERPT = 120

/** Returns a far end's text on one line, without control characters. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
}

/** Returns the beginning of a far end's text, plain. */
export function excerptOf(text: string, maxLength = MAX_EXCERPT): string {
  const line = plain(text)
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line
}

/** `1 letter`, `3 letters`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
