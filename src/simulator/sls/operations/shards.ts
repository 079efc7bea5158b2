import { onLogstore, onShard } from '../call.ts'
import { parseKey } from '../key-range.ts'
import { mergeShard, splitShard } from '../logstore.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { jsonReply } from '../reply.ts'
import { describeShard, type Shard } from '../shard.ts'

/** Newest first: the order is not one of ids at the real service either. */
export const listShards = onLogstore(({ logstore }) =>
  jsonReply([...logstore.shards.values()].reverse().map(describeShard)),
)

export const split = onShard(({ logstore, shard, request, nowMs }) => {
  const parts = Number(request.query.shardCount ?? 2)
  const key = request.query.key === undefined ? undefined : parseKey(request.query.key)
  if (!Number.isInteger(parts) || parts < 2 || (request.query.key !== undefined && key === undefined))
    return refuse('ParameterInvalid', 'key or shardCount is malformed')
  return describe(splitShard(logstore, shard, { nowMs, parts, ...(key === undefined ? {} : { key }) }))
})

export const merge = onShard(({ logstore, shard, nowMs }) => describe(mergeShard(logstore, shard, nowMs)))

function describe(shards: Shard[] | Refusal) {
  return isRefusal(shards) ? shards : jsonReply(shards.map(describeShard))
}
