/** Positions of a consumer group: read, given to shards without one, written back. */

import type { SourceConfig, StartPosition } from '../config/types.ts'
import { type FirstPosition, firstPositions } from './first-positions.ts'
import { type GroupName, listCheckpoints, listShards, type StoredCheckpoint } from './listings.ts'
import { type ProjectSdk, unlessRefused } from './sdk.ts'

export interface GroupPositions {
  /** False: the consumer group has not been made yet. */
  readonly groupExists: boolean
  /** Sorted by id. */
  readonly shards: readonly ShardPosition[]
}

export interface ShardPosition {
  readonly shard: number
  /** True after a split or merge: Log Service no longer writes to it. */
  readonly readonly: boolean
  readonly checkpoint?: StoredCheckpoint
}

export interface Initialised {
  readonly shards: number
  /** Number of shards that got their first position now. */
  readonly initialised: number
}

/** Cursors by shard. */
export type Positions = ReadonlyMap<number, string>

/** Returns every shard of the logstore with what the group has stored for it. Changes nothing. */
export async function positionsOf(sdk: ProjectSdk, group: GroupName): Promise<GroupPositions> {
  const listed = await listShards(sdk, group.logstore)
  let stored: ReadonlyMap<number, StoredCheckpoint> = new Map()
  const groupExists = await unlessRefused('ConsumerGroupNotExist', async () => {
    stored = await listCheckpoints(sdk, group)
  })
  const shards = listed.map(({ id: shard, readonly }) => {
    const checkpoint = stored.get(shard)
    return { shard, readonly, ...(checkpoint && { checkpoint }) }
  })
  return { groupExists, shards: shards.toSorted((a, b) => a.shard - b.shard) }
}

/** Gives a position to each shard without one. Consumers that hold it are not asked: they have delivered nothing of it. */
export async function initialisePositions(sdk: ProjectSdk, source: SourceConfig): Promise<Initialised> {
  const shards = await listShards(sdk, source.logstore)
  const stored = await listCheckpoints(sdk, source)
  const missing = firstPositions(shards, new Set(stored.keys()))
  for (const first of missing) await initialise(sdk, source, first)
  return { shards: shards.length, initialised: missing.length }
}

/** Stores the first position of a shard, unless another service did meanwhile: that one is earlier, and wins. */
async function initialise(sdk: ProjectSdk, source: SourceConfig, { shard, from }: FirstPosition) {
  const stored = await listCheckpoints(sdk, source, shard)
  if (stored.has(shard)) return
  const start = from === 'begin' ? 'begin' : startOf(source.startFrom)
  const cursor = await cursorAt(sdk, source.logstore, { shard, start })
  await store(sdk, source, { shard, cursor })
}

/** Stores positions, whichever consumers hold the shards. Leaves out shards that are gone. */
export async function restorePositions(
  sdk: ProjectSdk,
  group: GroupName,
  positions: Positions,
): Promise<void> {
  for (const [shard, cursor] of positions)
    await unlessRefused('ShardNotExist', () => store(sdk, group, { shard, cursor }))
}

async function cursorAt(
  { client, models, project }: ProjectSdk,
  logstore: string,
  { shard, start }: { readonly shard: number; readonly start: string },
): Promise<string | undefined> {
  const request = new models.GetCursorRequest({ from: start })
  const { body } = await client.getCursor(project, logstore, String(shard), request)
  return body?.cursor
}

async function store(
  { client, models, project }: ProjectSdk,
  { logstore, consumerGroup }: GroupName,
  { shard, cursor }: { readonly shard: number; readonly cursor: string | undefined },
): Promise<void> {
  const position = { shard, checkpoint: cursor, forceSuccess: true }
  const request = new models.ConsumerGroupUpdateCheckPointRequest(position)
  await client.consumerGroupUpdateCheckPoint(project, logstore, consumerGroup, request)
}

function startOf(start: StartPosition): string {
  return start.kind === 'time' ? String(start.seconds) : start.kind
}
