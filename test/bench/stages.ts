/**
 * Where the CPU goes: each stage of the data path by itself, over the same pages; what moving the same bytes costs; and
 * the null pipeline, which pulls, decompresses and posts without encoding.
 */

import { gzipSync } from 'node:zlib'
import { uncompressSync } from 'lz4-napi'
import { checkPage } from '../../src/worker/encode/check.ts'
import { loadVector } from '../../src/worker/encode/vector.ts'
import { costOf, type Stage } from './cost.ts'
import { flooded } from './max.ts'
import { runNullPipeline } from './null-pipeline.ts'
import { BATCH_BYTES, compressed, encodeAll, encoder, makePage } from './pages.ts'
import { type Row, repeat } from './rows.ts'

export interface StagesOptions {
  readonly runs: number
  readonly seconds: number
}

export async function benchStages({ runs, seconds }: StagesOptions): Promise<Row[]> {
  const part = 'stages'
  const rows: Row[] = []
  for (const [name, stage] of stages())
    rows.push(
      await repeat({ part, name }, runs, async () => ({
        rawBytesPerCpuSecond: 1 / costOf(stage, seconds),
      })),
    )
  for (const work of ['pull', 'post', 'pull and post'] as const)
    rows.push(
      await repeat({ part, name: `null pipeline: ${work}` }, runs, () => runNullPipeline(work, seconds)),
    )
  rows.push(await repeat({ part, name: 'the service' }, runs, () => flooded({ shards: 1 }, {}, seconds)))
  return rows.map(withCost)
}

/** Of one page, each time they are called. */
function stages(): readonly (readonly [string, Stage])[] {
  const page = makePage()
  const line = compressed(page)
  const copy = Buffer.alloc(page.length)
  const vector = loadVector()
  const [encode, encodeVector] = [encoder(), encoder(vector)]
  const buffer = new Uint8Array(BATCH_BYTES)
  const bodies: Buffer[] = []
  encodeAll(encode, page, buffer, bytes => bodies.push(Buffer.from(bytes)))
  const rawBytes = page.length
  return [
    ['memcpy', { rawBytes, run: () => void page.copy(copy) }],
    ['lz4', { rawBytes, run: () => void uncompressSync(line) }],
    ['check, TypeScript', { rawBytes, run: () => checkPage(page) }],
    ['check, WebAssembly', { rawBytes, run: () => checkPage(page, vector) }],
    ['encode, TypeScript', { rawBytes, run: () => encodeAll(encode, page, buffer) }],
    ['encode, WebAssembly', { rawBytes, run: () => encodeAll(encodeVector, page, buffer) }],
    ['gzip, level 1', { rawBytes, run: () => gzipAll(bodies) }],
  ]
}

function gzipAll(bodies: readonly Buffer[]): void {
  for (const body of bodies) gzipSync(body, { level: 1 })
}

function withCost(row: Row): Row {
  const { rawBytesPerCpuSecond = Number.NaN } = row.figures
  return { ...row, figures: { rawBytesPerCpuSecond, cpuOfAMegabyteSeconds: 1e6 / rawBytesPerCpuSecond } }
}
