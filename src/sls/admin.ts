/** What the supervisor does in Log Service: the consumer group, and the positions it begins at. */

import { isAbort, messageOf } from '../base/failure.ts'
import { groupTimeoutSeconds } from '../config/group-timeout.ts'
import type { SourceConfig, StartPosition } from '../config/types.ts'
import { BAD_RESPONSE, failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { firstPositions, type ListedShard } from './first-positions.ts'
import { FailedCall, loadSdk, type Sdk } from './sdk.ts'
import { savedAtSecondsOf } from './times.ts'
import { createTransport, type TransportOptions } from './transport.ts'

export interface SlsAdmin {
  /**
   * Makes the consumer group if there is none, and brings an existing one's timeout and order to the source's; answers
   * what was changed, a sentence each.
   */
  ensureGroup(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<readonly string[]>>
  /** Gives every shard without a checkpoint its first one; answers how many shards there are. */
  initialisePositions(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<Initialised>>
  /** Stores positions whoever holds the shards: for a group that was deleted and made again. */
  restorePositions(source: SourceConfig, positions: Positions, signal: AbortSignal): Promise<SlsResult<void>>
  /** Every shard of the logstore with what the group has stored for it, by id. Reads alone. */
  positionsOf(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<GroupPositions>>
  /** What is worth knowing of a logstore, as far as the key may ask. */
  factsOf(logstore: string, signal: AbortSignal): Promise<Facts>
  close(): void
}

export interface Facts {
  readonly known: LogstoreFacts
  /** Why the rest is not known. */
  readonly failures: readonly SlsFailure[]
}

export interface LogstoreFacts {
  /** Shards that take writes. */
  readonly shards?: number
  /** How long logs are kept. */
  readonly retentionSeconds?: number
}

export interface GroupPositions {
  /** False: nobody has made the consumer group yet. */
  readonly groupExists: boolean
  readonly shards: readonly ShardPosition[]
}

export interface ShardPosition {
  readonly shard: number
  /** Split or merged: nothing is written to it any more. */
  readonly readonly: boolean
  readonly checkpoint?: StoredCheckpoint
}

export interface StoredCheckpoint {
  readonly cursor: string
  /** When it was stored, in unix seconds; undefined when Log Service does not say. */
  readonly savedAtSeconds: number | undefined
  /** Who stored it; empty when it was no consumer, or Log Service does not say. */
  readonly consumer: string
}

export interface Initialised {
  readonly shards: number
  /** Shards that got their first position now. */
  readonly initialised: number
}

export type Positions = ReadonlyMap<number, string>

export async function createSlsAdmin(options: TransportOptions): Promise<SlsAdmin> {
  const { project } = options
  const transport = createTransport(options)
  const sdkOf = await loadSdk()

  /** Runs SDK calls; a failed request ends them all, and so does an answer that the SDK cannot read. */
  async function attempt<T>(signal: AbortSignal, use: (sdk: Sdk) => Promise<T>): Promise<SlsResult<T>> {
    let asked = ''
    const sdk = sdkOf(async (call, read) => {
      asked = `${call.method} ${call.path}`
      const result = await transport.call(call, read, signal)
      if (result.kind === 'failed') throw new FailedCall(result.failure)
      return result.value
    })
    try {
      return { kind: 'ok', value: await use(sdk) }
    } catch (error) {
      if (error instanceof FailedCall) return { kind: 'failed', failure: error.failure }
      if (isAbort(error, signal)) throw error
      const message = `the official SDK cannot read what ${asked} answers: ${messageOf(error)}`
      return { kind: 'failed', failure: failureOf(BAD_RESPONSE, 200, message) }
    }
  }

  return {
    close: transport.close,
    ensureGroup: (source, signal) => attempt(signal, sdk => ensureGroup(sdk, project, source)),
    initialisePositions: (source, signal) =>
      attempt(signal, sdk => initialisePositions(sdk, project, source)),
    positionsOf: (source, signal) => attempt(signal, sdk => positionsOf(sdk, project, source)),
    async factsOf(logstore, signal) {
      const shards = await attempt(signal, ({ client }) => listShards(client, project, logstore))
      // Not among the actions that a consumer needs: it may be forbidden.
      const found = await attempt(signal, ({ client }) => client.getLogStore(project, logstore))
      const days = found.kind === 'ok' ? found.value.body?.ttl : undefined
      return {
        known: {
          ...(shards.kind === 'ok' && { shards: shards.value.filter(({ readonly }) => !readonly).length }),
          ...(isKeptFor(days) && { retentionSeconds: days * 86_400 }),
        },
        failures: [shards, found].flatMap(each => (each.kind === 'failed' ? [each.failure] : [])),
      }
    },
    restorePositions: ({ logstore, consumerGroup }, positions, signal) =>
      attempt(signal, async ({ client, models }) => {
        for (const [shard, checkpoint] of positions) {
          const request = new models.ConsumerGroupUpdateCheckPointRequest({
            shard,
            checkpoint,
            forceSuccess: true,
          })
          await unless('ShardNotExist', () =>
            client.consumerGroupUpdateCheckPoint(project, logstore, consumerGroup, request),
          )
        }
      }),
  }
}

/** What Log Service says where logs never expire. */
const KEPT_FOR_EVER_DAYS = 3_650

/** False also for what is no time to keep anything. */
function isKeptFor(days: number | undefined): days is number {
  return days !== undefined && days > 0 && days < KEPT_FOR_EVER_DAYS
}

async function ensureGroup(
  { client, models }: Sdk,
  project: string,
  source: SourceConfig,
): Promise<string[]> {
  const { logstore, consumerGroup, inOrder: order } = source
  const timeout = groupTimeoutSeconds(source.heartbeatIntervalMs)
  const find = async () => {
    const { body = [] } = await client.listConsumerGroup(project, logstore)
    return body.find(({ name }) => name === consumerGroup)
  }
  let group = await find()
  if (!group) {
    const request = new models.CreateConsumerGroupRequest({ consumerGroup, timeout, order })
    // Two services that start together both find no group; the second to create it has got what it wants.
    const created = await unless('ConsumerGroupAlreadyExist', () =>
      client.createConsumerGroup(project, logstore, request),
    )
    if (created) return [`consumer group ${consumerGroup} made, timeout ${timeout} s, in order: ${order}`]
    group = await find()
  }
  if (group?.timeout === timeout && group.order === order) return []
  const request = new models.UpdateConsumerGroupRequest({ timeout, order })
  await client.updateConsumerGroup(project, logstore, consumerGroup, request)
  return [
    `consumer group ${consumerGroup} adjusted: timeout ${group?.timeout} s to ${timeout} s, in order: ${group?.order} to ${order}`,
  ]
}

/** Whoever holds a shard already is not asked: a shard without a checkpoint has not been delivered from. */
async function initialisePositions(
  { client, models }: Sdk,
  project: string,
  source: SourceConfig,
): Promise<Initialised> {
  const { logstore, consumerGroup, startFrom } = source
  const shards = await listShards(client, project, logstore)
  const withCheckpoint = async (shard?: number) => {
    const request = new models.GetCheckPointRequest(shard === undefined ? {} : { shard: String(shard) })
    const { body = [] } = await client.getCheckPoint(project, logstore, consumerGroup, request)
    return new Set(body.flatMap(row => (row.shard !== undefined && row.checkpoint ? [row.shard] : [])))
  }
  const missing = firstPositions(shards, await withCheckpoint())
  for (const { shard, from } of missing) {
    // Another service may have begun meanwhile: its position is earlier than the one asked for now, and wins.
    if ((await withCheckpoint(shard)).has(shard)) continue
    const start = from === 'begin' ? 'begin' : cursorFrom(startFrom)
    const cursor = await client.getCursor(
      project,
      logstore,
      String(shard),
      new models.GetCursorRequest({ from: start }),
    )
    const checkpoint = cursor.body?.cursor
    const request = new models.ConsumerGroupUpdateCheckPointRequest({ shard, checkpoint, forceSuccess: true })
    await client.consumerGroupUpdateCheckPoint(project, logstore, consumerGroup, request)
  }
  return { shards: shards.length, initialised: missing.length }
}

async function positionsOf(
  { client, models }: Sdk,
  project: string,
  { logstore, consumerGroup }: SourceConfig,
): Promise<GroupPositions> {
  const listed = await listShards(client, project, logstore)
  const stored = new Map<number, StoredCheckpoint>()
  const groupExists = await unless('ConsumerGroupNotExist', async () => {
    const request = new models.GetCheckPointRequest({})
    const { body = [] } = await client.getCheckPoint(project, logstore, consumerGroup, request)
    for (const { shard, checkpoint: cursor, updateTime, consumer = '' } of body)
      if (shard !== undefined && cursor)
        stored.set(shard, { cursor, savedAtSeconds: savedAtSecondsOf(updateTime), consumer })
  })
  const shards = listed.map(({ id: shard, readonly }) => {
    const checkpoint = stored.get(shard)
    return { shard, readonly, ...(checkpoint && { checkpoint }) }
  })
  return { groupExists, shards: shards.toSorted((a, b) => a.shard - b.shard) }
}

async function listShards(client: Sdk['client'], project: string, logstore: string): Promise<ListedShard[]> {
  const { body = [] } = await client.listShards(project, logstore)
  return body.map(({ shardID = -1, status, inclusiveBeginKey = '', exclusiveEndKey = '' }) => ({
    id: shardID,
    readonly: status === 'readonly',
    begin: inclusiveBeginKey,
    end: exclusiveEndKey,
  }))
}

function cursorFrom(start: StartPosition): string {
  return start.kind === 'time' ? String(start.seconds) : start.kind
}

/** Whether a call has worked; false when it was refused with this code. */
async function unless(code: string, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    if (error instanceof FailedCall && error.failure.code === code) return false
    throw error
  }
}
