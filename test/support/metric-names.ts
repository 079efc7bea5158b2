/** The metrics that the program exports, and those that a query names. */

import { createMetrics } from '../../src/supervisor/metrics/metrics.ts'
import { createBoard } from '../../src/supervisor/state/board.ts'

/** Names as a query uses them: a histogram has its three. `up` is Prometheus's own. */
export async function knownMetrics(): Promise<ReadonlySet<string>> {
  const { text } = await createMetrics(createBoard(), '0').render(undefined)
  const declared = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  )
  return new Set(['up', ...declared])
}

/** Everything in a query that looks like one of our metrics, or of the process's. */
export function metricsIn(expression: string): string[] {
  const [...names] = expression.matchAll(/\b(?:up(?=\{)|(?:sls2splunk|process)_\w+)/g)
  return names.map(([name]) => name)
}
