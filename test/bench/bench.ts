/** `npm run bench`: measures the service on this machine, prints tables and writes JSON to bench/results. */

import { Command, InvalidArgumentError } from 'commander'
import { saveFigures } from '../support/figures.ts'
import { compare } from './compare.ts'
import { benchLatency } from './latency.ts'
import { benchMax } from './max.ts'
import { benchMemory } from './memory.ts'
import { benchPaced } from './paced.ts'
import { benchPeers } from './peers.ts'
import { publish } from './publish.ts'
import { printRows, type Row } from './rows.ts'
import { benchScale } from './scale.ts'
import { benchShaping } from './shaping.ts'
import { benchStages } from './stages.ts'
import { benchStart } from './start.ts'
import { benchWatch } from './watch.ts'

interface Effort {
  readonly runs: number
  readonly seconds: number
}

const PARTS: Readonly<Record<string, (effort: Effort) => Promise<Row[]>>> = {
  paced: benchPaced,
  max: benchMax,
  stages: benchStages,
  shaping: benchShaping,
  latency: benchLatency,
  scale: benchScale,
  memory: benchMemory,
  start: benchStart,
  watch: benchWatch,
  peers: benchPeers,
}

const program = new Command('npm run bench --')
  .description('measures the service on this machine, prints tables and writes JSON to bench/results')
  .argument('[parts...]', `any of ${Object.keys(PARTS).join(', ')}; without, all of them`, partsOf)
  .option('--runs <number>', 'how often each figure is measured; the median counts', countOf, 5)
  .option('--seconds <number>', 'how long each time', countOf, 5)
  .showHelpAfterError()
  .action((parts: readonly string[], effort: Effort) => measure(parts, effort))

program
  .command('compare <before> <after>')
  .description('what a change did: two files beside each other')
  .action(compare)

program
  .command('publish <files...>')
  .description(
    "writes the tables and the chart of docs/performance.md; of a part in several files, the last one's",
  )
  .action(publish)

await program.parseAsync()

function partsOf(name: string, before: readonly string[] = []): readonly string[] {
  if (!Object.hasOwn(PARTS, name)) throw new InvalidArgumentError('There is no such part.')
  return [...before, name]
}

function countOf(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('Not a number of 1 or more.')
  return count
}

async function measure(wanted: readonly string[], effort: Effort): Promise<void> {
  const rows: Row[] = []
  for (const [part, bench] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(part)) rows.push(...(await bench(effort)))
  }
  printRows(rows)
  saveFigures('', { ...effort, rows })
}
