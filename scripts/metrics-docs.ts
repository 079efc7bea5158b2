/** The list of metrics, made from the catalogue that the program exports by. `npm run metrics-docs` writes docs/metrics.md. */

import { writeFileSync } from 'node:fs'
import { GROUPS } from '../src/supervisor/metrics/catalogue/catalogue.ts'
import { exportedName, type Metric } from '../src/supervisor/metrics/catalogue/metric.ts'

const INTRODUCTION = `# Metrics

Made by \`npm run metrics-docs\` from the catalogue that the program exports by. \`GET /metrics\` answers in the Prometheus
text format, or in OpenMetrics when the scraper asks for it.

- Bytes are raw log data as Log Service counts it, uncompressed, unless the meaning says otherwise.
- Rates are over the last ten seconds; take \`rate()\` of the counters for longer spans.
- \`source\` is the name of the source, \`shard\` its number, \`consumer\` the name in the consumer group, \`endpoint\` the
  \`host:port\` of a HEC URL.
- A scrape declares every metric from the start. The series of a consumer or source that has ended, and of a shard that no
  consumer of this service has held for two minutes, are removed. If one comes back, its counters begin at zero.
- For each shard, logs read = delivered + dropped + dead letters + in flight; \`/api/status\` has the last one, too.

[monitoring/](../monitoring/README.md) has alert rules and a dashboard. [Operation](operation.md#metrics) says which metric
answers which question.
`

/** Returns the text of docs/metrics.md. */
export function metricsDocs(): string {
  const groups = Object.entries(GROUPS).map(([title, metrics]) => groupOf(title, metrics))
  return [INTRODUCTION, ...groups].join('\n')
}

function groupOf(title: string, metrics: readonly Metric[]): string {
  const rows = metrics.map(rowOf)
  const head = ['| metric | type | unit | labels | meaning |', '| --- | --- | --- | --- | --- |']
  return `## ${title}\n\n${[...head, ...rows].join('\n')}\n`
}

function rowOf(metric: Metric): string {
  const { type, unit, labels, help, note } = metric
  const meaning = [help, note].filter(text => text !== undefined).join(' ')
  return `| \`${exportedName(metric)}\` | ${type} | ${unit} | ${labels.join(', ')} | ${meaning} |`
}

if (import.meta.main) writeFileSync(new URL('../docs/metrics.md', import.meta.url), metricsDocs())
