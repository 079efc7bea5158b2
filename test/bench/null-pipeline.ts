/** Runs the null pipeline against a load side of its own. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import runtime from '../../bin/runtime.json' with { type: 'json' }
import { withLoad } from './measure.ts'
import type { Figures } from './rows.ts'

export type NullWork = 'pull' | 'post' | 'pull and post'

const PROGRAM = fileURLToPath(new URL('null-process.ts', import.meta.url))
const READY_BYTES = 100_000_000

export async function runNullPipeline(work: NullWork, seconds: number): Promise<Figures> {
  return withLoad({ shards: 1 }, async load => {
    await load.flood(READY_BYTES)
    const args = [...runtime.flags, PROGRAM, load.slsUrl, load.hecUrl, work, String(seconds)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { rawBytes, cpuSeconds }: { rawBytes: number; cpuSeconds: number } = JSON.parse(stdout)
    return { rawBytesPerCpuSecond: rawBytes / cpuSeconds }
  })
}
