import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { metricsDocs } from '../../../scripts/metrics-docs.ts'
import { createMetrics } from '../../../src/supervisor/metrics/metrics.ts'
import { createBoard } from '../../../src/supervisor/state/board.ts'

const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')

test('docs/metrics.md is what the catalogue says; `npm run metrics-docs` writes it again', () => {
  expect(page).toBe(metricsDocs())
})

test('docs/metrics.md names every metric of a scrape with its type, and none that is not', async () => {
  const { text } = await createMetrics(createBoard(), '0').render(undefined)
  const exported = [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name, type]) => `${name} ${type}`)
  const named = [...page.matchAll(/^\| `(\S+)` \| (\S+) \|/gm)].map(([, name, type]) => `${name} ${type}`)
  expect(named.toSorted()).toEqual(exported.toSorted())
})
