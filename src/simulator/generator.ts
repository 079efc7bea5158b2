/** Audit logs as Log Service stores them, made cheaply and the same for the same seed. */

import { ALL_KINDS, type Kind } from './generator/kinds.ts'
import { formatLogId } from './generator/log-id.ts'
import { createRandom } from './generator/random.ts'
import { createTemplate, stamp } from './generator/template.ts'

export type { Kind } from './generator/kinds.ts'

export interface GeneratorOptions {
  readonly seed: number
  /** Default: all five, the same number of groups each. */
  readonly kinds?: readonly Kind[]
  /** Default 50. */
  readonly logsPerGroup?: number
  /** Roughly. Default: as the kinds have it, about 800 in the mix of all. */
  readonly bytesPerLog?: number
}

export interface GeneratedGroup {
  /** An encoded LogGroup, the caller's own. */
  readonly bytes: Buffer
  /** What Log Service counts as its size, uncompressed. */
  readonly rawBytes: number
  readonly shard: number
  readonly logs: number
  /** The logs are number `firstSequence` to `firstSequence + logs - 1` of their shard. */
  readonly firstSequence: number
  readonly firstId: string
  readonly lastId: string
}

export interface Generator {
  /** Sequences run from 0 in each shard, without gaps. `nowSeconds`: between 2001 and 2106 (ten digits). */
  readonly nextGroup: (shard: number, nowSeconds: number) => GeneratedGroup
}

const TEMPLATES_PER_KIND = 8

export function createGenerator(options: GeneratorOptions): Generator {
  const { seed, kinds = ALL_KINDS, logsPerGroup: logs = 50, bytesPerLog } = options
  const random = createRandom(seed)
  const templates = Array.from({ length: TEMPLATES_PER_KIND }, () => kinds)
    .flat()
    .map(kind => createTemplate({ kind, seed: random.int(2 ** 32), logs, bytesPerLog }))
  const nextSequences = new Map<number, number>()
  let groups = 0
  return {
    nextGroup: (shard, nowSeconds) => {
      const template = templates[groups++ % templates.length]
      if (template === undefined) throw new RangeError('a generator needs at least one kind')
      const firstSequence = nextSequences.get(shard) ?? 0
      nextSequences.set(shard, firstSequence + logs)
      const bytes = stamp(template, { shard, sequence: firstSequence }, nowSeconds)
      return {
        bytes,
        rawBytes: bytes.length,
        shard,
        logs,
        firstSequence,
        firstId: formatLogId({ shard, sequence: firstSequence }),
        lastId: formatLogId({ shard, sequence: firstSequence + logs - 1 }),
      }
    },
  }
}
