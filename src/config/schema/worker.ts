/** The section `worker`: what one worker thread may take, and when it is given up. */

import type { z } from 'zod'
import { section } from '../section.ts'
import type { WorkerConfig } from '../types.ts'
import { duration, size } from '../values.ts'

export function workerSchema() {
  return section(keysOf(), [
    {
      reads: ['memory_limit', 'in_flight_bytes'],
      check: keys =>
        keys.memory_limit > keys.in_flight_bytes
          ? []
          : [{ key: 'memory_limit', message: 'must be larger than in_flight_bytes, which it includes' }],
    },
  ]).transform(toWorkerConfig)
}

function keysOf() {
  return {
    memory_limit: size('128MiB', '64GiB', '; a worker needs 128MiB for itself')
      .prefault('512MiB')
      .describe('Heap and buffers of one worker thread; one that passes it is restarted, alone'),
    in_flight_bytes: size('16MiB', '16GiB', '; one pull may bring 10 MB and more')
      .prefault('64MiB')
      .describe('Read and not yet delivered, per worker thread'),
    stalled_after: duration('1s', '1h')
      .prefault('60s')
      .describe('A worker that does not answer for so long is replaced'),
    restart_backoff: restartBackoff().prefault({}).describe('Time between a failure and the next start'),
    drain_timeout: duration('0s', '1h')
      .prefault('30s')
      .describe('Longest time for delivering what is held when stopping'),
  }
}

function restartBackoff() {
  const keys = {
    min: duration('1ms', '1h').prefault('1s').describe('After the first failure'),
    max: duration('1ms', '1h').prefault('1m').describe('After many failures'),
  }
  return section(keys, [
    {
      reads: ['min', 'max'],
      check: ({ min, max }) => (min <= max ? [] : [{ key: 'max', message: 'must not be shorter than min' }]),
    },
  ])
}

function toWorkerConfig(keys: z.output<z.ZodObject<ReturnType<typeof keysOf>>>): WorkerConfig {
  return {
    memoryLimitBytes: keys.memory_limit,
    inFlightBytes: keys.in_flight_bytes,
    stalledAfterMs: keys.stalled_after,
    restartBackoff: { minMs: keys.restart_backoff.min, maxMs: keys.restart_backoff.max },
    drainTimeoutMs: keys.drain_timeout,
  }
}
