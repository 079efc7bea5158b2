/** Many faults on each of a consumer's calls. A shard takes one fault, so that all of them strike at the same time. */

import type { CallName, FaultHandle, SlsFault } from '../../../src/simulator/sls/index.ts'
import { eventually } from '../../support/eventually.ts'
import { type FarEnds, GROUP, LOGSTORE, PROJECT } from '../../support/far-ends.ts'
import { type Bound, byItself, type Scenario, type World } from './scenario.ts'

export const CALLS = ['PullLogs', 'UpdateCheckPoint', 'GetCheckPoint', 'GetCursor', 'HeartBeat'] as const
export type ConsumerCall = (typeof CALLS)[number] & CallName

export interface OnCall {
  readonly call: ConsumerCall
  readonly fault: string
  readonly faults: readonly SlsFault[]
  /** How often each strikes; heartbeats: once each, three in a row. Default 2. */
  readonly times?: number
  readonly duplicates?: Bound
  /** Default: as the tests have it, which is longer than any answer takes. */
  readonly timeoutMs?: number
}

const STRUCK_MS = 60_000
/** Many shards in one process leave each little to do. */
const CALM = { fetchIntervalMs: 1_000, checkpointIntervalMs: 1_000 }
const HEARTBEATING = { consumers: 6, intervalMs: 3_000, faultsInARow: 3 }

/** One service, all of the faults. */
export function onCall(options: OnCall): Scenario {
  const { call, faults, duplicates, timeoutMs } = options
  const { shards, consumers, strike } = plan(options)
  const source = { ...CALM, ...(call === 'HeartBeat' && { heartbeatIntervalMs: HEARTBEATING.intervalMs }) }
  return {
    fault: options.fault,
    cases: faults.length,
    world: { shards },
    services: [{ consumers, overrides: { source, ...(timeoutMs !== undefined && { sls: { timeoutMs } }) } }],
    streamEveryMs: Math.max(50, shards * 15),
    async strike(world) {
      await strike(world)
      return byItself
    },
    ...(duplicates && { duplicates }),
  }
}

function plan({ call, faults, times = 2 }: OnCall) {
  const struck = (far: FarEnds, shards: readonly number[]) =>
    untilStruck(
      faults.map((fault, at) => far.sls.faults.add({ call, shard: shards[at] ?? 0, fault, times })),
      times,
    )
  switch (call) {
    case 'PullLogs':
    case 'UpdateCheckPoint':
      return {
        shards: faults.length,
        consumers: 2,
        strike: ({ far }: World) => struck(far, far.writable()),
      }
    case 'GetCheckPoint':
    case 'GetCursor':
      // Both are asked when a shard is begun: every shard is split, and the new ones are struck.
      return {
        shards: Math.ceil(faults.length / 2),
        consumers: 2,
        strike: ({ far }: World) =>
          struck(
            far,
            far.writable().flatMap(shard => far.sls.splitShard(PROJECT, LOGSTORE, shard)),
          ),
      }
    case 'HeartBeat':
      return {
        shards: HEARTBEATING.consumers,
        consumers: HEARTBEATING.consumers,
        strike: (world: World) => strikeHeartbeats(world, faults),
      }
  }
}

async function untilStruck(handles: readonly FaultHandle[], times: number): Promise<void> {
  await eventually(() => handles.every(handle => handle.hits() >= times), {
    withinMs: STRUCK_MS,
    what: `every fault has struck ${times} times`,
    state: () => handles.map(handle => handle.hits()).join(' '),
  })
}

/** The faults are dealt out; each consumer meets its own, a few in a row, then a heartbeat works. */
async function strikeHeartbeats({ far }: World, faults: readonly SlsFault[]): Promise<void> {
  const consumers = far.sls.consumers(PROJECT, LOGSTORE, GROUP)
  await Promise.all(
    consumers.map(async (consumer, at) => {
      const own = faults.filter((_, index) => index % consumers.length === at)
      for (const row of rowsOf(own, HEARTBEATING.faultsInARow)) {
        const rules = row.map(fault => far.sls.faults.add({ call: 'HeartBeat', consumer, fault, times: 1 }))
        await untilStruck(rules, 1)
        await untilBeating(far, consumer)
      }
    }),
  )
}

function rowsOf<T>(list: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, row) =>
    list.slice(row * length, (row + 1) * length),
  )
}

async function untilBeating({ sls }: FarEnds, consumer: string): Promise<void> {
  const struckAt = Date.now()
  const isGood = () =>
    sls.journal
      .heartbeats()
      .some(beat => beat.consumer === consumer && beat.atMs > struckAt && typeof beat.answer !== 'string')
  await eventually(isGood, { withinMs: STRUCK_MS, what: `a heartbeat of ${consumer} works again` })
}
