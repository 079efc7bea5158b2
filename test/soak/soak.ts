/**
 * `npm run soak -- --minutes N [--consumers C] [--seed S] [--only PATTERN]`: faults for as long as wanted, all of them or
 * those whose names have the pattern; exit 1 when a log was lost.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isSound, printResult, saveResult } from './result.ts'
import { runSoak } from './run.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    consumers: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
})
const [minutes, consumers, seed] = [values.minutes, values.consumers, values.seed].map(Number)
if (
  !(
    minutes &&
    minutes > 0 &&
    consumers &&
    consumers >= 2 &&
    Number.isInteger(consumers) &&
    seed !== undefined
  )
) {
  process.stderr.write('--minutes must be more than 0, --consumers at least 2, --seed a number\n')
  process.exit(2)
}

const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-soak-'))
const startedAt = performance.now()
const result = await runSoak({ minutes, consumers, seed, only: new RegExp(values.only), directory, say })
printResult(result)
saveResult(result)
if (isSound(result)) rmSync(directory, { recursive: true, force: true })
else process.stdout.write(`NOT sound: the services' logs are in ${directory}\n`)
process.exit(isSound(result) ? 0 : 1)

function say(line: string): void {
  process.stdout.write(`${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`)
}
