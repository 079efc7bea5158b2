/** Both far ends in the test's process, a source of countable logs, and the account of what became of each. */

import { eachLogId, formatLogId, type LogId, parseLogId } from '../../src/simulator/generator/log-id.ts'
import { createGenerator, type Kind } from '../../src/simulator/generator.ts'
import type { Envelope } from '../../src/simulator/hec/envelope.ts'
import {
  type HecReceiver,
  type HecReceiverOptions,
  startHecReceiver,
} from '../../src/simulator/hec/receiver.ts'
import { createLedger, type Ledger } from '../../src/simulator/ledger.ts'
import {
  createOracle,
  decodeCursor,
  type Oracle,
  type PullEntry,
  type SlsSimulator,
  type SlsSimulatorOptions,
  startSlsSimulator,
} from '../../src/simulator/sls/index.ts'
import type { StopReport } from '../../src/supervisor/sources/stop-report.ts'
import type { AtEnd } from './at-end.ts'
import { createContents } from './contents.ts'
import { type RunningService, type ServiceOptions, startService } from './service.ts'

export const PROJECT = 'test-project'
export const LOGSTORE = 'logs'
export const GROUP = 'sls2splunk'
export const TOKEN = '0f0e0d0c-aaaa-bbbb-cccc-token-of-hec'
export const ACCESS_KEY = { id: 'test-key-id', secret: 'secret-of-the-access-key' } as const

export interface FarEndsOptions {
  readonly shards: number
  /** False: the project and the logstore are left for the test to make. */
  readonly exists?: boolean
  /** Default 10. */
  readonly logsPerGroup?: number
  readonly bytesPerLog?: number
  readonly kinds?: readonly Kind[]
  /** Encoded groups that a route of the service drops: they count as settled without having arrived. */
  readonly isDropped?: (group: Buffer) => boolean
  /** Ids of logs that are in the service's dead letters now: they count as settled without having arrived. */
  readonly deadLetters?: () => ReadonlySet<string>
  readonly sls?: Partial<SlsSimulatorOptions>
  readonly hec?: Partial<HecReceiverOptions>
  /** Receivers like that. Default 1. */
  readonly receivers?: number
  /** Where services find Splunk, for instance what stands before the receivers. Default: the receivers themselves. */
  readonly splunkUrls?: (hecs: readonly HecReceiver[], atEnd: AtEnd) => Promise<readonly string[]>
}

export type StartOptions = Pick<ServiceOptions, 'consumers' | 'overrides'>

export interface FarEnds {
  readonly sls: SlsSimulator
  /** The first of `hecs`. */
  readonly hec: HecReceiver
  readonly hecs: readonly HecReceiver[]
  readonly ledger: Ledger
  /** Looks at every checkpoint as it happens: whether Splunk had all that lies before it. */
  readonly oracle: Oracle
  /** Ids of logs that arrived with other contents than they were issued with, at most a few. */
  altered(): readonly string[]
  /** Issued logs that have neither arrived nor are settled otherwise, the earliest of each shard first. */
  missing(): LogId[]
  /** Logs in pages that begin before the end of an earlier page of their shard: they may have been sent twice. */
  readAgain(): number
  /** Logs that retention took before they arrived. */
  expired(): number
  /** Issued logs that are in the dead letters and did not arrive. */
  deadLettered(): number
  /** Appends groups of new logs to each of these shards; answers with the last log of each. */
  produce(shards: readonly number[], groups?: number): LogId[]
  /** Retention takes the oldest groups of a shard, default all: what had not arrived counts as settled. */
  expire(shard: number, groups?: number): void
  /** Appends a group to every shard that takes writes, again and again until told to end. */
  stream(everyMs?: number): () => void
  /** From now on Splunk refuses every so many-th request as too busy: what it carries waits, and is not stored. */
  makeSplunkBusy(every: number): void
  /** `performance.now()` of a log's last arrival. */
  arrivedAt(shard: number, sequence: number): number | undefined
  /** Logs that arrived in the last so many milliseconds, for the first time or not. */
  arrivedLately(ms: number): number
  /** Ids of the shards that take writes. */
  writable(): number[]
  /** By consumer, the shards it holds undisputed. */
  holdings(): ReadonlyMap<string, readonly number[]>
  /** A service against these far ends, in this process; ended with the test at the latest. */
  start(options?: StartOptions): RunningService
  /** Drains every service that was started here. */
  stopServices(): Promise<readonly StopReport[]>
}

export async function startFarEnds(options: FarEndsOptions, atEnd: AtEnd): Promise<FarEnds> {
  const { shards, logsPerGroup = 10, bytesPerLog, kinds, isDropped = () => false } = options
  const { deadLetters = () => NONE } = options
  const ledger = createLedger()
  const contents = createContents({ project: PROJECT, logstore: LOGSTORE })
  const arrivals = new Map<string, number>()
  const expired = new Set<string>()
  const services: RunningService[] = []
  const sls = await startSlsSimulator({ accessKeys: [ACCESS_KEY], ...options.sls })
  const onEvent = (envelope: Envelope) => {
    const id = idOf(envelope.event)
    ledger.deliverId(id)
    contents.arrive(id, envelope)
    arrivals.set(id, performance.now())
  }
  const startReceiver = () => startHecReceiver({ tokens: [{ token: TOKEN }], ...options.hec, onEvent })
  const hec = await startReceiver()
  const others = Array.from({ length: (options.receivers ?? 1) - 1 }, startReceiver)
  const hecs = [hec, ...(await Promise.all(others))]
  const splunkUrls = (await options.splunkUrls?.(hecs, atEnd)) ?? hecs.map(({ url }) => url)
  const generator = createGenerator({
    seed: 1,
    logsPerGroup,
    ...(bytesPerLog !== undefined && { bytesPerLog }),
    ...(kinds && { kinds }),
  })
  const arrivedAt = (shard: number, sequence: number) => arrivals.get(formatLogId({ shard, sequence }))
  const isSettledId = (id: string) => arrivals.has(id) || expired.has(id) || deadLetters().has(id)
  const oracle = createOracle(sls, {
    isSettled: group => isDropped(group) || idsOf(group).every(isSettledId),
  })
  const rereading = watchRereading(sls)
  const stopServices = () => Promise.all(services.map(service => service.stop()))
  if (options.exists ?? true) sls.createLogstore(PROJECT, LOGSTORE, { shards })
  atEnd(async () => {
    for (const service of services) await service.kill()
    oracle.stop()
    await sls.close()
    await Promise.all(hecs.map(each => each.close()))
  })

  function produce(to: readonly number[], groups = 1): LogId[] {
    for (let i = 1; i < groups; i++) for (const shard of to) produceGroup(shard)
    return to.map(produceGroup)
  }

  function produceGroup(shard: number): LogId {
    const group = generator.nextGroup(shard, Math.floor(Date.now() / 1_000))
    if (!isDropped(group.bytes)) ledger.issue(shard, group.firstSequence, group.logs)
    contents.issue(shard, group.bytes)
    sls.append(PROJECT, LOGSTORE, shard, [group.bytes])
    return { shard, sequence: group.firstSequence + group.logs - 1 }
  }

  function missing(): LogId[] {
    const dead = deadLetters()
    const isMissing = (id: string) => !expired.has(id) && !dead.has(id)
    return ledger.lostIds(Number.POSITIVE_INFINITY).filter(id => isMissing(formatLogId(id)))
  }

  function expire(shard: number, groups?: number): void {
    const stored = sls.groupsBetween(PROJECT, LOGSTORE, shard, { from: '', to: '' })
    for (const id of stored.slice(0, groups ?? stored.length).flatMap(idsOf))
      if (!arrivals.has(id)) expired.add(id)
    sls.expire(PROJECT, LOGSTORE, shard, groups)
  }

  function writable(): number[] {
    const positions = sls.positions(PROJECT, LOGSTORE)
    return positions.filter(({ status }) => status === 'readwrite').map(({ shard }) => shard)
  }

  return {
    sls,
    hec,
    hecs,
    ledger,
    oracle,
    altered: contents.altered,
    missing,
    readAgain: () => rereading.groups() * logsPerGroup,
    // What was read before retention took it may still arrive.
    expired: () => [...expired].filter(id => !arrivals.has(id)).length,
    deadLettered: () => [...deadLetters()].filter(id => !arrivals.has(id)).length,
    produce,
    expire,
    stream(everyMs = 30) {
      const timer = setInterval(() => produce(writable()), everyMs)
      const stop = () => clearInterval(timer)
      atEnd(stop)
      return stop
    },
    makeSplunkBusy(every) {
      let requests = 0
      hec.faults.add({ fault: BUSY, match: () => ++requests % every === 0 })
    },
    arrivedAt,
    arrivedLately(ms) {
      const since = performance.now() - ms
      return [...arrivals.values()].filter(at => at >= since).length
    },
    writable,
    holdings: () => holdingsOf(sls),
    start({ consumers = 1, overrides = {} } = {}) {
      const service = startService({
        ...addressOf(sls, hec),
        consumers,
        overrides: { ...overrides, splunk: { urls: splunkUrls, ...overrides.splunk } },
      })
      services.push(service)
      return service
    },
    stopServices,
  }
}

const NONE: ReadonlySet<string> = new Set()
const BUSY = { kind: 'reply', status: 503, body: '{"text":"Server is busy","code":9}' } as const

/** How many groups of pages were served before. */
function watchRereading({ journal }: SlsSimulator) {
  const ends = new Map<number, bigint>()
  let groups = 0
  journal.onPull(({ shard, cursor, nextCursor }: PullEntry) => {
    const [from, to] = [decodeCursor(cursor) ?? 0n, decodeCursor(nextCursor) ?? 0n]
    const end = ends.get(shard) ?? from
    groups += Math.max(0, Number((to < end ? to : end) - from))
    ends.set(shard, to > end ? to : end)
  })
  return { groups: () => groups }
}

/** Where a service finds the far ends. */
function addressOf(sls: SlsSimulator, hec: HecReceiver) {
  return {
    slsUrl: sls.url,
    splunkUrl: hec.url,
    project: PROJECT,
    logstore: LOGSTORE,
    accessKey: ACCESS_KEY,
    token: TOKEN,
  }
}

function holdingsOf(sls: SlsSimulator): Map<string, number[]> {
  const holdings = new Map<string, number[]>()
  for (const consumer of sls.consumers(PROJECT, LOGSTORE, GROUP)) holdings.set(consumer, [])
  for (const [shard, state] of sls.holders(PROJECT, LOGSTORE, GROUP))
    if (state.state === 'already_alloc') holdings.get(state.holder)?.push(shard)
  return holdings
}

function idOf(event: unknown): string {
  const id = typeof event === 'object' && event !== null && 'log_id' in event ? event.log_id : undefined
  return typeof id === 'string' ? id : ''
}

/** Ids of the logs in an encoded group. */
export function idsOf(group: Buffer): string[] {
  const ids: string[] = []
  eachLogId(group, (shard, sequence) => void ids.push(formatLogId({ shard, sequence })))
  return ids
}

/** The shard that a stored event was read from. */
export function shardOfEvent({ event }: { readonly event: unknown }): number {
  return parseLogId(idOf(event))?.shard ?? -1
}

/** Which log of its shard a stored event is, from 0. */
export function sequenceOf({ event }: { readonly event: unknown }): number {
  return parseLogId(idOf(event))?.sequence ?? -1
}
