/** All that is wrong now, the worst first: conditions, workers that are not there, and shards that are far behind. */

import { formatDuration } from '../../base/units.ts'
import type { Conditions } from '../state/conditions.ts'
import type { ConsumerView, ShardView } from '../state/views.ts'
import { readinessOf } from './readiness.ts'
import { needsPerson } from './severity.ts'

export interface Problem {
  readonly source: string
  readonly code: string
  readonly text: string
  readonly remedy: string
  readonly shards: readonly number[]
  readonly endpoint?: string
  readonly tries: number
  readonly since: Date
}

/** A shard that is behind by more is worth a word, whatever the reason is. */
export const BEHIND_SECONDS = 60

export function problemsOf(
  consumers: readonly ConsumerView[],
  shards: readonly ShardView[],
  conditions: Conditions,
): readonly Problem[] {
  const known = conditions.ages().map(({ condition, ageMs }) => {
    const { count, ...problem } = condition
    return { ...problem, tries: count, since: new Date(Date.now() - ageMs) }
  })
  const isKnown = (code: string, source: string) =>
    known.some(problem => problem.code === code && problem.source === source)
  const ofWorkers = readinessOf(consumers, conditions.list())
    .reasons.filter(({ code, source }) => !isKnown(code, source))
    .map(reason => ({ ...reason, tries: 0, since: new Date() }))
  const all = [...known, ...ofWorkers, ...behindOf(shards)]
  return all.toSorted((a, b) => Number(needsPerson(b.code)) - Number(needsPerson(a.code)))
}

/** One for each source: the shards that are behind, and by how much the worst is. */
function behindOf(shards: readonly ShardView[]): Problem[] {
  const behind = shards.filter(({ lagSeconds = 0 }) => lagSeconds > BEHIND_SECONDS)
  const sources = [...new Set(behind.map(({ source }) => source))]
  return sources.map(source => {
    const ofSource = behind.filter(each => each.source === source)
    const worst = ofSource.reduce((a, b) => ((b.lagSeconds ?? 0) > (a.lagSeconds ?? 0) ? b : a))
    const lag = formatDuration((worst.lagSeconds ?? 0) * 1_000)
    const others = ofSource.length > 1 ? `, and ${ofSource.length - 1} more shards are behind` : ''
    return {
      source,
      code: 'behind',
      text: `shard ${worst.shard} of ${source} is ${lag} behind${others}`,
      remedy:
        'see what else is wrong; if nothing is, wait while the lag falls, or add consumers or split shards',
      shards: ofSource.map(({ shard }) => shard),
      tries: 0,
      since: new Date(),
    }
  })
}
