/** Dead letters on a terminal: tables, and texts of others that must not steer it. */

const MAX_EXCERPT = 120

/** Rows under their heads, numbers on the right. The last column is as long as it is. */
export function tableOf(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map(row => row.map(String))
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map(row => row[i]?.length ?? 0)))
  const isNumber = heads.map((_, i) => rows.every(row => typeof row[i] === 'number'))
  const lineOf = (row: readonly string[]) =>
    row.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
  return [heads, ...cells].map(row => `${lineOf(row).join('  ').trimEnd()}\n`).join('')
}

/** The beginning of what somebody else said, on one line, without control characters. */
export function excerptOf(text: string, maxLength = MAX_EXCERPT): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return plain.length > maxLength ? `${plain.slice(0, maxLength)}…` : plain
}

/** `1 letter`, `3 letters`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
