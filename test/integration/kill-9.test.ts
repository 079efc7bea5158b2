/** The process is killed without a warning, again and again, and started again. */

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { eachLogId } from '../../src/simulator/generator/log-id.ts'
import { createRandom } from '../../src/simulator/generator/random.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, GROUP, LOGSTORE, PROJECT, startFarEnds } from '../support/far-ends.ts'
import {
  everythingArrives,
  expectNothingOpen,
  expectSoundAccount,
  uncommitted,
} from '../support/invariants.ts'
import { createWorkplace, type ServiceProcess, yamlOf } from '../support/process.ts'

afterAll(expectNothingOpen)

const KILLS = 20
const CHECKPOINT_INTERVAL_MS = 200
/** A save that is under way, on a machine that is busy. */
const SLACK_MS = 2_000
/** What a process sent before it was killed still reaches Splunk. */
const ON_THE_WIRE_MS = 50

it('loses nothing when the process is killed 20 times, and repeats no more than was not yet saved', async ({
  onTestFinished,
}) => {
  const far = await startFarEnds({ shards: 4, bytesPerLog: 200 }, onTestFinished)
  const { run, isLocked } = createWorkplace(onTestFinished)
  far.makeSplunkBusy(4)
  const stopStream = far.stream()
  const random = createRandom(9)
  let repeatable = 0
  let oldest = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const startedAt = performance.now()
    const service = run(yamlOf(far))
    await momentOf(kill, far, service, random.int(500))
    const killedAt = performance.now()
    service.signal('SIGKILL')
    expect(await service.exited).toEqual({ code: null, signal: 'SIGKILL' })
    await delay(ON_THE_WIRE_MS)
    const unsaved = unsavedArrivals(far, startedAt)
    repeatable += unsaved.length
    oldest = Math.max(oldest, ...unsaved.map(arrivedAt => killedAt - arrivedAt))
  }
  expect(isLocked(), 'the lock of the killed process is still there').toBe(true)

  const last = run(yamlOf(far))
  stopStream()
  await everythingArrives(far)
  last.signal('SIGTERM')
  expect(await last.exited).toEqual({ code: 0, signal: null })
  // The requests of one page may overlap, and one of them may find Splunk busy.
  expectSoundAccount(far, { duplicates: repeatable, disorder: far.ledger.report().issued })
  expect(uncommitted(far)).toEqual([])
  expect(oldest, 'age in ms of the oldest log that is sent again').toBeLessThan(
    CHECKPOINT_INTERVAL_MS + SLACK_MS,
  )
  // Most kills must have hit a service at work, or this shows nothing.
  expect(far.ledger.report().duplicated).toBeGreaterThan(0)
}, 120_000)

/** Even kills strike anywhere from the start on, odd ones while logs are delivered. */
async function momentOf(kill: number, { hec }: FarEnds, service: ServiceProcess, afterMs: number) {
  const { events } = hec.counters
  if (kill % 2 === 1)
    await eventually(() => hec.counters.events > events, {
      withinMs: 30_000,
      what: 'the restarted service delivers',
      state: service.output,
    })
  await delay(afterMs)
}

/** Times since then at which logs arrived that no checkpoint covers: a restart sends them again. */
function unsavedArrivals({ sls, hec, arrivedAt }: FarEnds, sinceMs: number): number[] {
  if (hec.counters.events === 0) return []
  const checkpoints = sls.checkpoints(PROJECT, LOGSTORE, GROUP)
  const times: number[] = []
  for (const { shard } of sls.positions(PROJECT, LOGSTORE)) {
    const range = { from: checkpoints.get(shard)?.cursor ?? '', to: '' }
    for (const group of sls.groupsBetween(PROJECT, LOGSTORE, shard, range))
      eachLogId(group, (_, sequence) => {
        const at = arrivedAt(shard, sequence)
        if (at !== undefined && at >= sinceMs) times.push(at)
      })
  }
  return times
}
