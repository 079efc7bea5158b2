/** Kills at every point where a service waits for somebody: the table, the same for a thread and for a process. */

import { expect } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { uncommitted } from '../../support/invariants.ts'
import { readAgain } from './bounds.ts'
import { untilDelivered } from './holdings.ts'
import {
  checkpointIsStored,
  heartbeatIsAnswered,
  type Moment,
  pageIsAnswered,
  requestHasBegun,
  requestIsAnsweredLate,
  requestIsNotStored,
  requestIsStored,
  shardIsReleased,
  strikeAt,
  waitsFor,
} from './moments.ts'
import type { Scenario, World } from './scenario.ts'
import { CONSUMER, type Victim } from './victims.ts'

export interface Point {
  readonly when: string
  readonly moment: Moment
  /** What makes the moment come; default: it comes by itself, and the kill is done twice. */
  readonly provoke?: (world: World, victim: Victim) => Promise<void>
}

const POINTS: readonly Point[] = [
  {
    when: 'before its first heartbeat is answered',
    moment: waitsFor({ call: 'HeartBeat', consumer: CONSUMER }),
  },
  {
    when: 'while it asks where its shards stand',
    moment: waitsFor({ call: 'GetCheckPoint', shard: 0 }),
    provoke: startsAgain,
  },
  { when: 'while a page is answered', moment: pageIsAnswered },
  { when: 'with a request at Splunk, half of it sent', moment: requestHasBegun },
  { when: 'with a request at Splunk, not stored', moment: requestIsNotStored },
  { when: 'with a request at Splunk, stored and not answered', moment: requestIsStored },
  {
    when: 'with a checkpoint at Log Service, not stored',
    moment: waitsFor({ call: 'UpdateCheckPoint', consumer: CONSUMER }),
  },
  { when: 'with a checkpoint at Log Service, stored and not answered', moment: checkpointIsStored },
  { when: 'while a heartbeat is answered', moment: heartbeatIsAnswered },
  { when: 'with the heartbeat that lets a shard go', moment: shardIsReleased, provoke: anotherJoins },
  {
    when: 'during the drain, with a request that is stored and not answered',
    moment: heartbeatIsAnswered,
    provoke: stopBegins,
  },
  { when: 'during the drain, with the last checkpoint', moment: checkpointIsStored, provoke: stopBegins },
]

const TIMES = 2
/** The first moment, then a later one. */
const STEP = 2

/** A scenario for each point. */
export function killed(
  fault: string,
  victimOf: (world: World) => Victim,
  more: readonly Point[] = [],
): Scenario[] {
  return [...more, ...POINTS].map(point => scenarioOf(fault, victimOf, point))
}

function scenarioOf(
  fault: string,
  victimOf: (world: World) => Victim,
  { when, moment, provoke }: Point,
): Scenario {
  const cases = provoke ? 1 : TIMES
  return {
    fault,
    case: when,
    cases,
    services: [],
    streamEveryMs: 100,
    strikesWhen: 'starting',
    async strike(world) {
      const { far } = world
      const victim = victimOf(world)
      world.onStop(victim.end)
      for (let kill = 0; kill < cases; kill++) {
        victim.start()
        await provoke?.(world, victim)
        await strikeAt(far, moment, { nth: 1 + kill * STEP, act: victim.kill })
        await victim.gone()
        far.hec.faults.clear()
        far.sls.faults.clear()
      }
      return async () => {
        const joined = untilBeats(world)
        victim.start()
        await joined
        await untilJoined(world)
        // A process begins slowly where many do; what was written meanwhile comes first.
        await untilDelivered(far, far.writable())
      }
    },
    duplicates: readAgain,
    uncleanStop: provoke === stopBegins,
    after({ far }) {
      expect(uncommitted(far), 'shards without a checkpoint at their end').toEqual([])
    },
  }
}

/** It says that it lives: until then Log Service may believe so of the one that was killed. */
async function untilBeats({ far: { sls } }: World): Promise<void> {
  let beats = 0
  const end = sls.journal.onHeartbeat(({ consumer }) => void (consumer === CONSUMER && beats++))
  await eventually(() => beats > 0, { withinMs: 40_000, what: 'a heartbeat after the kill' })
  end()
}

/** It has a shard again, and nobody is without one. */
async function untilJoined({ far }: World): Promise<void> {
  await eventually(
    () => {
      const holdings = far.holdings()
      return holdings.has(CONSUMER) && [...holdings.values()].every(shards => shards.length > 0)
    },
    {
      withinMs: 40_000,
      what: 'the one that was killed has joined again',
      state: () => [...far.holdings()],
    },
  )
}

/** At the first start the supervisor asks as well. */
async function startsAgain(world: World, victim: Victim): Promise<void> {
  await untilJoined(world)
  victim.kill()
  await victim.gone()
  victim.start()
}

async function anotherJoins(world: World): Promise<void> {
  await untilJoined(world)
  world.start({ consumers: 1, overrides: { instance: 'other', source: { heartbeatIntervalMs: 1_000 } } })
}

async function stopBegins({ far }: World, victim: Victim): Promise<void> {
  await strikeAt(far, requestIsAnsweredLate, { nth: 3, act: victim.beginStop })
}
