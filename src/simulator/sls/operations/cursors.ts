import { onShard } from '../call.ts'
import { toSeconds } from '../clock.ts'
import { encodeCursor } from '../cursor.ts'
import { isRefusal, refuse } from '../refusal.ts'
import { jsonReply } from '../reply.ts'
import { positionOf, type Shard } from '../shard.ts'

export const getCursor = onShard(({ shard, request }) => {
  const position = startOf(shard, request.query.from ?? '')
  if (position === undefined) return refuse('ParameterInvalid', 'Parameter From is not valid')
  return jsonReply({ cursor: encodeCursor(position) })
})

/** Nothing has been received at the end yet: it answers with now. */
export const getCursorTime = onShard(({ shard, request, service, nowMs }) => {
  const position = positionOf(shard, request.query.cursor ?? '', service.options.expiredCursor)
  if (isRefusal(position)) return position
  const receivedMs = shard.log.at(position.at)?.receivedMs ?? nowMs
  return jsonReply({ cursor_time: toSeconds(receivedMs) })
})

function startOf({ log }: Shard, from: string): bigint | undefined {
  if (from === 'begin') return log.begin()
  if (from === 'end') return log.end()
  return /^\d+$/.test(from) ? log.findTime(Number(from)) : undefined
}
