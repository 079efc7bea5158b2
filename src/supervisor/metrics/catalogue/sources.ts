/** Metrics of sources as a whole. */

import type { Metric } from './metric.ts'

export const SOURCES = [
  {
    name: 'source_held',
    type: 'gauge',
    unit: '1',
    labels: ['source', 'reason'],
    help: '1 while logs wait until a person has mended something.',
    note: 'The reason is the code that the log, the status page and [the runbook](runbook.md) use. Absent while nothing is held.',
  },
  {
    name: 'source_shards',
    type: 'gauge',
    unit: 'shards',
    labels: ['source'],
    help: 'Shards of the logstore that take writes.',
    note: 'Log Service is asked every ten minutes.',
  },
  {
    name: 'source_retention_seconds',
    type: 'gauge',
    unit: 'seconds',
    labels: ['source'],
    help: 'How long the logstore keeps logs.',
    note: 'Absent where the access key may not ask for it.',
  },
  {
    name: 'source_spare_consumers',
    type: 'gauge',
    unit: 'consumers',
    labels: ['source'],
    help: 'Consumers that hold no shard because there are more of them than shards.',
  },
] as const satisfies readonly Metric[]
