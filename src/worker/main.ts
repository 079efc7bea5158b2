/** The thread's whole wiring: builds the parts from the input, runs the consumer, tells the supervisor how it goes. */

import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { createBudget } from '../base/budget.ts'
import { toFailure } from '../base/failure.ts'
import { sleep } from '../base/wait.ts'
import type { SplunkConfig, WorkerConfig } from '../config/types.ts'
import { createDeadLetterBox } from '../dead-letters/box.ts'
import { createSlsClient, type SlsClient } from '../sls/client.ts'
import type { Unpack } from '../sls/page.ts'
import {
  type Drained,
  type FromWorker,
  isToWorker,
  type WorkerInput,
  type WorkerStatus,
} from '../thread/protocol.ts'
import { type Consumer, createConsumer } from './consumer.ts'
import { createBuffers } from './deliver/buffers.ts'
import { connectToSplunk } from './deliver/connect.ts'
import { deliveryFor, type ShardDelivery } from './deliver/delivery.ts'
import { createAnnounce } from './deliver/refusals.ts'
import { loadModule } from './encode/module.ts'
import { createVector } from './encode/vector.ts'
import { createPageMemory, regionBytes } from './read/page-memory.ts'
import { createQuarantineList, type QuarantineList } from './read/quarantine.ts'
import { createWorkerLog } from './report/log.ts'
import { createMeter, type Meter } from './report/meter.ts'
import { threadMemoryBytes } from './report/thread-memory.ts'
import { createTroubles } from './report/troubles.ts'
import { createKnownPositions, type KnownPositions } from './shard/known-positions.ts'
import { startShard } from './shard/shard.ts'
import { listenForDrain } from './stop.ts'

type Send = (message: FromWorker) => void

const STATUS_INTERVAL_MS = 1_000
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
  /** Until the signal is aborted. */
  keepInTouch(signal: AbortSignal): Promise<void>
  status(): WorkerStatus
  close(): void
}

async function build(input: WorkerInput, send: Send): Promise<Parts> {
  const { source, splunk, worker } = input
  const meter = createMeter()
  const troubles = createTroubles()
  const log = createWorkerLog(line => send({ type: 'log', line }))
  const memory = shareMemory(splunk, worker)
  const { buffers, budget, module } = memory
  const client = await connectToSls(input, meter, memory.pages?.unpack)
  const hec = connectToSplunk(splunk, { maxRequests: buffers.count, troubles, onCall: meter.hecCall })
  const { endpoints } = hec
  const delivery = { endpoints, compression: splunk.compression, troubles, meter }
  const { directory, maxBytes } = input.deadLetters
  const shared = {
    client,
    source,
    defaults: splunk.metadata,
    deliverFor: (ofShard: ShardDelivery) => deliveryFor(ofShard, delivery),
    deadLetters: createDeadLetterBox({ directory, maxBytes, name: input.consumer }),
    announce: createAnnounce(log),
    quarantine: listenForQuarantine(input),
    marker: input.marker,
    budget,
    buffers,
    vector: module && createVector(module),
    meter,
    troubles,
    log,
    drainTimeoutMs: worker.drainTimeoutMs,
  }
  const positions = listenForPositions(input.port)
  const consumer = createConsumer({
    name: input.consumer,
    client,
    heartbeatIntervalMs: source.heartbeatIntervalMs,
    start: (shard, hold) => startShard(shard, shared, { ...hold, known: () => positions.of(shard) }),
    positions,
    troubles,
    log,
    restoreGroup: signal => restoreGroup(input.port, send, signal),
  })
  return {
    consumer,
    keepInTouch: endpoints.keep,
    status: () => ({
      joined: consumer.joined(),
      splunkUp: endpoints.isUp(),
      endpoints: endpoints.status(),
      inFlightBytes: budget.lentBytes() + buffers.lentBytes(),
      memoryBytes: memoryBytes(memory),
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

/** How many bodies may be made and not yet delivered: with acknowledgement, those that wait for it as well. */
const MAX_BODIES = { accepted: 4, acknowledged: 32 } as const

/** Half of the memory at most is for bodies, the rest for pages. */
function shareMemory({ batchBytes, acknowledgementMs }: SplunkConfig, { inFlightBytes }: WorkerConfig) {
  const wanted = acknowledgementMs === undefined ? MAX_BODIES.accepted : MAX_BODIES.acknowledged
  const count = Math.max(1, Math.min(wanted, Math.floor(inFlightBytes / 2 / batchBytes)))
  const forPages = Math.max(inFlightBytes / 2, inFlightBytes - count * batchBytes)
  const bodies = { count, bytesEach: batchBytes }
  const module = loadModule({ bodies, pagesBytes: regionBytes(forPages) })
  return {
    module,
    buffers: createBuffers(count, batchBytes, module?.bodies),
    pages: module && createPageMemory(module),
    budget: createBudget(forPages),
  }
}

function connectToSls(
  { sls, source, consumer }: WorkerInput,
  meter: Meter,
  unpack: Unpack | undefined,
): Promise<SlsClient> {
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
    unpack,
  })
}

async function run({ port, worker }: WorkerInput, parts: Parts, send: Send): Promise<Drained> {
  const { consumer } = parts
  const stop = listenForDrain(port, worker.drainTimeoutMs)
  const over = new AbortController()
  const report = () => send({ type: 'status', status: parts.status() })
  send({ type: 'ready' })
  const background = Promise.all([reportStatus(report, over.signal), parts.keepInTouch(over.signal)])
  await Promise.race([consumer.run(stop.soft, stop.hard), stop.settled])
  over.abort()
  await background
  report()
  parts.close()
  stop.close()
  return { kind: 'drained', unconfirmed: consumer.unconfirmed(), unsaved: consumer.unsaved() }
}

async function reportStatus(report: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    report()
    await sleep(STATUS_INTERVAL_MS, signal)
  }
}

function listenForQuarantine({ port, quarantine }: WorkerInput): QuarantineList {
  const list = createQuarantineList()
  list.add(quarantine)
  port.on('message', (message: unknown) => {
    if (isToWorker(message) && message.type === 'quarantine') list.add(message.entries)
  })
  return list
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

/** Of the module's memory, which counts as external with all its room, what has been used. */
function memoryBytes({ module, buffers, pages }: ReturnType<typeof shareMemory>): number {
  const bytes = threadMemoryBytes()
  if (!module || !pages) return bytes
  const bodiesBytes = module.bodies.length > 0 ? buffers.madeBytes() : 0
  return bytes - module.memory.length + bodiesBytes + pages.usedBytes()
}
