/**
 * Scenarios of the fault suite: each is one fault that strikes the whole service while logs are being written. What
 * has to hold then is the same for all of them and stands in `prove.ts`; a scenario says what is particular to it.
 */

import { afterAll, describe, it } from 'vitest'
import type { AtEnd } from '../../support/at-end.ts'
import type { FarEnds, FarEndsOptions, StartOptions } from '../../support/far-ends.ts'
import { expectNothingOpen } from '../../support/invariants.ts'
import type { RunningService } from '../../support/service.ts'
import { type Proven, prove } from './prove.ts'
import { record } from './results.ts'

export interface Scenario {
  /** What goes wrong, in words: a row of docs/reliability.md. */
  readonly fault: string
  /** Tells scenarios of one fault apart; they make one row together. */
  readonly case?: string
  /** How many cases one run covers. Default 1. */
  readonly cases?: number
  /** What this machine would need for it and does not have: then it is skipped, and its row stays as it was. */
  readonly lacks?: string | undefined
  /** What the far ends look like. Default: two shards, groups of three small logs. */
  readonly world?: Partial<FarEndsOptions>
  /** A group of logs goes to every shard so often. Default 30. */
  readonly streamEveryMs?: number
  /** What is done before a service starts, for instance a fault that meets it at its start. */
  readonly before?: (far: FarEnds) => void | Promise<void>
  /**
   * Services that run, by default one, with two consumers each unless it says otherwise. A heartbeat goes out every
   * five seconds, so that a shard is lost after fifteen. An empty list: `strike` starts what it needs.
   */
  readonly services?: readonly StartOptions[]
  /** Default `working`: all consumers have joined, shards are spread evenly, every one delivered from. */
  readonly strikesWhen?: 'working' | 'starting'
  /** Makes the fault happen and resolves when it has struck. Answers with what heals it. */
  readonly strike: (world: World) => Promise<Heal>
  /** What may arrive twice. Default: nothing. */
  readonly duplicates?: Bound
  /** Logs of a shard that may arrive for the first time behind later ones of it. Default: none. */
  readonly disorder?: Bound
  /** A stop that leaves something unconfirmed or unsaved, or that had to kill. Default false: it must not. */
  readonly uncleanStop?: boolean
  /** Questions of the scenario's own, after everything has arrived and the services have stopped. */
  readonly after?: (world: World) => void | Promise<void>
}

export type Heal = () => void | Promise<void>

/** Of a fault that is over when it has struck. */
export const byItself: Heal = () => {}

export interface World {
  readonly far: FarEnds
  /** The services that were started, in the order of `services`, then those of `start`. */
  readonly services: readonly RunningService[]
  /** Starts one more, as patient as the others. */
  readonly start: (options?: StartOptions) => RunningService
  /** For what is no service of this process: called when everything has arrived, to stop it and look how it ends. */
  readonly onStop: (stop: () => Promise<void>) => void
  /** Undone when the scenario is over, whatever became of it. */
  readonly onEnd: AtEnd
}

export interface Bound {
  readonly atMost: number | ((world: World) => number)
  /** Why the fault explains so many, for the table. */
  readonly because: string
}

export type Area = 'Log Service' | 'Splunk' | 'Service' | 'Network' | "Peers' bugs"

/**
 * All scenarios of a file; they run at the same time, each with far ends of its own. What a scenario remembers belongs
 * to one run of it: `build` makes them anew for a second one.
 */
export function scenarios(area: Area, build: () => readonly Scenario[]): void {
  describe.concurrent(area, () => {
    afterAll(expectNothingOpen)
    it.for(build().map((scenario, at) => [nameOf(scenario), scenario, at] as const))(
      '%s',
      async ([, scenario, at], context) => {
        if (scenario.lacks !== undefined) context.skip(scenario.lacks)
        const about = { file: context.task.file.name, area, scenario }
        const again = () => build()[at] ?? scenario
        try {
          record(about, await proveInTime(scenario, again))
        } catch (error) {
          record(about, undefined)
          throw error
        }
      },
    )
  })
}

/**
 * What was only too slow for its deadline is tried once more: the machine may have been busy. A log that is missing, or
 * anything else that must not be, is never tried again.
 */
async function proveInTime(scenario: Scenario, again: () => Scenario): Promise<Proven> {
  try {
    return await prove(scenario)
  } catch (error) {
    const text = String(error)
    if (!/not within \d+ ms/.test(text) || text.includes('every log has arrived')) throw error
    process.stderr.write(`${nameOf(scenario)}: tried once more after ${text.slice(0, 500)}\n`)
    return prove(again())
  }
}

function nameOf({ fault, case: of }: Scenario): string {
  return of === undefined ? fault : `${fault}: ${of}`
}
