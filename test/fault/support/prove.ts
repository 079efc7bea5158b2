/** What has to hold under every fault, asked of the whole service over real threads and HTTP. */

import { performance } from 'node:perf_hooks'
import { expect } from 'vitest'
import { type AtEnd, createEnds } from '../../support/at-end.ts'
import { eventually } from '../../support/eventually.ts'
import { type StartOptions, startFarEnds } from '../../support/far-ends.ts'
import { everythingArrives, expectSoundAccount } from '../../support/invariants.ts'
import type { RunningService } from '../../support/service.ts'
import { boundOf } from './bounds.ts'
import { keepLog } from './results.ts'
import type { Scenario, World } from './scenario.ts'

export interface Proven {
  readonly issued: number
  /** Logs that are gone although Log Service had them long enough: always 0, or the scenario has failed. */
  readonly lost: number
  readonly duplicated: number
  readonly deadLettered: number
  /** Logs that retention took before they could be read. */
  readonly expired: number
  /** From the heal until Splunk has a log that was written after it, in every shard. */
  readonly freshSeconds: number
}

/** Many pages and little to compute: a page of one shard is one request, so its logs are in order. */
const SMALL = { shards: 2, logsPerGroup: 3, bytesPerLog: 200 }
const JOINED_MS = 40_000
const FRESH_MS = 10_000

/**
 * Rejects with what does not hold; what the services said is kept then, for whoever looks for the reason. Settles when
 * all that it has started is ended.
 */
export async function prove(scenario: Scenario): Promise<Proven> {
  const services: RunningService[] = []
  const { atEnd, undo } = createEnds()
  try {
    return await proveUntil(atEnd, scenario, services)
  } catch (error) {
    keepLog(scenario, services)
    throw error
  } finally {
    await undo()
  }
}

async function proveUntil(onEnd: AtEnd, scenario: Scenario, services: RunningService[]): Promise<Proven> {
  const far = await startFarEnds({ ...SMALL, ...scenario.world }, onEnd)
  await scenario.before?.(far)
  const stops: (() => Promise<void>)[] = []
  const start = (options: StartOptions = {}) => {
    const running = far.start(patient(options))
    services.push(running)
    return running
  }
  const onStop = (stop: () => Promise<void>) => void stops.push(stop)
  const world: World = { far, services, start, onStop, onEnd }
  for (const options of scenario.services ?? [{}]) start(options)
  return proveIn(world, scenario, () => Promise.all(stops.map(stop => stop())))
}

async function proveIn(
  world: World,
  scenario: Scenario,
  stopOthers: () => Promise<unknown>,
): Promise<Proven> {
  const { far } = world
  const whenWorking = scenario.strikesWhen !== 'starting'
  // With `start_from: end` nothing is owed that was written before the first positions.
  if (whenWorking) await untilReady(world)
  const stopStream = far.stream(scenario.streamEveryMs)
  if (whenWorking) await untilWorking(world)
  const heal = await scenario.strike(world)
  await heal()
  const freshSeconds = await freshLogsArrive(world).catch(async (tooLate: unknown) => {
    // Too late and never are two things: what does not arrive at all fails as a log that is missing.
    stopStream()
    await everythingArrives(far)
    throw tooLate
  })
  stopStream()
  await everythingArrives(far)
  await stopOthers()
  await stopAndCheck(world, scenario)
  expectSoundAccount(far, {
    duplicates: boundOf(scenario.duplicates, world),
    disorder: boundOf(scenario.disorder, world),
  })
  await scenario.after?.(world)
  const { issued, duplicated } = far.ledger.report()
  return {
    issued,
    lost: far.missing().length,
    duplicated,
    deadLettered: far.deadLettered(),
    expired: far.expired(),
    freshSeconds,
  }
}

/** A busy machine is no fault: unless a scenario says so, no shard is lost and no request given up because of it. */
function patient({ consumers = 2, overrides = {} }: StartOptions): StartOptions {
  const source = { heartbeatIntervalMs: 5_000, ...overrides.source }
  return {
    consumers,
    overrides: { ...overrides, source, splunk: { timeoutMs: 30_000, ...overrides.splunk } },
  }
}

async function untilReady({ services }: World): Promise<void> {
  await eventually(() => services.every(({ service }) => service.readiness().ready), {
    withinMs: JOINED_MS,
    what: 'all consumers have joined',
    state: () => services.map(({ service }) => service.readiness()),
  })
}

async function untilWorking(world: World): Promise<void> {
  const { far, services } = world
  await eventually(
    () => isSpread(world) && far.writable().every(shard => far.arrivedAt(shard, 0) !== undefined),
    {
      withinMs: JOINED_MS,
      what: 'shards are spread and every one is delivered from',
      state: () => ({
        reasons: services.map(({ service }) => service.readiness()),
        log: lastLines(services),
      }),
    },
  )
}

/** No shard is on its way from one consumer to another or about to be, and those who hold them know it. */
function isSpread({ far, services }: World): boolean {
  const holdings = [...far.holdings()]
  const counts = holdings.map(([, shards]) => shards.length)
  const known = services.flatMap(({ service }) => service.board.shards())
  const isKnown = (owner: string, shard: number) =>
    known.some(each => each.owner === owner && each.shard === shard && each.state !== 'draining')
  return (
    counts.reduce((all, count) => all + count, 0) >= far.writable().length &&
    Math.max(...counts) - Math.min(...counts) <= 1 &&
    holdings.every(([consumer, shards]) => shards.every(shard => isKnown(consumer, shard)))
  )
}

/** Seconds until Splunk has what is written now, in every shard that takes writes. */
async function freshLogsArrive({ far, services }: World): Promise<number> {
  const healedAt = performance.now()
  const fresh = far.produce(far.writable())
  const late = () => fresh.filter(({ shard, sequence }) => far.arrivedAt(shard, sequence) === undefined)
  await eventually(() => late().length === 0, {
    withinMs: FRESH_MS,
    what: 'a log that is written after the fault arrives',
    state: () => ({ late: late(), log: lastLines(services) }),
  })
  const arrivals = fresh.map(({ shard, sequence }) => far.arrivedAt(shard, sequence) ?? healedAt)
  return Math.max(0, ...arrivals.map(at => at - healedAt)) / 1_000
}

/** Everything stopped, nothing is unconfirmed and not a byte of any budget is lent out. */
async function stopAndCheck({ far, services }: World, scenario: Scenario): Promise<void> {
  const reports = await far.stopServices()
  if (scenario.uncleanStop) return
  for (const report of reports) expect(report).toMatchObject({ unconfirmed: [], unsaved: [], killed: [] })
  for (const running of services)
    for (const [consumer, bytes] of running.heldBytes())
      expect({ consumer, bytes }).toEqual({ consumer, bytes: 0 })
}

function lastLines(services: readonly RunningService[]): string[] {
  return services.flatMap(({ logLines }) => logLines.slice(-5))
}
