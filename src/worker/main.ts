/** The thread's whole wiring: builds the parts from the input, runs the consumer, tells the supervisor how it goes. */

import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { createBudget } from '../budget.ts'
import { toFailure } from '../failure.ts'
import {
  type Drained,
  type FromWorker,
  isToWorker,
  type WorkerInput,
  type WorkerStatus,
} from '../protocol.ts'
import { createSlsClient, type SlsClient } from '../sls/client.ts'
import { createHecClient } from '../splunk/client.ts'
import { sleep } from '../wait.ts'
import { createBuffers } from './buffers.ts'
import { type Consumer, createConsumer } from './consumer.ts'
import { deliveryFor } from './delivery.ts'
import { createKnownPositions, type KnownPositions } from './known-positions.ts'
import { createWorkerLog } from './log.ts'
import { createMeter, type Meter } from './meter.ts'
import { startShard } from './shard.ts'
import { type Contact, createContact } from './splunk-contact.ts'
import { listenForDrain } from './stop.ts'
import { createTroubles } from './troubles.ts'

type Send = (message: FromWorker) => void

const STATUS_INTERVAL_MS = 1_000
/** Requests to Splunk that may be under way at once; each holds one buffer. */
const MAX_REQUESTS = 4
/** Pulls are bounded by memory; this many connections never keep a heartbeat waiting. */
const MAX_SLS_SOCKETS = 64

/** The task of the thread. Resolves when drained; when it cannot go on it says why and ends the thread. */
export default async function work(input: WorkerInput): Promise<Drained> {
  const send: Send = message => input.port.postMessage(message)
  try {
    const parts = await build(input, send)
    return await run(input, parts, send)
  } catch (error) {
    send({ type: 'failed', failure: toFailure(error) })
    // A fresh thread for the next run: nothing of this one may be left.
    process.exit(1)
  }
}

interface Parts {
  readonly consumer: Consumer
  readonly contact: Contact
  status(): WorkerStatus
  close(): void
}

async function build(input: WorkerInput, send: Send): Promise<Parts> {
  const { source, splunk, worker } = input
  const meter = createMeter()
  const troubles = createTroubles()
  const log = createWorkerLog(line => send({ type: 'log', line }))
  // Half of the memory at most is for requests, the rest for pages.
  const requests = Math.max(
    1,
    Math.min(MAX_REQUESTS, Math.floor(worker.inFlightBytes / 2 / splunk.batchBytes)),
  )
  const buffers = createBuffers(requests, splunk.batchBytes)
  const budget = createBudget(
    Math.max(worker.inFlightBytes / 2, worker.inFlightBytes - requests * splunk.batchBytes),
  )
  const client = await connectToSls(input, meter)
  const hec = createHecClient({ splunk, maxSockets: requests + 1, onCall: meter.hecCall })
  const contact = createContact(hec, troubles)
  const delivery = { hec, compression: splunk.compression, contact, troubles, meter }
  const deliverFor = (shard: number) => deliveryFor(shard, delivery)
  const shared = {
    client,
    source,
    defaults: splunk.metadata,
    deliverFor,
    budget,
    buffers,
    meter,
    troubles,
    log,
    drainTimeoutMs: worker.drainTimeoutMs,
  }
  const positions = listenForPositions(input.port)
  const consumer = createConsumer({
    client,
    heartbeatIntervalMs: source.heartbeatIntervalMs,
    start: shard => startShard(shard, shared, () => positions.of(shard)),
    positions,
    troubles,
    log,
    restoreGroup: signal => restoreGroup(input.port, send, signal),
  })
  return {
    consumer,
    contact,
    status: () => ({
      joined: consumer.joined(),
      splunkUp: contact.up(),
      inFlightBytes: budget.lentBytes() + buffers.lentBytes(),
      memoryBytes: memoryBytes(),
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

function connectToSls({ sls, source, consumer }: WorkerInput, meter: Meter): Promise<SlsClient> {
  const { project, logstore, consumerGroup, heartbeatIntervalMs, query } = source
  return createSlsClient({
    sls,
    project,
    logstore,
    consumerGroup,
    consumer,
    heartbeatIntervalMs,
    ...(query !== undefined && { query }),
    maxSockets: MAX_SLS_SOCKETS,
    onCall: meter.slsCall,
  })
}

async function run({ port, worker }: WorkerInput, parts: Parts, send: Send): Promise<Drained> {
  const { consumer, contact } = parts
  const stop = listenForDrain(port, worker.drainTimeoutMs)
  const over = new AbortController()
  const report = () => send({ type: 'status', status: parts.status() })
  send({ type: 'ready' })
  const background = Promise.all([reportStatus(report, over.signal), contact.keep(over.signal)])
  let unconfirmed: Drained['unconfirmed'] = []
  stop.hard.addEventListener('abort', () => {
    unconfirmed = inFlightOf(consumer)
  })
  await Promise.race([consumer.run(stop.soft, stop.hard), stop.settled])
  over.abort()
  await background
  report()
  parts.close()
  stop.close()
  return { kind: 'drained', unconfirmed, unsaved: consumer.unsaved() }
}

async function reportStatus(report: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    report()
    await sleep(STATUS_INTERVAL_MS, signal)
  }
}

/** What is still in flight when the deadline passes will be read and sent again: the last log line names it. */
function inFlightOf(consumer: Consumer): Drained['unconfirmed'] {
  const held = consumer.shards().filter(shard => shard.inFlightEvents > 0)
  return held.map(({ shard, inFlightEvents: events, position: from = '' }) => ({ shard, events, from }))
}

function listenForPositions(port: MessagePort): KnownPositions {
  const positions = createKnownPositions()
  port.on('message', (message: unknown) => {
    if (!isToWorker(message) || message.type !== 'positions') return
    for (const [shard, position] of message.positions) positions.learn(shard, position)
  })
  return positions
}

/** Tells that the group is gone and waits until it is there again. */
async function restoreGroup(port: MessagePort, send: Send, signal: AbortSignal): Promise<void> {
  send({ type: 'group-gone' })
  while (!signal.aborted) {
    const [message] = await once(port, 'message', { signal }).catch(() => [])
    if (isToWorker(message) && message.type === 'group-restored') return
  }
}

/** Heap and buffers of this thread alone; `memoryUsage` of a worker counts its own isolate. */
function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
