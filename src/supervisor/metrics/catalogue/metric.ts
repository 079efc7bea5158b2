/** The shape of a line in the catalogue of metrics. */

/** The prefix of every name that is not the process's. */
const PREFIX = 'sls2splunk_'

export interface Metric {
  /** Without the prefix `sls2splunk_`; names that begin with `process_` have none. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly unit: Unit
  readonly labels: readonly Label[]
  /** What a scrape says of it. */
  readonly help: string
  /** What docs/metrics.md says beside: edge values, values of labels, when a series is absent. */
  readonly note?: string
}

export type Label =
  | 'source'
  | 'shard'
  | 'consumer'
  | 'endpoint'
  | 'operation'
  | 'code'
  | 'reason'
  | 'result'
  | 'version'
  | 'node'

export type Unit =
  | 'bytes'
  | 'bytes/s'
  | 'seconds'
  | 'unix time'
  | 'cores'
  | 'logs'
  | 'requests'
  | 'restarts'
  | 'reloads'
  | 'shards'
  | 'consumers'
  | '0 or 1'
  | '1'

/** Returns the name as a scrape has it. */
export function exportedName({ name }: Pick<Metric, 'name'>): string {
  return name.startsWith('process_') ? name : PREFIX + name
}
