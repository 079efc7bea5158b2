/** `npm run bench`: measures the service on this machine, prints tables and writes JSON to bench/results. */

import { parseArgs } from 'node:util'
import { saveFigures } from '../support/figures.ts'
import { PACE_BYTES_PER_SECOND, type PacedResult, runPaced } from './paced.ts'

const PARTS = ['paced'] as const

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '15' }, consumers: { type: 'string', default: '1,4' } },
})
const unknown = positionals.filter(part => !PARTS.some(known => known === part))
if (unknown.length > 0) {
  process.stderr.write(`no such part: ${unknown.join(', ')}; there is: ${PARTS.join(', ')}\n`)
  process.exit(2)
}

const results: PacedResult[] = []
for (const consumers of values.consumers.split(',').map(Number)) {
  for (const compression of ['none', 'gzip'] as const) {
    results.push(await runPaced({ consumers, compression, seconds: Number(values.seconds) }))
  }
}
printPaced(results)
saveFigures('', { paced: results })

function printPaced(rows: readonly PacedResult[]): void {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2)
  const percent = (ratio: number) => `${(ratio * 100).toFixed(2)} %`
  process.stdout.write(
    `\npaced: each consumer at ${megabytes(PACE_BYTES_PER_SECOND)} MB/s of raw logs, plain HTTP\n`,
  )
  console.table(
    rows.map(row => ({
      consumers: row.consumers,
      compression: row.compression,
      'MB/s': megabytes(row.bytesPerSecond),
      'CPU of one core, process': percent(row.processCpuRatio),
      'a consumer thread': percent(row.consumersCpuRatio / row.consumers),
      supervisor: percent(row.supervisorCpuRatio),
      'outside threads': percent(1 - (row.consumersCpuRatio + row.supervisorCpuRatio) / row.processCpuRatio),
      'RSS MiB': (row.residentBytes / 2 ** 20).toFixed(0),
    })),
  )
  process.stdout.write(
    '"outside threads": the part of the CPU that no thread of ours accounts for (collector, compiler)\n',
  )
}
