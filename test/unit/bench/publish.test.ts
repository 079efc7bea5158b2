import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { drawChart } from '../../bench/chart.ts'
import { withFigures } from '../../bench/publish.ts'
import type { Results } from '../../bench/results.ts'

const results: Results = {
  at: '2026-11-26T10:00:00.000Z',
  machine: { cpu: 'A processor', cores: 2, memoryBytes: 25 * 2 ** 30, node: 'v24.1.0' },
  runs: 5,
  seconds: 5,
  rows: [
    { part: 'max', name: 'plain', figures: { rawBytesPerCpuSecond: 2e8, cpuRatio: 0.5 } },
    { part: 'max', name: 'gzip', figures: { rawBytesPerCpuSecond: 9.5e7, loadCpuRatio: null } },
  ],
}

const marked = (name: string, content = '') => `<!-- ${name}: begin -->\n${content}<!-- ${name}: end -->\n`

describe('a published run', () => {
  test('fills the part of the document that carries its name, and says which machine it was', () => {
    const text = withFigures(`a\n${marked('machine', 'old\n')}${marked('max', 'old\n')}z\n`, results)
    expect(text).toContain('2 × A processor, 25 GiB, Node 24.1.0, 2026-11-26; medians of 5 runs.')
    expect(text).toContain('| plain | 200 MB | 50.0 % |\n| gzip | 95.0 MB |  |\n<!-- max: end -->')
    expect(text).not.toContain('old')
  })

  test('leaves a part alone that it has no figures of', () => {
    const other = marked('latency', 'old\n')
    expect(withFigures(other, results)).toBe(other)
  })

  test('has a place in docs/performance.md for each part of the benchmark', () => {
    const document = readFileSync(new URL('../../../docs/performance.md', import.meta.url), 'utf8')
    const bench = readFileSync(new URL('../../bench/bench.ts', import.meta.url), 'utf8')
    const parts = [...bench.matchAll(/^ {2}(\w+): bench\w+,$/gm)].map(([, part]) => part)
    expect(parts.length).toBeGreaterThan(5)
    for (const part of parts) expect(document).toContain(`<!-- ${part}: begin`)
  })
})

describe('the chart', () => {
  const bars = [
    { label: 'a < b', value: 200, text: '200 MB', isOurs: true },
    { label: 'half', value: 100, text: '100 MB' },
  ]

  test('has a bar for each value, as long as the value', () => {
    const widths = [...drawChart([{ title: 't', bars }]).matchAll(/<rect .*?width="(\d+)"/g)].map(
      ([, width]) => Number(width),
    )
    expect(widths).toHaveLength(2)
    expect(widths[0]).toBe(2 * (widths[1] ?? 0))
  })

  test('escapes what stands in it', () => {
    const svg = drawChart([{ title: '"q" & r', bars }])
    expect(svg).toContain('a &lt; b')
    expect(svg).toContain('aria-label="&quot;q&quot; &amp; r"')
  })
})
