import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { knownMetrics, metricsIn } from '../../support/metric-names.ts'

interface GridPos {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: GridPos
  readonly datasource?: { readonly uid: string }
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[]
}

const file = new URL('../../../monitoring/grafana-dashboard.json', import.meta.url)
const dashboard = JSON.parse(readFileSync(file, 'utf8'))
const all: readonly Panel[] = dashboard.panels
const panels = all.filter(({ type }) => type !== 'row')
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title: title, expr })),
)

describe('the dashboard', () => {
  test('has rows for the whole, shards, consumers, both far ends and the supervisor', () => {
    const rows = all.filter(({ type }) => type === 'row').map(({ title }) => title)
    expect(rows).toEqual(['Overview', 'Shards', 'Consumers', 'Splunk HEC', 'Log Service', 'Supervisor'])
  })

  test('gives every panel an id and a title of its own, a description, a unit, a query and the chosen data source', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
    expect(panels.filter(({ description = '' }) => !description.endsWith('.'))).toEqual([])
    expect(panels.filter(({ fieldConfig }) => !UNITS.has(fieldConfig?.defaults.unit ?? ''))).toEqual([])
    expect(panels.filter(({ targets = [] }) => targets.length === 0)).toEqual([])
    expect(panels.filter(({ datasource }) => datasource?.uid !== '$' + '{datasource}')).toEqual([])
  })

  test('puts no panel over another, nor beyond the edge', () => {
    expect(all.filter(({ gridPos: { x, w } }) => x < 0 || x + w > 24)).toEqual([])
    const over = all.flatMap((one, i) =>
      all.slice(i + 1).filter(other => overlap(one.gridPos, other.gridPos)),
    )
    expect(over.map(({ title }) => title)).toEqual([])
  })

  test('asks for metrics that the program exports', async () => {
    const known = await knownMetrics()
    const named = queries.flatMap(({ title, expr }) => metricsIn(expr).map(name => ({ title, name })))
    expect(named.length).toBeGreaterThan(panels.length)
    expect(named.filter(({ name }) => !known.has(name))).toEqual([])
  })

  test('shows every metric that the program exports', async () => {
    const shown = new Set(queries.flatMap(({ expr }) => metricsIn(expr).map(familyOf)))
    const exported = new Set([...(await knownMetrics())].map(familyOf))
    expect([...exported].filter(name => !shown.has(name)).toSorted()).toEqual(NOT_SHOWN)
  })

  test('keeps every query to the chosen services and sources', () => {
    const variables = dashboard.templating.list.map(({ name }: { name: string }) => name)
    expect(variables).toEqual(['datasource', 'job', 'instance', 'source'])
    const unfiltered = queries.filter(({ expr }) => {
      const selectors = [...expr.matchAll(/\b(?:up|(?:sls2splunk|process)_\w+)\{([^}]*)\}/g)]
      const isFiltered = selectors.every(([, labels]) =>
        labels?.includes('job=~"$job",instance=~"$instance"'),
      )
      return selectors.length !== metricsIn(expr).length || !isFiltered
    })
    expect(unfiltered).toEqual([])
  })
})

/** Grafana's names. `Bps` is bytes a second in powers of ten: 2 MB/s, as Log Service and the target count. */
const UNITS = new Set([
  'Bps',
  'bytes',
  's',
  'percentunit',
  'eps',
  'cps',
  'reqps',
  'short',
  'none',
  'dateTimeFromNow',
])

/** Gauges say the same for the last ten seconds. */
const NOT_SHOWN = ['sls2splunk_consumer_cpu_seconds_total', 'sls2splunk_shard_cpu_seconds_total']

function overlap(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

function familyOf(name: string): string {
  return name.replace(/_seconds_(bucket|sum|count)$/, '_seconds')
}
