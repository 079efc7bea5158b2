/** What it costs to ask for more than the usual: encoding by itself, each way beside the usual one. */

import type { Route, Template } from '../../src/config/types.ts'
import { KINDS } from '../../src/simulator/generator/kinds.ts'
import type { PlanContext } from '../../src/worker/encode/plan.ts'
import { createVector } from '../../src/worker/encode/vector.ts'
import { encoderModule } from '../support/encoder-module.ts'
import { costOf, type Stage } from './cost.ts'
import { BATCH_BYTES, encodeAll, encoder, makePage } from './pages.ts'
import { type Figures, type Row, repeat } from './rows.ts'

/** Those of the page come last. */
const TOPICS = [
  ...Array.from({ length: 15 }, (_, i) => `another-${i}`),
  ...Object.values(KINDS).map(({ topic }) => topic),
]

const byTopic = (topic: string): Route => ({
  match: [{ on: { kind: 'topic' }, patterns: [{ kind: 'exact', text: topic }] }],
  action: { kind: 'send', metadata: { index: [{ kind: 'text', text: `index-${topic}` }] } },
})
const topicIndex: Template = [
  { kind: 'text', text: 'audit-' },
  { kind: 'variable', name: 'topic' },
]

/** Further ways of shaping events get a row here. */
const WAYS: readonly (readonly [string, Partial<PlanContext>])[] = [
  ['as usual', {}],
  [`${TOPICS.length} routes by topic`, { routes: TOPICS.map(byTopic) }],
  ['an index by topic', { defaults: { index: topicIndex } }],
  ['event.metadata: false', { addMetadata: false }],
]

export async function benchShaping({ runs, seconds }: { runs: number; seconds: number }): Promise<Row[]> {
  const page = makePage()
  const vector = createVector(encoderModule())
  const buffer = new Uint8Array(BATCH_BYTES)
  const stageOf = (shaping: Partial<PlanContext>): Stage => {
    const encode = encoder(vector, shaping)
    return { rawBytes: page.length, run: () => encodeAll(encode, page, buffer) }
  }
  const usual = stageOf({})
  const rows: Row[] = []
  for (const [name, shaping] of WAYS) {
    const stage = stageOf(shaping)
    rows.push(await repeat({ part: 'shaping', name }, runs, async () => besides(usual, stage, seconds)))
  }
  return rows
}

const SLICES = 10

/** In turns, and by their cheapest: what else the machine does meets both. */
function besides(usual: Stage, stage: Stage, seconds: number): Figures {
  const slice = seconds / SLICES / 2
  const turns = Array.from({ length: SLICES }, () => [costOf(usual, slice), costOf(stage, slice)] as const)
  const usualCost = Math.min(...turns.map(([cost]) => cost))
  const cost = Math.min(...turns.map(([, other]) => other))
  return { rawBytesPerCpuSecond: 1 / cost, dearerRatio: cost / usualCost - 1 }
}
