/** Gauges of sources and their shards as a whole: what is held, what would be better, where backlogs are going. */

import { Gauge } from 'prom-client'
import { isHot, spareConsumers } from '../health/advice.ts'
import { isHold, needsPerson } from '../health/severity.ts'
import type { Condition } from '../state/conditions.ts'
import type { KnownSource } from '../state/facts.ts'
import { forecastOf } from '../state/forecast.ts'
import type { StatusHistory } from '../state/history.ts'
import type { ShardView } from '../state/views.ts'
import type { Registers } from './registers.ts'

/** What is known of sources beyond the board. */
export interface SourceScene {
  readonly sources: readonly KnownSource[]
  readonly conditions: readonly Condition[]
  readonly history: StatusHistory
}

export interface SourceMetrics {
  refresh(shards: readonly ShardView[], scene: SourceScene | undefined): void
}

export function createSourceMetrics(prefix: string, registers: Registers): SourceMetrics {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name: prefix + name, help, labelNames, registers })
  const ofSource = ['source'] as const
  const ofShard = ['source', 'shard'] as const
  const all = {
    held: gauge('source_held', '1 while logs wait until a person has mended something.', [
      'source',
      'reason',
    ]),
    shards: gauge('source_shards', 'Shards of the logstore that take writes.', ofSource),
    retention: gauge('source_retention_seconds', 'How long the logstore keeps logs.', ofSource),
    spare: gauge(
      'source_spare_consumers',
      'Consumers that hold no shard because there are more of them than shards.',
      ofSource,
    ),
    shardHeld: gauge(
      'shard_held',
      '1 while logs of the shard wait until a person has mended something.',
      ofShard,
    ),
    hot: gauge('shard_hot', '1 while the shard takes more than Log Service promises for one.', ofShard),
    catchUp: gauge('shard_catch_up_seconds', 'Until the shard has caught up, at the pace of now.', ofShard),
    overrun: gauge(
      'shard_retention_overrun_seconds',
      'Until unread logs expire in Log Service, at the pace of now.',
      ofShard,
    ),
  }

  function setSource(source: KnownSource): void {
    const { name, facts } = source
    all.spare.set({ source: name }, spareConsumers(source))
    if (facts.shards !== undefined) all.shards.set({ source: name }, facts.shards)
    if (facts.retentionSeconds !== undefined) all.retention.set({ source: name }, facts.retentionSeconds)
  }

  function setCondition({ source, code: reason, shards }: Condition): void {
    if (needsPerson(reason)) all.held.set({ source, reason }, 1)
    if (isHold(reason)) for (const shard of shards) all.shardHeld.set({ source, shard: String(shard) }, 1)
  }

  function setShard(view: ShardView, { sources, history }: SourceScene): void {
    const labels = { source: view.source, shard: String(view.shard) }
    const retention = sources.find(({ name }) => name === view.source)?.facts.retentionSeconds
    const forecast = forecastOf(history.lagsOf(view.source, view.shard), retention)
    all.hot.set(labels, isHot(view) ? 1 : 0)
    all.shardHeld.set(labels, 0)
    if (forecast?.catchUpSeconds !== undefined) all.catchUp.set(labels, forecast.catchUpSeconds)
    if (forecast?.retentionOverrunSeconds !== undefined)
      all.overrun.set(labels, forecast.retentionOverrunSeconds)
  }

  return {
    refresh(shards, scene) {
      for (const each of Object.values(all)) each.reset()
      if (!scene) return
      for (const source of scene.sources) setSource(source)
      for (const shard of shards) setShard(shard, scene)
      for (const condition of scene.conditions) setCondition(condition)
    },
  }
}
