/** Metrics of the process, its version and its configuration. */

import type { Metric } from './metric.ts'

export const SERVICE = [
  {
    name: 'build_info',
    type: 'gauge',
    unit: '1',
    labels: ['version', 'node'],
    help: 'Version that runs.',
  },
  {
    name: 'supervisor_cpu_seconds_total',
    type: 'counter',
    unit: 'seconds',
    labels: [],
    help: "CPU time of the supervisor's thread.",
  },
  {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    unit: 'seconds',
    labels: [],
    help: 'CPU time of the whole process.',
  },
  {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Resident memory of the whole process.',
    note: '`NaN` when no file descriptor is left for reading it.',
  },
  {
    name: 'process_start_time_seconds',
    type: 'gauge',
    unit: 'unix time',
    labels: [],
    help: 'Start of the process, unix time.',
  },
  {
    name: 'config_reloads_total',
    type: 'counter',
    unit: 'reloads',
    labels: ['result'],
    help: 'Reloads of the configuration by result.',
    note: 'Results: `applied`, `invalid`, `failed`.',
  },
  {
    name: 'config_last_reload_successful',
    type: 'gauge',
    unit: '0 or 1',
    labels: [],
    help: '1 while the configuration in effect is the one that was read last.',
  },
  {
    name: 'config_last_reload_timestamp_seconds',
    type: 'gauge',
    unit: 'unix time',
    labels: [],
    help: 'When the configuration was read last, unix time.',
  },
] as const satisfies readonly Metric[]
