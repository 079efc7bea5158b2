/** The metrics that the program exports, and those that a query names. */

import { createBoard } from '../../src/supervisor/board.ts'
import { createMetrics } from '../../src/supervisor/metrics.ts'

/** Declared by parts that are on their way; to be taken out here as soon as the program exports them. */
const ANNOUNCED = [
  'sls2splunk_config_reloads_total',
  'sls2splunk_config_last_reload_successful',
  'sls2splunk_config_last_reload_timestamp_seconds',
  'sls2splunk_source_held',
  'sls2splunk_shard_held',
  'sls2splunk_source_spare_consumers',
  'sls2splunk_source_retention_seconds',
  'sls2splunk_source_shards',
  'sls2splunk_shard_hot',
  'sls2splunk_shard_catch_up_seconds',
  'sls2splunk_shard_retention_overrun_seconds',
]

/** Names as a query uses them: a histogram has its three. `up` is Prometheus's own. */
export async function knownMetrics(): Promise<ReadonlySet<string>> {
  const { text } = await createMetrics(createBoard(), '0').render(undefined)
  const declared = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  )
  return new Set(['up', ...declared, ...ANNOUNCED])
}

/** Everything in a query that looks like one of our metrics, or of the process's. */
export function metricsIn(expression: string): string[] {
  const [...names] = expression.matchAll(/\b(?:up(?=\{)|(?:sls2splunk|process)_\w+)/g)
  return names.map(([name]) => name)
}
