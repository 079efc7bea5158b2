/** What would be better, though nothing is wrong: too many consumers, a hot shard, where a backlog is going. */

import { formatDuration } from '../../base/units.ts'
import type { StatusAdvice } from '../../status/document.ts'
import type { SourceFacts } from '../state/facts.ts'
import type { Forecast } from '../state/forecast.ts'
import type { ShardView } from '../state/views.ts'

/** Log Service takes 5 MB/s for a shard: one that is read faster for long was written faster than that. */
const HOT_SHARD_BYTES_PER_SECOND = 5_000_000

export interface AdviceParts {
  readonly sources: readonly {
    readonly name: string
    readonly consumers: number
    readonly facts: SourceFacts
  }[]
  readonly shards: readonly ShardView[]
  readonly forecasts: ReadonlyMap<ShardView, Forecast>
}

/** Consumers that hold nothing because the logstore has fewer shards. */
export function spareConsumers({ consumers, facts }: AdviceParts['sources'][number]): number {
  return facts.shards === undefined ? 0 : Math.max(0, consumers - facts.shards)
}

export function isHot({ bytesPerSecond, state }: ShardView): boolean {
  // What is being caught up says nothing of how fast it is written.
  return bytesPerSecond > HOT_SHARD_BYTES_PER_SECOND && state === 'caught-up'
}

export function adviceOf(parts: AdviceParts): StatusAdvice[] {
  return [
    ...parts.sources.flatMap(adviceOnSource),
    ...parts.shards.filter(isHot).map(adviceOnHotShard),
    ...[...parts.forecasts].flatMap(([shard, forecast]) => adviceOnBacklog(shard, forecast)),
  ]
}

function adviceOnSource(source: AdviceParts['sources'][number]): StatusAdvice[] {
  const spare = spareConsumers(source)
  if (spare === 0) return []
  const text = `${source.consumers} consumers for ${source.facts.shards} shards: ${spare} stand by and take over when another fails`
  return [{ code: 'spare-consumers', text, source: source.name }]
}

function adviceOnHotShard({ source, shard, bytesPerSecond }: ShardView): StatusAdvice {
  const rate = (bytesPerSecond / 1e6).toFixed(1)
  const text = `shard ${shard} takes ${rate} MB/s, more than Log Service promises for a shard: split it`
  return { code: 'hot-shard', text, source, shard }
}

function adviceOnBacklog({ source, shard, lagSeconds = 0 }: ShardView, forecast: Forecast): StatusAdvice[] {
  const { catchUpSeconds, retentionOverrunSeconds, growth } = forecast
  const lag = words(lagSeconds)
  if (retentionOverrunSeconds !== undefined) {
    const text = `shard ${shard} is ${lag} behind and falls back: in ${words(retentionOverrunSeconds)} logs expire before they are read`
    return [{ code: 'retention-overrun', text, source, shard }]
  }
  if (catchUpSeconds !== undefined) {
    const text = `shard ${shard} is ${lag} behind and will have caught up in ${words(catchUpSeconds)}`
    return [{ code: 'catching-up', text, source, shard }]
  }
  if (growth <= 0.02) return []
  const text = `shard ${shard} is ${lag} behind and falls back by ${growth.toFixed(1)} s each second`
  return [{ code: 'falling-behind', text, source, shard }]
}

const words = (seconds: number) => formatDuration(Math.round(seconds) * 1_000)
