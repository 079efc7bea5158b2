/** A worker's parts, built from the input of its thread. */

import { createDeadLetterBox } from '../dead-letters/box.ts'
import { createNodeClient } from '../http/node-client.ts'
import { createSlsClient, type SlsClient } from '../sls/client.ts'
import type { Unpack } from '../sls/page.ts'
import type { FromWorker, WorkerInput, WorkerStatus } from '../thread/protocol.ts'
import { type Consumer, createConsumer } from './consumer.ts'
import { connectToSplunk, type SplunkConnection } from './deliver/connect.ts'
import { deliveryFor } from './deliver/delivery.ts'
import { createAnnounce } from './deliver/refusals.ts'
import { createGroupRestorer } from './group-restorer.ts'
import type { Receivers } from './inbox.ts'
import { createWorkerMemory, type WorkerMemory } from './memory.ts'
import { createQuarantineList, type QuarantineList } from './read/quarantine.ts'
import { createWorkerLog, type WorkerLog } from './report/log.ts'
import { createMeter, type Meter } from './report/meter.ts'
import { createTroubles, type Troubles } from './report/troubles.ts'
import type { ShardContext } from './shard/context.ts'
import { createKnownPositions } from './shard/known-positions.ts'
import { startShard } from './shard/shard.ts'

export interface Worker {
  readonly consumer: Consumer
  /** Receivers of all that the supervisor may say, but for the stop. */
  readonly receivers: Omit<Receivers, 'drain'>
  /** Probes Splunk until the signal is aborted. */
  keepInTouch(signal: AbortSignal): Promise<void>
  /** Returns how things stand, and what has happened since the last time. */
  report(): WorkerStatus
  close(): void
}

/** Pulls are bounded by memory; this many connections never keep a heartbeat waiting. */
const MAX_SLS_SOCKETS = 64

/** Builds the parts; nothing has been asked of a far end yet. Rejects when there are no credentials, or for a bug. */
export function buildWorker(input: WorkerInput, send: (message: FromWorker) => void): Worker {
  const [meter, troubles] = [createMeter(), createTroubles()]
  const log = createWorkerLog(line => send({ type: 'log', line }))
  const memory = createWorkerMemory(input.splunk, input.worker)
  const client = connectToSls(input, meter, memory.unpack)
  const maxRequests = memory.buffers.count
  const hec = connectToSplunk(input.splunk, { maxRequests, troubles, onCall: meter.hecCall })
  const quarantine = createQuarantineList(input.quarantine)
  const context = contextOf(input, { memory, client, hec, quarantine, meter, troubles, log })
  const positions = createKnownPositions()
  const group = createGroupRestorer(() => send({ type: 'group-gone' }))
  const consumer = createConsumer({
    name: input.consumer,
    client,
    heartbeatIntervalMs: input.source.heartbeatIntervalMs,
    start: (shard, hold) => startShard(shard, context, { ...hold, known: () => positions.of(shard) }),
    positions,
    troubles,
    log,
    restoreGroup: group.restore,
  })
  return {
    consumer,
    receivers: {
      positions: positions.learnAll,
      quarantine: quarantine.add,
      groupRestored: group.onRestored,
    },
    keepInTouch: hec.endpoints.keep,
    report: () => ({
      joined: consumer.joined(),
      splunkUp: hec.endpoints.isUp(),
      endpoints: hec.endpoints.status(),
      inFlightBytes: memory.inFlightBytes(),
      memoryBytes: memory.threadBytes(),
      shards: consumer.shards(),
      reasons: troubles.take(),
      since: meter.take(),
    }),
    close() {
      client.close()
      hec.close()
    },
  }
}

interface Built {
  readonly memory: WorkerMemory
  readonly client: SlsClient
  readonly hec: SplunkConnection
  readonly quarantine: QuarantineList
  readonly meter: Meter
  readonly troubles: Troubles
  readonly log: WorkerLog
}

function contextOf(input: WorkerInput, { memory, hec, ...built }: Built): ShardContext {
  const { source, splunk, marker } = input
  const { directory, maxBytes } = input.deadLetters
  const { budget, buffers, vector } = memory
  const { meter, troubles, log } = built
  const parts = { endpoints: hec.endpoints, compression: splunk.compression, troubles, meter }
  return {
    ...built,
    source,
    marker,
    budget,
    buffers,
    vector,
    defaults: splunk.metadata,
    deliverFor: ofShard => deliveryFor(ofShard, parts),
    deadLetters: createDeadLetterBox({ directory, maxBytes, name: input.consumer }),
    announce: createAnnounce(log),
    drainTimeoutMs: input.worker.drainTimeoutMs,
  }
}

function connectToSls(
  { sls, source, consumer }: WorkerInput,
  meter: Meter,
  unpack: Unpack | undefined,
): SlsClient {
  const { project, logstore, consumerGroup, heartbeatIntervalMs, query } = source
  return createSlsClient({
    sls,
    project,
    logstore,
    consumerGroup,
    consumer,
    heartbeatIntervalMs,
    ...(query !== undefined && { query }),
    createHttp: createNodeClient,
    maxSockets: MAX_SLS_SOCKETS,
    onCall: meter.slsCall,
    unpack,
  })
}
