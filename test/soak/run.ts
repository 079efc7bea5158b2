/** A soak: two services of one group at a steady pace, one fault after the other, and the account at the end. */

import { join } from 'node:path'
import { sleep } from '../../src/base/wait.ts'
import { createRandom, type Random } from '../../src/simulator/generator/random.ts'
import { configOf } from './config.ts'
import { createDeadLetters } from './dead-letters.ts'
import { type SoakFarEnds, startSoakFarEnds } from './far-ends.ts'
import { heal, MENU, type Stage } from './menu.ts'
import type { SoakResult } from './result.ts'
import { createSoakService } from './service.ts'
import { startWatch, type Watch } from './watch.ts'

export interface SoakOptions {
  readonly minutes: number
  /** Of both services together, at least two; the guest has one of them. */
  readonly consumers: number
  readonly seed: number
  /** Faults that are played; where none has such a name, all is well all the time. */
  readonly only: RegExp
  /** For the services' files. */
  readonly directory: string
  readonly say: (line: string) => void
}

const PACE_BYTES_PER_SECOND = 2_000_000
const SHARDS_PER_CONSUMER = 2
const WARM_UP_MS = 10_000
const MIN_PAUSE_MS = 4_000
const PAUSE_SPREAD_MS = 4_000
/** After a fault it takes a moment until all is well. */
const SETTLE_MS = 2_000
const CATCH_UP_MS = 180_000
const FRESH_LOG_MS = 30_000
const POLL_MS = 50

export async function runSoak({
  minutes,
  consumers,
  seed,
  only,
  directory,
  say,
}: SoakOptions): Promise<SoakResult> {
  const directories = ['steady', 'guest'].map(name => join(directory, name, 'state', 'dead-letters'))
  const far = await startSoakFarEnds(consumers * SHARDS_PER_CONSUMER, createDeadLetters(directories))
  const service = (name: string, count: number) =>
    createSoakService(name, join(directory, name), configOf({ far, name, consumers: count }))
  const services = { steady: service('steady', consumers - 1), guest: service('guest', 1) }
  const everything = { far, ...services }
  const production = new AbortController()
  const watching = new AbortController()
  const startedAt = performance.now()
  const producing = far.produce(PACE_BYTES_PER_SECOND * consumers, production.signal)
  await heal(everything)
  const watch = startWatch([services.steady, services.guest], watching.signal)
  setTimeout(() => production.abort(), minutes * 60_000)
  const stage = { ...everything, random: createRandom(seed), signal: production.signal }
  const menu = MENU.filter(([name]) => only.test(name))
  const faults = await playFaults(stage, { menu, watch, say })
  await producing
  const lastedSeconds = (performance.now() - startedAt) / 1_000
  const cpuRatio = {
    steady: services.steady.cpuSeconds() / lastedSeconds,
    guest: services.guest.cpuSeconds() / lastedSeconds,
  }
  say('everything is mended; waiting for the rest')
  const caughtUpMs = await arrival(far, CATCH_UP_MS)
  far.produceOnce(far.writable())
  const freshLogMs = await arrival(far, FRESH_LOG_MS)
  watching.abort()
  const lastExits = await Promise.all([services.steady.stop(), services.guest.stop()])
  await far.close()
  return {
    minutes,
    consumers,
    seed,
    ...accountOf(far),
    caughtUpMs,
    freshLogMs,
    bytesPerSecond: PACE_BYTES_PER_SECOND * consumers - far.passedOverBytes() / lastedSeconds,
    ...watch.figures(),
    cpuRatio,
    faults,
    unexpectedExits: Object.values(services).flatMap(each => each.unexpectedExits()),
    lastExits,
  }
}

interface Playing {
  readonly menu: typeof MENU
  readonly watch: Watch
  readonly say: SoakOptions['say']
}

/**
 * Until the stage's signal: every row of the menu once in an order of chance, then again. Answers how often each was
 * played; everything is mended then.
 */
async function playFaults(stage: Stage, { menu, watch, say }: Playing): Promise<Record<string, number>> {
  const played: Record<string, number> = {}
  let deck: (typeof MENU)[number][] = []
  await sleep(WARM_UP_MS, stage.signal)
  for (;;) {
    await pause(stage, watch)
    if (deck.length === 0) deck = shuffled(menu, stage.random)
    const next = deck.pop()
    if (stage.signal.aborted) return played
    if (!next) continue
    const [name, play] = next
    say(`${name}   ${progressOf(stage.far)}`)
    await play(stage)
    await heal(stage)
    played[name] = (played[name] ?? 0) + 1
  }
}

async function pause({ random, signal }: Stage, watch: Watch): Promise<void> {
  await sleep(SETTLE_MS, signal)
  watch.setHealthy(true)
  await sleep(MIN_PAUSE_MS + random.int(PAUSE_SPREAD_MS), signal)
  watch.setHealthy(false)
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map(each => ({ each, at: random.int(2 ** 30) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ each }) => each)
}

/** How long it takes until every log has arrived; undefined when it takes too long. */
async function arrival({ missing }: SoakFarEnds, withinMs: number): Promise<number | undefined> {
  const startedAt = performance.now()
  const never = new AbortController().signal
  while (missing() > 0) {
    if (performance.now() - startedAt > withinMs) return undefined
    await sleep(POLL_MS, never)
  }
  return performance.now() - startedAt
}

function progressOf({ ledger, oracle }: SoakFarEnds): string {
  const { issued, lost, duplicated } = ledger.report()
  return `(issued ${issued}, on the way ${lost}, duplicates ${duplicated}, violations ${oracle.violations().length})`
}

function accountOf({ ledger, oracle, ...far }: SoakFarEnds) {
  const { issued, delivered, unknown, duplicated } = ledger.report()
  const violations = oracle.violations()
  const checkpointsAhead = violations.filter(({ kind }) => kind === 'premature-commit').length
  return {
    issued,
    delivered,
    deadLettered: far.deadLettered(),
    givenUpWrongly: far.givenUpWrongly(),
    lost: far.missing(),
    unknown,
    duplicated,
    duplicateRatio: issued === 0 ? 0 : duplicated / issued,
    checkpointsAhead,
    heldTwice: violations.length - checkpointsAhead,
  }
}
