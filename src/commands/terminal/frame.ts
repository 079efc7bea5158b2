/** Rows on a terminal that are drawn over themselves. */

export interface Frame {
  draw(rows: readonly string[]): void
}

/** Creates a frame; `paint` adds the colours to a row that has its final length. */
export function createFrame(output: NodeJS.WriteStream, paint: (row: string) => string): Frame {
  let drawn = 0
  return {
    /** Draws at most as many rows as the terminal has: what has scrolled away cannot be drawn over. */
    draw(rows) {
      const shown = shorten(rows, output.rows - 1)
      // Starts in the first column: Ctrl-C has left its echo on this row.
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
