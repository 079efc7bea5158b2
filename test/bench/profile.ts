/**
 * `npm run profile`: a service at full speed (or, with `--paced`, at 2 MB/s) under V8's profiler. Prints what takes the
 * most CPU in its worker, and leaves `.cpuprofile` files for Chrome's DevTools or any viewer of flame graphs.
 */

import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { untilStored, withBench } from './measure.ts'
import { PACE_BYTES_PER_SECOND } from './paced.ts'

const AHEAD_BYTES = 240_000_000
const SHARDS = 4
const WARM_EVENTS = 100_000
const SHOWN = 30

const profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    paced: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
  },
})
const directory = resolve('bench/results', `profile-${new Date().toISOString().replaceAll(':', '-')}`)
mkdirSync(directory, { recursive: true })
await run()
console.table(mostCostly(workerProfile()))
process.stdout.write(`${directory}\n`)

/** The profiles are there when the service has ended. */
async function run(): Promise<void> {
  const load = { shards: SHARDS, tls: values.tls }
  const environment = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${directory}` }
  await withBench(load, { compression: values.tls ? 'gzip' : 'none', environment }, async bench => {
    if (values.paced) await bench.load.pace(PACE_BYTES_PER_SECOND)
    else await bench.load.flood(AHEAD_BYTES)
    await untilStored(bench.load, values.paced ? 1 : WARM_EVENTS)
    await delay(Number(values.seconds) * 1_000)
  })
}

/** CPU.DATE.TIME.PID.THREAD.N.cpuprofile; the main thread is 0. */
function workerProfile(): string {
  const file = readdirSync(directory).find(name => /\.1\.\d+\.cpuprofile$/.test(name))
  if (file === undefined) throw new Error(`no worker has left a profile in ${directory}`)
  return resolve(directory, file)
}

/** By the time in the function itself, without what it calls. */
function mostCostly(file: string): Record<string, string> {
  const { nodes, samples, timeDeltas } = profile.parse(JSON.parse(readFileSync(file, 'utf8')))
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const spent = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const name = names.get(id) ?? ''
    spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[i] ?? 0))
  }
  spent.delete('(idle)')
  const busy = [...spent.values()].reduce((sum, each) => sum + each, 0)
  const most = [...spent].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN)
  return Object.fromEntries(most.map(([name, time]) => [name, `${((time / busy) * 100).toFixed(1)} %`]))
}

function nameOf({
  functionName,
  url,
  lineNumber,
}: z.infer<typeof profile>['nodes'][number]['callFrame']): string {
  const place = url === '' ? '' : ` (${url.split('/').slice(-2).join('/')}:${lineNumber + 1})`
  return `${functionName || 'anonymous'}${place}`
}
