/** The section `worker`: what one worker thread may take, and when it is given up. */

import type { z } from 'zod'
import { section } from '../section.ts'
import type { WorkerConfig } from '../types.ts'
import { duration, size } from '../values.ts'

export function workerSchema() {
  return section(keysOf(), toWorkerConfig, [
    {
      reads: ['memory_limit', 'in_flight_bytes'],
      check: keys =>
        keys.memory_limit > keys.in_flight_bytes
          ? []
          : [{ key: 'memory_limit', message: 'must be larger than in_flight_bytes, which it includes' }],
    },
  ])
}

function keysOf() {
  return {
    memory_limit: size({
      min: '128MiB',
      max: '64GiB',
      fallback: '512MiB',
      why: '; a worker needs 128MiB for itself',
    }).describe('Heap and buffers of one worker thread; one that passes it is restarted, alone'),
    in_flight_bytes: size({
      min: '16MiB',
      max: '16GiB',
      fallback: '64MiB',
      why: '; one pull may bring 10 MB and more',
    }).describe('Read and not yet delivered, per worker thread'),
    stalled_after: duration({ min: '1s', max: '1h', fallback: '60s' }).describe(
      'A worker that does not answer for so long is replaced',
    ),
    restart_backoff: restartBackoff().prefault({}).describe('Time between a failure and the next start'),
    drain_timeout: duration({ min: '0s', max: '1h', fallback: '30s' }).describe(
      'Longest time for delivering what is held when stopping',
    ),
  }
}

function restartBackoff() {
  const keys = {
    min: duration({ min: '1ms', max: '1h', fallback: '1s' }).describe('After the first failure'),
    max: duration({ min: '1ms', max: '1h', fallback: '1m' }).describe('After many failures'),
  }
  return section(keys, ({ min, max }) => ({ minMs: min, maxMs: max }), [
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
    restartBackoff: keys.restart_backoff,
    drainTimeoutMs: keys.drain_timeout,
  }
}
