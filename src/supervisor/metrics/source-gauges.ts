/** Gauges of what is known of sources beyond the board: what is held, what would be better, where backlogs are going. */

import { isHot, spareConsumers } from '../health/advice.ts'
import { isHold, needsPerson } from '../health/severity.ts'
import type { Condition } from '../state/conditions.ts'
import type { KnownSource } from '../state/facts.ts'
import { forecastOf } from '../state/forecast.ts'
import type { StatusHistory } from '../state/history.ts'
import type { ShardView } from '../state/views.ts'
import type { Exposition } from './exposition.ts'

export interface SourceScene {
  readonly sources: readonly KnownSource[]
  readonly conditions: readonly Condition[]
  readonly history: Pick<StatusHistory, 'lagsOf'>
}

type Setting = Pick<Exposition, 'set'>

export function setSourceGauges(to: Setting, shards: readonly ShardView[], scene: SourceScene): void {
  for (const source of scene.sources) setSource(to, source)
  for (const shard of shards) setShard(to, shard, scene)
  // Behind the shards, of which each is not held unless a condition says so.
  for (const condition of scene.conditions) setCondition(to, condition)
}

function setSource({ set }: Setting, source: KnownSource): void {
  const { name, facts } = source
  set('source_spare_consumers', { source: name }, spareConsumers(source))
  if (facts.shards !== undefined) set('source_shards', { source: name }, facts.shards)
  if (facts.retentionSeconds !== undefined)
    set('source_retention_seconds', { source: name }, facts.retentionSeconds)
}

function setShard({ set }: Setting, view: ShardView, { sources, history }: SourceScene): void {
  const labels = { source: view.source, shard: String(view.shard) }
  const retention = sources.find(({ name }) => name === view.source)?.facts.retentionSeconds
  const forecast = forecastOf(history.lagsOf(view.source, view.shard), retention)
  set('shard_hot', labels, isHot(view) ? 1 : 0)
  set('shard_held', labels, 0)
  if (forecast?.catchUpSeconds !== undefined) set('shard_catch_up_seconds', labels, forecast.catchUpSeconds)
  if (forecast?.retentionOverrunSeconds !== undefined)
    set('shard_retention_overrun_seconds', labels, forecast.retentionOverrunSeconds)
}

function setCondition({ set }: Setting, { source, code: reason, shards }: Condition): void {
  if (needsPerson(reason)) set('source_held', { source, reason }, 1)
  if (isHold(reason)) for (const shard of shards) set('shard_held', { source, shard: String(shard) }, 1)
}
