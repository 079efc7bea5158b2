/**
 * Where the CPU goes: each stage of the data path by itself, over the same pages; what moving the same bytes costs; and
 * the null pipeline, which pulls, decompresses and posts without encoding.
 */

import { gzipSync } from 'node:zlib'
import { uncompressSync } from 'lz4-napi'
import { HEADROOM_BYTES } from '../../src/sls/page.ts'
import { checkPage } from '../../src/worker/encode/check.ts'
import { createVector } from '../../src/worker/encode/vector.ts'
import { createPageMemory, regionBytes } from '../../src/worker/read/page-memory.ts'
import { encoderModule } from '../support/encoder-module.ts'
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
  for (const [name, shards] of [
    ['the service', 1],
    ['the service, four shards', 4],
  ] as const)
    rows.push(await repeat({ part, name }, runs, () => flooded({ shards }, {}, seconds)))
  return withCosts(rows)
}

/** Room for one that stays and one that comes and goes. */
const PAGES_BYTES = 10 * 1024 * 1024
const NULL_PIPELINE = 'null pipeline: pull and post'

/** Of one page, each time they are called. */
function stages(): readonly (readonly [string, Stage])[] {
  const page = makePage()
  const line = compressed(page)
  const copy = Buffer.alloc(page.length)
  const encode = encoder()
  const buffer = new Uint8Array(BATCH_BYTES)
  const bodies: Buffer[] = []
  encodeAll(encode, page, buffer, bytes => bodies.push(Buffer.from(bytes)))
  const rawBytes = page.length
  return [
    ['memcpy', { rawBytes, run: () => void page.copy(copy) }],
    ['lz4, native', { rawBytes, run: () => void uncompressSync(line) }],
    ['check, TypeScript', { rawBytes, run: () => void checkPage(page) }],
    ['encode, TypeScript', { rawBytes, run: () => encodeAll(encode, page, buffer) }],
    ...moduleStages(rawBytes, line),
    ['gzip, level 1', { rawBytes, run: () => gzipAll(bodies) }],
  ]
}

/** As a worker does it: everything in the module's memory. */
function moduleStages(rawBytes: number, line: Buffer): readonly (readonly [string, Stage])[] {
  const module = encoderModule({
    bodies: { count: 1, bytesEach: BATCH_BYTES },
    pagesBytes: regionBytes(2 * PAGES_BYTES),
  })
  const [buffer] = module.bodies
  const vector = createVector(module)
  const { unpack } = createPageMemory(module)
  const block = line.subarray(HEADROOM_BYTES)
  const encode = encoder(vector)
  const page = unpack(block, rawBytes)?.data
  if (!page || !buffer) throw new RangeError('the module has no room')
  return [
    ['lz4, WebAssembly', { rawBytes, run: () => unpack(block, rawBytes)?.release() }],
    ['check, WebAssembly', { rawBytes, run: () => void checkPage(page, vector) }],
    ['encode, WebAssembly', { rawBytes, run: () => encodeAll(encode, page, buffer) }],
  ]
}

function gzipAll(bodies: readonly Buffer[]): void {
  for (const body of bodies) gzipSync(body, { level: 1 })
}

function withCosts(rows: readonly Row[]): Row[] {
  const nothing = rateOf(rows.find(({ name }) => name === NULL_PIPELINE))
  return rows.map(row => {
    const rawBytesPerCpuSecond = rateOf(row)
    const cpuOfAMegabyteSeconds = 1e6 / rawBytesPerCpuSecond
    return {
      ...row,
      figures: {
        rawBytesPerCpuSecond,
        cpuOfAMegabyteSeconds,
        timesNullPipeline: nothing / rawBytesPerCpuSecond,
      },
    }
  })
}

function rateOf(row: Row | undefined): number {
  return row?.figures.rawBytesPerCpuSecond ?? Number.NaN
}
