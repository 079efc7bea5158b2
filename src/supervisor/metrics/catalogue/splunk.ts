/** Metrics of requests to Splunk's HTTP Event Collector. */

import type { Metric } from './metric.ts'

export const SPLUNK = [
  {
    name: 'hec_requests_total',
    type: 'counter',
    unit: 'requests',
    labels: ['source', 'endpoint', 'operation', 'code'],
    help: "Requests to Splunk by HEC's code.",
    note: "Operations: `event`, `ack`, `health`. Where the answer has no code of HEC: `http_STATUS`, or the network's error code.",
  },
  {
    name: 'hec_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: ['source', 'endpoint', 'operation'],
    help: 'Duration of requests to Splunk.',
  },
  {
    name: 'hec_sent_bytes_total',
    type: 'counter',
    unit: 'bytes',
    labels: ['source', 'endpoint'],
    help: 'Bytes of request bodies sent to Splunk.',
  },
  {
    name: 'hec_retries_total',
    type: 'counter',
    unit: 'requests',
    labels: ['source', 'endpoint', 'reason'],
    help: 'Attempts that are made again.',
  },
  {
    name: 'hec_endpoint_up',
    type: 'gauge',
    unit: '0 or 1',
    labels: ['source', 'endpoint'],
    help: '1 while the last contact worked.',
    note: 'Consumers with logs to deliver decide, if there are any.',
  },
  {
    name: 'hec_pending_acks',
    type: 'gauge',
    unit: 'requests',
    labels: ['source', 'endpoint'],
    help: 'Requests whose acknowledgement is waited for.',
  },
] as const satisfies readonly Metric[]
