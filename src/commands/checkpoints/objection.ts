/** Objections to a reset: a service or a consumer may be writing checkpoints. */

import { groupTimeoutSeconds } from '../../config/group-timeout.ts'
import type { SourceConfig } from '../../config/types.ts'
import type { LockResult } from '../../service/state-lock.ts'
import type { ShardPosition } from '../../sls/positions.ts'

/** Returns the objection of a service with this state directory; undefined when we hold the lock, so that none runs. */
export function serviceObjection(lock: LockResult, directory: string): string | undefined {
  if (lock.kind === 'locked') return undefined
  if (lock.kind === 'held')
    return `process ${lock.pid} runs with the state directory ${directory}: stop the service first`
  return `whether the service runs cannot be told: ${lock.message}: run this as the user of the service`
}

/** Returns the objection of a consumer anywhere that stored a checkpoint lately. A reset stores no consumer's name. */
export function consumerObjection(
  { consumerGroup, heartbeatIntervalMs }: SourceConfig,
  shards: readonly ShardPosition[],
  nowMs: number,
): string | undefined {
  const timeoutSeconds = groupTimeoutSeconds(heartbeatIntervalMs)
  const written = shards.flatMap(({ shard, checkpoint }) =>
    checkpoint?.savedAtSeconds !== undefined && checkpoint.consumer !== ''
      ? [{ shard, consumer: checkpoint.consumer, ageSeconds: nowMs / 1_000 - checkpoint.savedAtSeconds }]
      : [],
  )
  const [latest] = written.toSorted((a, b) => a.ageSeconds - b.ageSeconds)
  if (latest === undefined || latest.ageSeconds >= timeoutSeconds) return undefined
  const age = Math.max(0, Math.round(latest.ageSeconds))
  return `consumer ${latest.consumer} of the group ${consumerGroup} has stored the checkpoint of shard ${latest.shard} ${age} s ago: stop every service of the group, then wait ${timeoutSeconds} s`
}
