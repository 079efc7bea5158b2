/** What a benchmark finds: rows of figures, each the median of several runs, and how they are printed. */

/** Names end in their unit: `Bytes`, `Ratio` (1 is a whole), `Seconds`, `PerSecond`. */
export type Figures = Readonly<Record<string, number>>

export interface Row {
  readonly part: string
  readonly name: string
  /** Medians. */
  readonly figures: Figures
  readonly runs: readonly Figures[]
}

/** Measures so many times, one after the other. */
export async function repeat(
  { part, name }: Pick<Row, 'part' | 'name'>,
  times: number,
  once: () => Promise<Figures>,
): Promise<Row> {
  process.stderr.write(`${part}: ${name} `)
  const runs: Figures[] = []
  for (let i = 0; i < times; i++) {
    runs.push(await once())
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  return { part, name, figures: medians(runs), runs }
}

function medians(runs: readonly Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(names.map(name => [name, median(runs.map(run => run[name] ?? Number.NaN))]))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The smallest value that so large a part of the values does not exceed; of two in the middle their mean. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = part * (sorted.length - 1)
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return (low + high) / 2
}

export function printRows(rows: readonly Row[]): void {
  for (const [part, of] of Map.groupBy(rows, row => row.part)) {
    process.stdout.write(`\n${part}\n`)
    console.table(Object.fromEntries(of.map(({ name, figures }) => [name, readable(figures)])))
  }
}

/** Figures by their headings, as people read them. */
export function readable(figures: Readonly<Record<string, number | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) =>
      value === null ? [] : [[headingOf(name), textOf(name, value)]],
    ),
  )
}

/** `rawBytesPerCpuSecond` becomes `raw per CPU second`: the unit stands with the value. */
function headingOf(name: string): string {
  const words = name.replace(/Ratio$|Bytes$|Seconds$/, '').replace('Bytes', '')
  return words.replaceAll(/[A-Z]/g, ' $&').toLowerCase().replace('cpu', 'CPU')
}

export function textOf(name: string, value: number): string {
  if (/Bytes(Per|$)/.test(name)) return `${significant(value / 1e6)} MB`
  if (name.endsWith('Percent')) return `${significant(value)} %`
  if (name.endsWith('Ratio')) return `${significant(value * 100)} %`
  if (name.endsWith('Seconds'))
    return value < 1 ? `${significant(value * 1_000)} ms` : `${significant(value)} s`
  return significant(value)
}

function significant(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
