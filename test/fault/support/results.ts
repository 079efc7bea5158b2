/** What scenarios measured, a JSON line each, for the table in docs/reliability.md. */

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Result } from '../../../scripts/reliability-table.ts'
import { RESULTS_DIRECTORY } from '../../../scripts/reliability-table.ts'
import type { RunningService } from '../../support/service.ts'
import type { Proven } from './prove.ts'
import type { Scenario } from './scenario.ts'

export interface About {
  readonly file: string
  readonly area: string
  readonly scenario: Scenario
}

/** `undefined`: the scenario failed, and no table shall be made of this run. */
export function record({ file, area, scenario }: About, proven: Proven | undefined): void {
  const result: Result = {
    file: basename(file),
    area,
    fault: scenario.fault,
    cases: scenario.cases ?? 1,
    bound: scenario.duplicates?.because ?? 'none',
    proven,
  }
  mkdirSync(RESULTS_DIRECTORY, { recursive: true })
  appendFileSync(join(RESULTS_DIRECTORY, `${basename(file)}.jsonl`), `${JSON.stringify(result)}\n`)
}

/** The log of a scenario that failed, in `.cache/fault-results/` too. */
export function keepLog({ fault }: Scenario, services: readonly RunningService[]): void {
  mkdirSync(RESULTS_DIRECTORY, { recursive: true })
  const lines = services.flatMap(({ logLines }) => logLines)
  writeFileSync(join(RESULTS_DIRECTORY, `${fault.replaceAll(/\W+/g, '-')}.log`), lines.join('\n'))
}
