/** Metrics of requests to Log Service, those of the supervisor included. */

import type { Metric } from './metric.ts'

export const LOG_SERVICE = [
  {
    name: 'sls_requests_total',
    type: 'counter',
    unit: 'requests',
    labels: ['source', 'operation', 'code'],
    help: 'Requests to Log Service.',
    note: "The code is `ok`, Log Service's error code, or the network's error code.",
  },
  {
    name: 'sls_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: ['source', 'operation'],
    help: 'Duration of requests.',
  },
  {
    name: 'sls_received_bytes_total',
    type: 'counter',
    unit: 'bytes',
    labels: ['source'],
    help: 'Bytes received, as compressed on the wire.',
  },
] as const satisfies readonly Metric[]
