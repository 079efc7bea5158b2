/** Lists of Log Service: logstores of a project, shards and groups of a logstore, checkpoints of a group. */

import type { ListedShard } from './first-positions.ts'
import type { ProjectSdk } from './sdk.ts'
import { savedAtSecondsOf } from './times.ts'

export interface ListedGroup {
  readonly name: string
  /** Undefined when Log Service does not say it. */
  readonly timeoutSeconds: number | undefined
  readonly inOrder: boolean | undefined
}

export interface StoredCheckpoint {
  readonly cursor: string
  /** When it was stored, in unix seconds; undefined when Log Service does not say. */
  readonly savedAtSeconds: number | undefined
  /** The consumer that stored it; empty when it was none, or Log Service does not say. */
  readonly consumer: string
}

/** A consumer group as a source names it. */
export interface GroupName {
  readonly logstore: string
  readonly consumerGroup: string
}

export async function listShards({ client, project }: ProjectSdk, logstore: string): Promise<ListedShard[]> {
  const { body = [] } = await client.listShards(project, logstore)
  return body.map(({ shardID = -1, status, inclusiveBeginKey = '', exclusiveEndKey = '' }) => ({
    id: shardID,
    readonly: status === 'readonly',
    begin: inclusiveBeginKey,
    end: exclusiveEndKey,
  }))
}

export async function listGroups({ client, project }: ProjectSdk, logstore: string): Promise<ListedGroup[]> {
  const { body = [] } = await client.listConsumerGroup(project, logstore)
  return body.map(({ name = '', timeout, order }) => ({ name, timeoutSeconds: timeout, inOrder: order }))
}

const MAX_LOGSTORES = 500

/** Returns names of logstores, at most 500. The call is not among those that a consumer needs: it may be forbidden. */
export async function listLogstores({ client, models, project }: ProjectSdk): Promise<string[]> {
  const request = new models.ListLogStoresRequest({ offset: 0, size: MAX_LOGSTORES })
  const { body } = await client.listLogStores(project, request)
  return body?.logstores ?? []
}

/** Returns the checkpoints that are stored, by shard; with `shard` that one's alone. */
export async function listCheckpoints(
  { client, models, project }: ProjectSdk,
  { logstore, consumerGroup }: GroupName,
  shard?: number,
): Promise<ReadonlyMap<number, StoredCheckpoint>> {
  const request = new models.GetCheckPointRequest(shard === undefined ? {} : { shard: String(shard) })
  const { body = [] } = await client.getCheckPoint(project, logstore, consumerGroup, request)
  const stored = new Map<number, StoredCheckpoint>()
  for (const { shard: id, checkpoint: cursor, updateTime, consumer = '' } of body)
    if (id !== undefined && cursor)
      stored.set(id, { cursor, savedAtSeconds: savedAtSecondsOf(updateTime), consumer })
  return stored
}
