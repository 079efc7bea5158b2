/** A run's figures as docs/performance.md and its chart show them. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Bar, drawChart, type Panel } from './chart.ts'
import { type ResultRow, type Results, readResults } from './results.ts'
import { readable } from './rows.ts'

const fileOf = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url))
const DOCUMENT = fileOf('performance.md')
const CHART = fileOf('performance.svg')

/** Writes a part's table between the marks that carry its name, and the chart. Of parts that were run again the last counts. */
export function publish(files: readonly string[]): void {
  const results = joined(files.map(readResults))
  writeFileSync(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), results))
  writeFileSync(CHART, drawChart(panelsOf(results.rows)))
  process.stdout.write('docs/performance.md and docs/performance.svg written\n')
}

function joined(all: readonly Results[]): Results {
  const [last] = all.slice(-1)
  if (last === undefined) throw new RangeError('there is nothing to publish')
  const parts = new Map<string, ResultRow[]>()
  for (const { rows } of all) for (const [part, of] of Map.groupBy(rows, row => row.part)) parts.set(part, of)
  return { ...last, rows: [...parts.values()].flat() }
}

export function withFigures(document: string, results: Results): string {
  const { machine, at, runs } = results
  const gigabytes = Math.round(machine.memoryBytes / 2 ** 30)
  const where = `${machine.cores} × ${machine.cpu}, ${gigabytes} GiB, Node ${machine.node.slice(1)}, ${at.slice(0, 10)}; medians of ${runs} runs.`
  const parts = [...new Set(results.rows.map(({ part }) => part))]
  return parts.reduce(
    (text, part) => between(text, part, tableOf(results.rows.filter(row => row.part === part))),
    between(document, 'machine', where),
  )
}

/** Marks that the document does not have are no error: not every part has a table there. */
function between(document: string, name: string, content: string): string {
  const marked = new RegExp(`(<!-- ${name}: begin.*-->\\n)[^]*?(<!-- ${name}: end -->)`)
  return document.replace(marked, (_, begin: string, end: string) => `${begin}${content}\n${end}`)
}

function tableOf(rows: readonly ResultRow[]): string {
  const cells = rows.map(({ name, figures }) => ({ name, texts: readable(figures) }))
  const headings = [...new Set(cells.flatMap(({ texts }) => Object.keys(texts)))]
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`
  return [
    line(['', ...headings]),
    line(['---', ...headings.map(() => '---:')]),
    ...cells.map(({ name, texts }) => line([name, ...headings.map(heading => texts[heading] ?? '')])),
  ].join('\n')
}

function panelsOf(rows: readonly ResultRow[]): Panel[] {
  const panels = [
    {
      title: 'CPU for a megabyte of raw logs, in milliseconds: stages by themselves, and all together',
      bars: barsOf(rows, 'stages', 'cpuOfAMegabyteSeconds', value => `${(value * 1e3).toFixed(2)} ms`),
    },
    {
      title: 'Raw logs for a second of CPU, at full speed',
      bars: [...barsOf(rows, 'max', ...RATE), ...barsOf(rows, 'scale', ...RATE)],
    },
    {
      title: 'Raw logs for a second of CPU, against the recipe on the same machine',
      bars: barsOf(rows, 'peers', ...RATE),
    },
  ]
  return panels.filter(({ bars }) => bars.length > 0)
}

const RATE = ['rawBytesPerCpuSecond', (value: number) => `${(value / 1e6).toPrecision(3)} MB`] as const

const OURS = new Set(['the service', 'sls2splunk', 'plain HTTP'])

function barsOf(
  rows: readonly ResultRow[],
  part: string,
  figure: string,
  textOf: (value: number) => string,
): Bar[] {
  return rows.flatMap(row => {
    const value = row.figures[figure]
    if (row.part !== part || value === undefined || value === null) return []
    return [{ label: row.name, value, text: textOf(value), isOurs: OURS.has(row.name) }]
  })
}
