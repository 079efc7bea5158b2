/** A page as a pull brings it, and what the service makes of it: for stages that are measured by themselves. */

import { compressSync } from 'lz4-napi'
import { createGenerator } from '../../src/simulator/generator.ts'
import { joinLogGroups } from '../../src/simulator/wire.ts'
import { createEncode } from '../../src/worker/encode/page-encoder.ts'
import { createPlanner, type PlanContext } from '../../src/worker/encode/plan.ts'
import type { Vector } from '../../src/worker/encode/vector.ts'
import { LOGSTORE, PROJECT } from './names.ts'

export const BATCH_BYTES = 1024 * 1024
const PAGE_BYTES = 10_000_000

/** As Log Service cuts them: as many groups as 10 MB hold. */
export function makePage(): Buffer {
  const generator = createGenerator({ seed: 1 })
  const groups: Buffer[] = []
  for (let bytes = 0; bytes < PAGE_BYTES; ) {
    const group = generator.nextGroup(0, 1_700_000_000)
    groups.push(group.bytes)
    bytes += group.rawBytes
  }
  return joinLogGroups(groups)
}

/** The page as it comes over the line, behind room for its length. */
export function compressed(page: Buffer): Buffer {
  return compressSync(page)
}

/** Without `vector` the one in TypeScript; `shaping` is what a configuration asks for beyond the usual. */
export function encoder(vector?: Vector, shaping: Partial<PlanContext> = {}) {
  const usual = {
    project: PROJECT,
    logstore: LOGSTORE,
    shard: 0,
    routes: [],
    defaults: {},
    addMetadata: true,
  }
  return createEncode(createPlanner({ ...usual, ...shaping }), vector)
}

/** Calls back with each body of the page, in one buffer. */
export function encodeAll(
  encode: ReturnType<typeof encoder>,
  page: Uint8Array,
  buffer: Uint8Array,
  onBody: (bytes: Uint8Array) => void = () => {},
): void {
  const encoding = encode(page)
  for (let body = encoding.next(buffer); body; body = encoding.next(buffer)) onBody(body.bytes)
}
