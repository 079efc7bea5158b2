/**
 * The far ends of a benchmark in a process of their own, so that what they cost is never part of a figure. They do as
 * little as they can: logs are made once and written again and again, Splunk counts events by their braces.
 */

import { eachLogId } from '../../src/simulator/generator/log-id.ts'
import { createGenerator, type GeneratedGroup } from '../../src/simulator/generator.ts'
import { type HecReceiver, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { type SlsSimulator, startSlsSimulator } from '../../src/simulator/sls/index.ts'
import type { Counts, Ends, LoadOptions, Order } from './load-orders.ts'
import { ACCESS_KEY, LOGSTORE, PROJECT, TOKEN } from './names.ts'

const TICK_MS = 20
/** Older groups go: they were read long ago. */
const MAX_GROUPS_PER_SHARD = 20_000

interface Load {
  readonly shards: number
  readonly sls: SlsSimulator
  readonly hec: HecReceiver
  /** How many raw bytes shall have been produced by now. */
  dueBytes: () => number
  producedBytes: number
  producedEvents: number
  nextShard: number
  firstStoredAtMs: number | undefined
  readonly makeGroup: (shard: number) => GeneratedGroup
  readonly onGroup: (group: GeneratedGroup) => void
  readonly takeLatencies: () => number[]
}

let load: Load | undefined

async function begin(options: LoadOptions): Promise<Ends> {
  const { shards, certificate: tls, acknowledgement = false, watchesLatency = false } = options
  const latency = createLatencyWatch()
  const sls = await startSlsSimulator({
    accessKeys: [ACCESS_KEY],
    maxGroupsPerShard: MAX_GROUPS_PER_SHARD,
    journalEntries: 100,
    ...(tls && { tls }),
  })
  const hec = await startHecReceiver({
    tokens: [{ token: TOKEN, useAck: acknowledgement }],
    ...(acknowledgement && { ackDelayMs: 100 }),
    strict: false,
    ...(tls && { tls }),
    onBody(body) {
      if (load) load.firstStoredAtMs ??= Date.now()
      if (watchesLatency) latency.onBody(body)
    },
  })
  sls.createLogstore(PROJECT, LOGSTORE, { shards })
  load = {
    shards,
    sls,
    hec,
    dueBytes: () => 0,
    producedBytes: 0,
    producedEvents: 0,
    nextShard: 0,
    firstStoredAtMs: undefined,
    makeGroup: watchesLatency ? createFreshGroups() : createPool(),
    onGroup: watchesLatency ? latency.onGroup : () => {},
    takeLatencies: latency.take,
  }
  setInterval(produce, TICK_MS)
  return { slsUrl: sls.url, hecUrl: hec.url }
}

function produce(): void {
  if (!load) return
  const { sls, makeGroup, onGroup } = load
  const dueBytes = load.dueBytes()
  while (load.producedBytes < dueBytes) {
    const group = makeGroup(load.nextShard)
    sls.append(PROJECT, LOGSTORE, load.nextShard, [group.bytes])
    onGroup(group)
    load.producedBytes += group.rawBytes
    load.producedEvents += group.logs
    load.nextShard = (load.nextShard + 1) % load.shards
  }
}

function createFreshGroups() {
  const generator = createGenerator({ seed: 1 })
  return (shard: number) => generator.nextGroup(shard, Math.floor(Date.now() / 1_000))
}

const POOL_GROUPS = 400

/** The same groups again and again: making them would cost more than serving them. */
function createPool() {
  const fresh = createFreshGroups()
  const pool = Array.from({ length: POOL_GROUPS }, () => fresh(0))
  let next = 0
  return () => {
    const group = pool[next++ % pool.length]
    if (!group) throw new RangeError('an empty pool')
    return group
  }
}

/** From a group's append until its last log is stored. */
function createLatencyWatch() {
  const appendedAtMs = new Map<string, number>()
  let latencies: number[] = []
  const keyOf = (shard: number, sequence: number) => `${shard} ${sequence}`
  return {
    onGroup: ({ shard, firstSequence, logs }: GeneratedGroup) =>
      void appendedAtMs.set(keyOf(shard, firstSequence + logs - 1), performance.now()),
    onBody(body: Buffer) {
      eachLogId(body, (shard, sequence) => {
        const at = appendedAtMs.get(keyOf(shard, sequence))
        if (at === undefined) return
        latencies.push(performance.now() - at)
        appendedAtMs.delete(keyOf(shard, sequence))
      })
    },
    take() {
      const taken = latencies
      latencies = []
      return taken
    },
  }
}

function begun(): Load {
  if (!load) throw new Error('the load side has not begun')
  return load
}

function pace(bytesPerSecond: number): void {
  const current = begun()
  const from = current.producedBytes
  const startedAtMs = performance.now()
  current.dueBytes = () => from + ((performance.now() - startedAtMs) / 1_000) * bytesPerSecond
}

function flood(aheadBytes: number): void {
  const current = begun()
  current.dueBytes = () => storedBytes(current) + aheadBytes
}

/** All groups are of one mix, so an event stands for so many raw bytes. */
function storedBytes({ hec, producedBytes, producedEvents }: Load): number {
  return producedEvents === 0 ? 0 : (hec.counters.events * producedBytes) / producedEvents
}

function count(): Counts {
  const { hec, producedBytes, producedEvents, firstStoredAtMs } = begun()
  const { user, system } = process.cpuUsage()
  return {
    producedBytes,
    producedEvents,
    storedEvents: hec.counters.events,
    storedBodyBytes: hec.counters.decodedBytes,
    requests: hec.counters.requests,
    firstStoredAtMs,
    loadCpuSeconds: (user + system) / 1e6,
  }
}

async function follow(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'begin':
      return begin(order.given)
    case 'pace':
      return pace(order.given)
    case 'flood':
      return flood(order.given)
    case 'count':
      return count()
    case 'latencies':
      return begun().takeLatencies()
    case 'stall':
      return void begun().hec.faults.add({ fault: { kind: 'hang' } })
  }
}

process.on('message', async (order: Order) => {
  process.send?.({ answer: await follow(order) })
})
process.on('disconnect', () => process.exit(0))
