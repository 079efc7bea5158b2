/** Two runs of the benchmark beside each other: what has changed. */

import { readResults } from './results.ts'
import { textOf } from './rows.ts'

/** A table of all figures that both files have. */
export function compare(before: string, after: string): void {
  const [old, now] = [readResults(before), readResults(after)]
  process.stdout.write(`before: ${before} (${old.at})\nafter:  ${after} (${now.at})\n`)
  for (const { part, name, figures } of now.rows) {
    const other = old.rows.find(row => row.part === part && row.name === name)
    if (!other) continue
    const table = Object.entries(figures).flatMap(([figure, value]) => {
      const was = other.figures[figure]
      if (was === undefined || was === null || value === null) return []
      return [
        [figure, { before: textOf(figure, was), after: textOf(figure, value), change: changeOf(was, value) }],
      ]
    })
    process.stdout.write(`\n${part}: ${name}\n`)
    console.table(Object.fromEntries(table))
  }
}

function changeOf(before: number, after: number): string {
  const percent = (after / before - 1) * 100
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`
}
