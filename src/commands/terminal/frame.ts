/** Rows on a terminal that are drawn over themselves. */

export interface Frame {
  draw(rows: readonly string[]): void
}

/** `paint` adds the colours when a row has its length. */
export function createFrame(output: NodeJS.WriteStream, paint: (row: string) => string): Frame {
  let drawn = 0
  return {
    /** Never taller than the terminal: what has scrolled away cannot be drawn over. */
    draw(rows) {
      const shown = shorten(rows, output.rows - 1)
      // From the first column: Ctrl-C has left its echo on this row.
      const up = drawn > 0 ? `\r\x1b[${drawn}A\x1b[J` : ''
      output.write(`${up}${shown.map(row => paint(clip(row, output.columns))).join('\n')}\n`)
      drawn = shown.length
    },
  }
}

function shorten(rows: readonly string[], most: number): readonly string[] {
  if (rows.length <= most) return rows
  return [...rows.slice(0, most - 1), `  … ${rows.length - most + 1} more rows`]
}

function clip(row: string, columns: number): string {
  return row.length > columns ? `${row.slice(0, columns - 1)}…` : row
}
