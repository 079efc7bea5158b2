/** What a measurement leaves behind: the figures with the machine and the version they belong to. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { VERSION } from '../../src/base/version.ts'

/** Writes a file of JSON to bench/results, its name the prefix and the time, and says where. */
export function saveFigures(prefix: string, figures: object): void {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
  }
  const at = new Date().toISOString()
  mkdirSync('bench/results', { recursive: true })
  const file = `bench/results/${prefix}${at.replaceAll(':', '-')}.json`
  writeFileSync(file, `${JSON.stringify({ at, version: VERSION, machine, ...figures }, null, 2)}\n`)
  process.stdout.write(`${machine.cores} × ${machine.cpu}, Node ${machine.node}; written to ${file}\n`)
}
