/** Tables on a terminal: columns that stand under their heads. */

/** `isNumber`: the cells stand on the right. */
export type Head = readonly [name: string, isNumber: boolean]

/** Returns the row of heads, then one for each row of cells. The last column is as long as it is. */
export function aligned(heads: readonly Head[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads.map(([name]) => name), ...rows]
  const widths = heads.map((_, i) => Math.max(...all.map(cells => cells[i]?.length ?? 0)))
  return all.map(cells => {
    const padded = cells.map((cell, i) =>
      heads[i]?.[1] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    )
    return padded.join('  ').trimEnd()
  })
}

/** Returns a table as text, with a line break at the end of each line. A column of numbers alone stands on the right. */
export function tableOf(names: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const heads = names.map((name, i): Head => [name, rows.every(row => typeof row[i] === 'number')])
  const lines = aligned(
    heads,
    rows.map(row => row.map(String)),
  )
  return lines.map(line => `${line}\n`).join('')
}
