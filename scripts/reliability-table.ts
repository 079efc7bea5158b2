/**
 * The table of docs/reliability.md, made from what the scenarios of `npm run test:fault` have measured. Rows of scenario
 * files that did not run stay; rows of files that are gone go.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
export const RESULTS_DIRECTORY = `${root}.cache/fault-results`
const DOCUMENT = `${root}docs/reliability.md`
const SCENARIOS = `${root}test/fault`

/** One scenario, as `test/fault/support/results.ts` writes it. */
export interface Result {
  /** `x.test.ts`, in test/fault. */
  readonly file: string
  readonly area: string
  readonly fault: string
  readonly cases: number
  /** Which duplicates the fault explains, in words. */
  readonly bound: string
  /** Absent: the scenario failed. */
  readonly proven:
    | {
        readonly issued: number
        readonly lost: number
        readonly duplicated: number
        readonly deadLettered: number
        readonly expired: number
        readonly freshSeconds: number
      }
    | undefined
}

const BEGIN = '<!-- table: begin, written by npm run test:fault -->'
const END = '<!-- table: end -->'
const HEAD = `| fault | cases | logs | lost | duplicated | which may be | dead letters | fresh log within | scenario |
| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |`

interface Row {
  readonly area: string
  readonly file: string
  readonly text: string
}

/** The document with the rows of these results in place of those of their files. */
export function withResults(document: string, results: readonly Result[], files: readonly string[]): string {
  const [before, table, after] = partsOf(document)
  const measured = new Set(results.map(({ file }) => file))
  const kept = rowsOf(table).filter(({ file }) => files.includes(file) && !measured.has(file))
  return `${before}${BEGIN}\n\n${tableOf([...kept, ...newRows(results)])}\n\n${END}${after}`
}

/** Scenario files that the document has a row of. */
export function filesOf(document: string): ReadonlySet<string> {
  return new Set(rowsOf(partsOf(document)[1]).map(({ file }) => file))
}

export function scenarioFiles(): string[] {
  return readdirSync(SCENARIOS).filter(name => name.endsWith('.test.ts'))
}

function partsOf(document: string): [before: string, table: string, after: string] {
  const [before = '', rest = ''] = document.split(BEGIN)
  const [table = '', after = ''] = rest.split(END)
  return [before, table, after]
}

function rowsOf(table: string): Row[] {
  return table.split(/^### /m).flatMap(section => {
    const [area = '', ...lines] = section.split('\n')
    return lines.flatMap(text => {
      const file = /\/test\/fault\/([^)]+)\)/.exec(text)?.[1]
      return file === undefined ? [] : [{ area, file, text }]
    })
  })
}

function tableOf(rows: readonly Row[]): string {
  const areas = [...new Set(rows.map(({ area }) => area))].toSorted()
  return areas
    .map(area => {
      const texts = rows.filter(row => row.area === area).map(({ text }) => text)
      return `### ${area}\n\n${HEAD}\n${texts.toSorted().join('\n')}`
    })
    .join('\n\n')
}

/** Cases of one fault are one row. */
function newRows(results: readonly Result[]): Row[] {
  const byFault = Map.groupBy(results, ({ area, file, fault }) => JSON.stringify([area, file, fault]))
  return [...byFault.values()].flatMap(cases => rowOf(cases) ?? [])
}

function rowOf(cases: readonly Result[]): Row | undefined {
  const [first] = cases
  const proven = cases.flatMap(each => each.proven ?? [])
  if (!first) return undefined
  const sum = (key: keyof (typeof proven)[number]) => proven.reduce((all, each) => all + each[key], 0)
  const most = (key: keyof (typeof proven)[number]) => Math.max(0, ...proven.map(each => each[key]))
  const cells = [
    first.fault,
    cases.reduce((all, each) => all + each.cases, 0),
    sum('issued'),
    `${sum('lost')}${sum('expired') > 0 ? ` (${sum('expired')} expired, named)` : ''}`,
    most('duplicated'),
    [...new Set(cases.map(({ bound }) => bound))].join('; '),
    sum('deadLettered'),
    `${Math.max(1, Math.ceil(most('freshSeconds')))} s`,
    `[${first.file.replace('.test.ts', '')}](../test/fault/${first.file})`,
  ]
  return { area: first.area, file: first.file, text: `| ${cells.join(' | ')} |` }
}

function readResults(): Result[] {
  if (!existsSync(RESULTS_DIRECTORY)) return []
  const names = readdirSync(RESULTS_DIRECTORY).filter(name => name.endsWith('.jsonl'))
  return names.flatMap(name =>
    readFileSync(`${RESULTS_DIRECTORY}/${name}`, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
  )
}

/** Says what it did. A run in which a scenario failed changes nothing. */
export function writeTable(): string {
  const results = readResults()
  const failed = results.filter(({ proven }) => proven === undefined)
  if (failed.length > 0) return `docs/reliability.md is left as it is: ${failed.length} scenarios failed`
  if (results.length === 0) return 'docs/reliability.md is left as it is: no scenario ran'
  const document = readFileSync(DOCUMENT, 'utf8')
  writeFileSync(DOCUMENT, withResults(document, results, scenarioFiles()))
  return `docs/reliability.md: rows of ${new Set(results.map(({ file }) => file)).size} scenario files written`
}
