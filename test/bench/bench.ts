/** `npm run bench`: measures the service on this machine, prints tables and writes JSON to bench/results. */

import { parseArgs } from 'node:util'
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

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, seconds: { type: 'string', default: '5' } },
})

const [first, ...files] = positionals
const [before, after] = files
if (first === 'compare' && before !== undefined && after !== undefined) compare(before, after)
else if (first === 'publish' && before !== undefined) publish(files)
else await measure(positionals)

async function measure(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter(part => !(part in PARTS))
  if (unknown.length > 0) {
    const known = Object.keys(PARTS).join(', ')
    process.stderr.write(
      `no such part: ${unknown.join(', ')}; there is: ${known}, compare A.json B.json and publish A.json\n`,
    )
    process.exit(2)
  }
  const effort = { runs: Number(values.runs), seconds: Number(values.seconds) }
  const rows: Row[] = []
  for (const [part, bench] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(part)) rows.push(...(await bench(effort)))
  }
  printRows(rows)
  saveFigures('', { ...effort, rows })
}
