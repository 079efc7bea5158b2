/** Statuses of workers for tests of what is made of them. */

import type { CallDelta, ShardDelta, ShardStatus, WorkerStatus } from '../../src/thread/protocol.ts'

export function shardDelta(shard: number, given: Partial<ShardDelta> = {}): ShardDelta {
  return {
    shard,
    readBytes: 0,
    readEvents: 0,
    deliveredBytes: 0,
    deliveredEvents: 0,
    droppedEvents: 0,
    cpuSeconds: 0,
    expiredSeconds: 0,
    ...given,
  }
}

export function callDelta(given: Partial<CallDelta> = {}): CallDelta {
  return {
    endpoint: 'splunk:8088',
    operation: 'event',
    code: '0',
    durationsSeconds: [],
    sentBytes: 0,
    receivedBytes: 0,
    ...given,
  }
}

export function heldShard(shard: number, given: Partial<ShardStatus> = {}): ShardStatus {
  return { shard, state: 'reading', inFlightEvents: 0, lagSeconds: 1, ...given }
}

/** Of a worker that is well; `since` may be given in part. */
export function workerStatus(
  given: Partial<Omit<WorkerStatus, 'since'>> & { readonly since?: Partial<WorkerStatus['since']> } = {},
): WorkerStatus {
  const since = { cpuSeconds: 0, shards: [], slsCalls: [], hecCalls: [], hecRetries: [], ...given.since }
  return {
    joined: true,
    splunkUp: true,
    endpoints: [{ endpoint: 'splunk:8088', up: true, pendingAcks: 0 }],
    inFlightBytes: 0,
    memoryBytes: 1,
    shards: [],
    reasons: [],
    ...given,
    since,
  }
}
