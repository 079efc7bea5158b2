/** Before the suite: no results of an earlier run. After it: the table in docs/reliability.md. */

import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { RESULTS_DIRECTORY, writeTable } from '../../../scripts/reliability-table.ts'

export default function setup({ vitest }: TestProject): () => void {
  rmSync(RESULTS_DIRECTORY, { recursive: true, force: true })
  return () => {
    // A run by name leaves scenarios of a file out: their rows must not go.
    if (vitest.config.testNamePattern === undefined) process.stdout.write(`${writeTable()}\n`)
  }
}
