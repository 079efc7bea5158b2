/**
 * Splunk is out for long: nothing is read on, nothing is burnt, and then everything arrives. Less than half a minute
 * stands for an hour, because nothing changes after the first seconds; `SPLUNK_OUT_SECONDS=3600` plays the whole of it.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { readMetric } from '../bench/service-process.ts'
import { eventually } from '../support/eventually.ts'
import { type FarEnds, LOGSTORE, PROJECT } from '../support/far-ends.ts'
import { uncommitted } from '../support/invariants.ts'
import { createWorkplace, drained, type ServiceProcess, yamlOf } from '../support/process.ts'
import { sentLater } from './support/bounds.ts'
import { untilDelivered } from './support/holdings.ts'
import { cpuSecondsOf, memoryOf } from './support/proc.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { createOutage } from './support/splunk.ts'

const OUT_SECONDS = Number(process.env.SPLUNK_OUT_SECONDS ?? 20)
const SHARDS = 4
/** Until what was under way has failed for the first time. */
const SETTLE_MS = 3_000
const MIB = 1024 * 1024
const GROWTH_BYTES = 32 * MIB
/** Of one core. A loop without a wait would take all of it. */
const CPU_RATIO = 0.25
/** One page of each shard is under way, in one request; the waits between its tries grow to half a minute. */
const TRIES_PER_SHARD_AND_MINUTE = 20
/** One page of each shard is delivered, one is held ready: no more is read. */
const PAGES_PER_SHARD = 2

function out(): Scenario {
  const outage = createOutage()
  return {
    fault: 'Splunk cannot be reached for long',
    world: { shards: SHARDS },
    services: [],
    strikesWhen: 'starting',
    async strike({ far, onEnd, onStop }) {
      const service = createWorkplace(onEnd).run(yamlOf(far, { source: { heartbeat_interval: '5s' } }))
      onStop(() => drained(service))
      await eventually(() => far.hec.counters.events > 100, {
        withinMs: 60_000,
        what: 'logs are delivered',
        state: service.output,
      })
      await outage.begin(far)
      await delay(SETTLE_MS)
      const before = await spentBy(service, far)
      await delay(OUT_SECONDS * 1_000)
      const after = await spentBy(service, far)
      expectNothingBurnt(before, after)
      return async () => {
        await far.hec.up()
        // Each request waits by itself, half a minute at most, until it is tried again.
        await untilDelivered(far, far.writable())
      }
    },
    duplicates: outage.bound,
    disorder: sentLater,
    after({ far }) {
      expect(uncommitted(far), 'shards without a checkpoint at their end').toEqual([])
    },
  }
}

scenarios('Splunk', () => [out()])

interface Spent {
  readonly atMs: number
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Requests to Splunk that failed. */
  readonly tries: number
  readonly pages: number
}

async function spentBy({ pid, get }: ServiceProcess, { sls }: FarEnds): Promise<Spent> {
  const { text } = await get('/metrics')
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
  return {
    atMs: performance.now(),
    cpuSeconds: cpuSecondsOf(pid),
    residentBytes: memoryOf(pid).now,
    tries: sum([...readMetric(text, 'sls2splunk_hec_retries_total').values()]),
    pages: sum(shards.map(shard => sls.journal.served(PROJECT, LOGSTORE, shard).pulls)),
  }
}

function expectNothingBurnt(before: Spent, after: Spent): void {
  const seconds = (after.atMs - before.atMs) / 1_000
  const tries = SHARDS * Math.max(1, seconds / 60) * TRIES_PER_SHARD_AND_MINUTE
  expect(after.residentBytes - before.residentBytes, 'growth in bytes').toBeLessThan(GROWTH_BYTES)
  expect((after.cpuSeconds - before.cpuSeconds) / seconds, 'CPU of a core').toBeLessThan(CPU_RATIO)
  expect(after.tries - before.tries, 'requests to Splunk').toBeLessThanOrEqual(tries)
  expect(after.pages - before.pages, 'pages read').toBeLessThanOrEqual(SHARDS * PAGES_PER_SHARD)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0)
}
