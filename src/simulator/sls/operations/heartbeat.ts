import { z } from 'zod'
import { entitled, mayBeat, heartbeat as takeHeartbeat } from '../allocation.ts'
import { type GroupCall, onGroup } from '../call.ts'
import { parseBody } from '../json-body.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { jsonReply } from '../reply.ts'
import { sentMsOf } from '../verify.ts'

const shardIds = z.array(z.int())

export const heartbeat = onGroup(call => {
  const { group, request, service, nowMs } = call
  const consumer = request.query.consumer ?? ''
  const reported = parseBody(request.body, shardIds)
  if (isRefusal(reported)) return reported
  const beat = { consumer, reported: reported.value, nowMs }
  const refusal = objection(call, beat)
  if (!refusal) group.allocation = takeHeartbeat(group.allocation, beat, service.options)
  const answer = refusal ?? entitled(group.allocation, consumer)
  note(call, beat, isRefusal(answer) ? answer.refused : answer)
  return isRefusal(answer) ? answer : jsonReply(answer)
})

interface Reported {
  readonly consumer: string
  readonly reported: readonly number[]
  readonly nowMs: number
}

function objection({ group, service }: GroupCall, beat: Reported): Refusal | undefined {
  const { options } = service
  if (beat.consumer === '') return refuse('ParameterInvalid', 'consumer is missing')
  if (!mayBeat(group.allocation, beat))
    return refuse('NotExistConsumerWithBody', `consumer ${beat.consumer} does not exist but reports shards`)
  const lastMs = group.allocation.consumers.get(beat.consumer)
  if (lastMs !== undefined && beat.nowMs - lastMs < options.minHeartbeatIntervalMs)
    return refuse('MetaOperationQpsLimitExceeded', `consumer ${beat.consumer} sends heartbeats too often`)
  const foreign = beat.reported.find(id => isForeign(group.allocation.shards.get(id), beat.consumer))
  return foreign !== undefined && options.foreignShards === 'refuse'
    ? refuse('ParameterInvalid', `shard ${foreign} belongs to another consumer`)
    : undefined
}

function isForeign(shard: object | undefined, consumer: string): boolean {
  return shard !== undefined && 'holder' in shard && shard.holder !== consumer
}

function note({ service, request, logstore, group }: GroupCall, beat: Reported, answer: number[] | string) {
  const sentAtMs = sentMsOf(request)
  service.journal.beat({
    atMs: beat.nowMs,
    ...(sentAtMs !== undefined && { sentAtMs }),
    project: request.project,
    logstore: logstore.name,
    group: group.name,
    consumer: beat.consumer,
    reported: beat.reported,
    answer,
  })
}
