/**
 * The recipe that this program replaces, on the same load side: Alibaba's Python SDK with its consumer library, a
 * request for each event as the article has it, and a variant that sends each pulled batch in one request.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { preparePython } from '../support/python-environment.ts'
import { flooded } from './max.ts'
import { ratesWithin, untilStored, withLoad } from './measure.ts'
import { ACCESS_KEY, GROUP, LOGSTORE, PROJECT, TOKEN } from './names.ts'
import { type Figures, type Row, repeat } from './rows.ts'
import { statOf, TICKS_PER_SECOND } from './service-process.ts'

export interface PeersOptions {
  readonly runs: number
  readonly seconds: number
}

const SCRIPT = fileURLToPath(new URL('recipe.py', import.meta.url))
const REQUIREMENTS = fileURLToPath(new URL('../interop/requirements.txt', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.cache/python', import.meta.url))
const AHEAD_BYTES = 30_000_000
const WARM_EVENTS = 1_000

export async function benchPeers({ runs, seconds }: PeersOptions): Promise<Row[]> {
  const python = preparePython(REQUIREMENTS, CACHE)
  if (python.kind === 'missing') {
    process.stderr.write(`peers are left out: ${python.reason}\n`)
    return []
  }
  const part = 'peers'
  const recipe = (mode: 'each' | 'batch') => () => runRecipe(python.executable, mode, seconds)
  const ours = await repeat({ part, name: 'sls2splunk' }, runs, () => flooded({ shards: 1 }, {}, seconds))
  const each = await repeat({ part, name: 'the recipe, a request for each event' }, runs, recipe('each'))
  const batch = await repeat({ part, name: 'the recipe, a request for each pull' }, runs, recipe('batch'))
  return [ours, each, batch].map(row => withRatio(row, ours))
}

function withRatio(row: Row, ours: Row): Row {
  const { rawBytesPerSecond = 0, rawBytesPerCpuSecond = 0 } = row.figures
  const timesDearer = (ours.figures.rawBytesPerCpuSecond ?? Number.NaN) / rawBytesPerCpuSecond
  return { ...row, figures: { rawBytesPerSecond, rawBytesPerCpuSecond, timesDearer } }
}

async function runRecipe(python: string, mode: 'each' | 'batch', seconds: number): Promise<Figures> {
  return withLoad({ shards: 1 }, async load => {
    await load.flood(AHEAD_BYTES)
    const child = spawn(python, [SCRIPT, mode], {
      env: {
        ...process.env,
        SLS_ENDPOINT: atLocalhost(load.slsUrl),
        SLS_AK_ID: ACCESS_KEY.id,
        SLS_AK_KEY: ACCESS_KEY.secret,
        SLS_PROJECT: PROJECT,
        SLS_LOGSTORE: LOGSTORE,
        SLS_CG: GROUP,
        SPLUNK_HEC_URL: load.hecUrl,
        SPLUNK_HEC_TOKEN: TOKEN,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const exited = once(child, 'exit')
    const failed = exited.then(([status]) => Promise.reject(new Error(`the recipe ended with ${status}`)))
    const stat = () => statOf(child.pid ?? 0)
    const service = {
      cpuSeconds: () => stat().cpuTicks / TICKS_PER_SECOND,
      residentBytes: () => stat().residentPages * 4096,
    }
    try {
      const carried = untilStored(load, WARM_EVENTS).then(() => ratesWithin({ load, service }, seconds * 2))
      const { rawBytesPerSecond, rawBytesPerCpuSecond } = await Promise.race([carried, failed])
      return { rawBytesPerSecond, rawBytesPerCpuSecond }
    } finally {
      child.kill('SIGKILL')
      await exited
    }
  })
}

/** Alibaba's SDK puts the project before the host's name, which an address has no room for. */
function atLocalhost(url: string): string {
  return url.replace('127.0.0.1', 'localhost')
}
