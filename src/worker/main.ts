/** The thread's whole wiring: builds the parts from the input, runs the consumer, tells the supervisor how it goes. */

import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { createBudget } from '../budget.ts'
import { toFailure } from '../failure.ts'
import type { Drained, FromWorker, ToWorker, WorkerInput, WorkerStatus } from '../protocol.ts'
import { createSlsClient } from '../sls/client.ts'
import { createHecClient } from '../splunk/client.ts'
import { createDeliver } from '../splunk/deliver.ts'
import { describe } from '../splunk/describe.ts'
import { sleep } from '../wait.ts'
import { createBuffers } from './buffers.ts'
import { type Consumer, createConsumer } from './consumer.ts'
import { createWorkerLog } from './log.ts'
import { createMeter } from './meter.ts'
import { createContact } from './splunk-contact.ts'
import { startShard } from './shard.ts'
import { createTroubles } from './troubles.ts'

const STATUS_INTERVAL_MS = 1_000
/** Requests to Splunk that may be under way at once; each holds one buffer. */
const MAX_REQUESTS = 4
/** After the deadline of the drain, for the last checkpoints. */
const SETTLE_MS = 12_000

/** The task of the thread. Resolves when drained; when it cannot go on it says why and ends the thread. */
export default async function work(input: WorkerInput): Promise<Drained> {
  const { port } = input
  const send = (message: FromWorker) => port.postMessage(message)
  try {
    return await consume(input, send)
  } catch (error) {
    send({ type: 'failed', failure: toFailure(error) })
    // A fresh thread for the next run: nothing of this one may be left.
    process.exit(1)
  }
}

async function consume(input: WorkerInput, send: (message: FromWorker) => void): Promise<Drained> {
  const { port, source, worker, splunk } = input
  const meter = createMeter()
  const troubles = createTroubles()
  const log = createWorkerLog(line => send({ type: 'log', line }))
  const buffers = createBuffers(MAX_REQUESTS, splunk.batchBytes)
  const budget = createBudget(worker.inFlightBytes - MAX_REQUESTS * splunk.batchBytes)
  const client = await createSlsClient({
    sls: input.sls,
    project: source.project,
    logstore: source.logstore,
    consumerGroup: source.consumerGroup,
    consumer: input.consumer,
    ...(source.query !== undefined && { query: source.query }),
    heartbeatIntervalMs: source.heartbeatIntervalMs,
    // One more than can pull at once, so that a heartbeat never waits behind data.
    maxSockets: 64,
    onCall: meter.slsCall,
  })
  const hec = createHecClient({ splunk, maxSockets: MAX_REQUESTS + 1, onCall: meter.hecCall })
  const contact = createContact(hec, troubles)
  const deliverFor = (shard: number) => {
    const who = { work: 'send', shard } as const
    const deliver = createDeliver({
      client: hec,
      compression: splunk.compression,
      onTrouble: ({ reason }, { detail }) => {
        contact.failed()
        meter.hecRetry(hec.endpoint, reason)
        troubles.raise(who, { code: `splunk-${reason}`, ...describe(reason, hec.endpoint, detail) })
      },
    })
    return async (events: Parameters<typeof deliver>[0], signal: AbortSignal) => {
      await deliver(events, signal)
      contact.worked()
      troubles.clear(who)
    }
  }
  const context = {
    client,
    source,
    defaults: splunk.metadata,
    deliverFor,
    budget,
    buffers,
    meter,
    troubles,
    log,
  }
  const consumer = createConsumer({
    client,
    heartbeatIntervalMs: source.heartbeatIntervalMs,
    start: (shard, known) => startShard(shard, context, known),
    troubles,
    log,
    restoreGroup: signal => restoreGroup(port, send, signal),
  })
  const statusOf = (): WorkerStatus => ({
    joined: consumer.joined(),
    splunkUp: contact.up(),
    inFlightBytes: budget.lentBytes() + buffers.lentBytes(),
    memoryBytes: memoryBytes(),
    shards: consumer.shards(),
    reasons: troubles.list(),
    since: meter.take(),
  })

  const stop = listenForDrain(port, worker.drainTimeoutMs)
  const over = new AbortController()
  const background = Promise.all([
    report(() => send({ type: 'status', status: statusOf() }), over.signal),
    contact.keep(over.signal),
  ])
  send({ type: 'ready' })
  let unconfirmed: Drained['unconfirmed'] = []
  const watch = watchUnconfirmed(consumer, stop.hard, found => {
    unconfirmed = found
  })
  await Promise.race([consumer.run(stop.soft, stop.hard), stop.settled])
  watch()
  over.abort()
  await background
  send({ type: 'status', status: statusOf() })
  client.close()
  hec.close()
  stop.close()
  return { kind: 'drained', unconfirmed }
}

/** Heap and buffers of this thread alone; `memoryUsage` of a worker counts its own isolate. */
function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function report(sendStatus: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    sendStatus()
    await sleep(STATUS_INTERVAL_MS, signal)
  }
}

async function restoreGroup(port: MessagePort, send: (message: FromWorker) => void, signal: AbortSignal) {
  send({ type: 'group-gone' })
  while (!signal.aborted) {
    const [message] = await once(port, 'message', { signal }).catch(() => [])
    if (isToWorker(message) && message.type === 'group-restored') return
  }
}

/** What is still in flight when the deadline passes will be read and sent again: it is named in the last log line. */
function watchUnconfirmed(
  consumer: Consumer,
  hard: AbortSignal,
  found: (list: Drained['unconfirmed']) => void,
) {
  const look = () => {
    const held = consumer.shards().filter(shard => shard.inFlightEvents > 0)
    found(held.map(({ shard, inFlightEvents: events, position: from = '' }) => ({ shard, events, from })))
  }
  hard.addEventListener('abort', look)
  return () => hard.removeEventListener('abort', look)
}

interface Stop {
  /** Take nothing new, finish what is held. */
  readonly soft: AbortSignal
  /** Drop it: the drain has taken too long. */
  readonly hard: AbortSignal
  /** Resolves when even the last checkpoints have had their time. */
  readonly settled: Promise<void>
  close(): void
}

function listenForDrain(port: MessagePort, drainTimeoutMs: number): Stop {
  const soft = new AbortController()
  const hard = new AbortController()
  const closed = new AbortController()
  let settle = () => {}
  const settled = new Promise<void>(resolve => {
    settle = resolve
  })
  async function drain() {
    soft.abort()
    await sleep(drainTimeoutMs, closed.signal)
    hard.abort()
    await sleep(SETTLE_MS, closed.signal)
    settle()
  }
  port.on('message', (message: unknown) => {
    if (isToWorker(message) && message.type === 'drain' && !soft.signal.aborted) void drain()
  })
  return {
    soft: soft.signal,
    hard: hard.signal,
    settled,
    close() {
      closed.abort()
      port.close()
    },
  }
}

function isToWorker(message: unknown): message is ToWorker {
  return typeof message === 'object' && message !== null && 'type' in message
}
