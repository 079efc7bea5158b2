/** Metrics of consumers, and the target for one. */

import type { Metric } from './metric.ts'

export const CONSUMERS = [
  {
    name: 'consumer_up',
    type: 'gauge',
    unit: '0 or 1',
    labels: ['source', 'consumer'],
    help: '1 while the thread runs and its last heartbeat worked.',
  },
  {
    name: 'consumer_throughput_bytes_per_second',
    type: 'gauge',
    unit: 'bytes/s',
    labels: ['source', 'consumer'],
    help: 'Raw log data read a second, over 10 s.',
    note: '2 MB/s is 2000000.',
  },
  {
    name: 'consumer_cpu_ratio',
    type: 'gauge',
    unit: 'cores',
    labels: ['source', 'consumer'],
    help: 'CPU used, 1 is one core, over 10 s.',
  },
  {
    name: 'consumer_target_met',
    type: 'gauge',
    unit: '0 or 1',
    labels: ['source', 'consumer'],
    help: "1 while CPU per byte is within the target's.",
    note: 'Absent while idle.',
  },
  {
    name: 'consumer_target_bytes_per_second',
    type: 'gauge',
    unit: 'bytes/s',
    labels: [],
    help: 'Target for one consumer.',
    note: 'Always 2000000.',
  },
  {
    name: 'consumer_target_cpu_ratio',
    type: 'gauge',
    unit: 'cores',
    labels: [],
    help: 'CPU that the target may take.',
    note: 'Always 0.2.',
  },
  {
    name: 'in_flight_bytes',
    type: 'gauge',
    unit: 'bytes',
    labels: ['source', 'consumer'],
    help: 'Read and not yet delivered.',
  },
  {
    name: 'consumer_cpu_seconds_total',
    type: 'counter',
    unit: 'seconds',
    labels: ['source', 'consumer'],
    help: "CPU time of the consumer's thread.",
  },
  {
    name: 'consumer_restarts_total',
    type: 'counter',
    unit: 'restarts',
    labels: ['source', 'consumer', 'reason'],
    help: 'Restarts of the worker thread.',
    note: '[The runbook](runbook.md#sls2splunkconsumerrestarting) lists the reasons.',
  },
] as const satisfies readonly Metric[]
