import { z } from 'zod'
import { checkpoint as takeCheckpoint } from '../allocation.ts'
import { type GroupCall, onGroup } from '../call.ts'
import { decodeCursor, isBase64 } from '../cursor.ts'
import { parseBody } from '../json-body.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { emptyReply, jsonReply } from '../reply.ts'
import { isWritable } from '../shard.ts'

const update = z.object({ shard: z.int(), checkpoint: z.string() })

interface Update {
  readonly shard: number
  readonly cursor: string
  readonly consumer: string
  readonly force: boolean
}

export const updateCheckpoint = onGroup(call => {
  const { request } = call
  const parsed = parseBody(request.body, update)
  if (isRefusal(parsed)) return parsed
  const wanted = {
    shard: parsed.value.shard,
    cursor: parsed.value.checkpoint,
    consumer: request.query.consumer ?? '',
    force: request.query.forceSuccess?.toLowerCase() === 'true',
  }
  const refusal = objection(call, wanted)
  const previous = call.group.checkpoints.get(wanted.shard)?.cursor ?? ''
  if (!refusal) store(call, wanted)
  note(call, wanted, { previous, refused: refusal?.refused })
  return refusal ?? emptyReply()
})

/** One row for each shard; the time is in microseconds. */
export const getCheckpoints = onGroup(({ group, logstore, request, service }) => {
  const { shard: only } = request.query
  const ids = [...logstore.shards.keys()].filter(id => only === undefined || only === String(id))
  const rows = ids.flatMap(id => {
    const stored = group.checkpoints.get(id)
    if (!stored && service.options.untouchedCheckpoints === 'no-row') return []
    const { cursor = '', updatedMs = 0, consumer = '' } = stored ?? {}
    return [{ shard: id, checkpoint: cursor, updateTime: updatedMs * 1_000, consumer }]
  })
  return jsonReply(rows)
})

function objection({ group, logstore, service }: GroupCall, wanted: Update): Refusal | undefined {
  const shard = logstore.shards.get(wanted.shard)
  if (!isBase64(wanted.cursor)) return refuse('InvalidShardCheckPoint', 'the checkpoint is not Base64')
  if (!shard) return { ...refuse('ShardNotExist', `shard ${wanted.shard} does not exist`), status: 404 }
  const position = decodeCursor(wanted.cursor)
  const isForeign = position === undefined || position < shard.log.origin || position > shard.log.end()
  if (isForeign && service.options.foreignCheckpoint === 'refuse')
    return refuse('InvalidShardCheckPoint', `the checkpoint is not of shard ${shard.id}`)
  return wanted.force ? undefined : holderObjection(group, wanted)
}

/** The fence: without force only the holder may write, also while its shard is on the way to another. */
function holderObjection({ allocation }: GroupCall['group'], wanted: Update): Refusal | undefined {
  if (!allocation.consumers.has(wanted.consumer))
    return refuse('ConsumerNotExist', `consumer ${wanted.consumer} does not exist`)
  const shard = allocation.shards.get(wanted.shard)
  const isHolder = shard !== undefined && 'holder' in shard && shard.holder === wanted.consumer
  return isHolder
    ? undefined
    : refuse('ConsumerNotMatch', `shard ${wanted.shard} is not held by consumer ${wanted.consumer}`)
}

function store({ group, logstore, nowMs }: GroupCall, { shard: id, cursor, consumer }: Update): void {
  const shard = logstore.shards.get(id)
  const isEnd = shard && !isWritable(shard) && decodeCursor(cursor) === shard.log.end()
  group.checkpoints.set(id, { cursor, updatedMs: nowMs, consumer })
  group.allocation = takeCheckpoint(group.allocation, id, isEnd ?? false)
}

function note(
  { service, request, logstore, group, nowMs }: GroupCall,
  wanted: Update,
  outcome: { previous: string; refused: string | undefined },
): void {
  const place = { project: request.project, logstore: logstore.name, group: group.name }
  service.journal.checkpointed({ atMs: nowMs, ...place, ...wanted, ...outcome })
}
