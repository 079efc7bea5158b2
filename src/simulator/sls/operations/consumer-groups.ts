import { z } from 'zod'
import { type LogstoreCall, onGroup, onLogstore } from '../call.ts'
import { createConsumerGroup } from '../consumer-group.ts'
import { parseBody } from '../json-body.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { emptyReply, jsonReply } from '../reply.ts'

const newGroup = z.object({
  consumerGroup: z.string().regex(/^[0-9a-zA-Z_-]{1,128}$/),
  timeout: z.int(),
  order: z.boolean().default(false),
})

const changes = z
  .object({ timeout: z.int().optional(), order: z.boolean().optional() })
  .refine(({ timeout, order }) => timeout !== undefined || order !== undefined, 'nothing to change')

/** The name is `consumerGroup` here and `name` in lists. */
export const createGroup = onLogstore(call => {
  const { logstore, request, service } = call
  const parsed = parseBody(request.body, newGroup)
  if (isRefusal(parsed)) return parsed
  const { consumerGroup: name, timeout, order } = parsed.value
  if (logstore.groups.has(name))
    return refuse('ConsumerGroupAlreadyExist', `consumer group ${name} already exists`)
  if (logstore.groups.size >= service.options.maxConsumerGroups)
    return refuse(
      'ConsumerGroupQuotaExceed',
      `logstore ${logstore.name} has no room for another consumer group`,
    )
  const refusal = timeoutRefusal(call, timeout)
  if (refusal) return refusal
  logstore.groups.set(name, createConsumerGroup(name, timeout, order))
  return emptyReply()
})

export const listGroups = onLogstore(({ logstore }) =>
  jsonReply(
    [...logstore.groups.values()].map(({ name, timeoutSeconds, inOrder }) => ({
      name,
      timeout: timeoutSeconds,
      order: inOrder,
    })),
  ),
)

export const updateGroup = onGroup(call => {
  const { group, request } = call
  const parsed = parseBody(request.body, changes)
  if (isRefusal(parsed)) return parsed
  const { timeout = group.timeoutSeconds, order = group.inOrder } = parsed.value
  const refusal = timeoutRefusal(call, timeout)
  if (refusal) return refusal
  group.timeoutSeconds = timeout
  group.inOrder = order
  return emptyReply()
})

export const deleteGroup = onLogstore(({ logstore, params, service }) => {
  const name = params.group ?? ''
  const existed = logstore.groups.delete(name)
  return existed || service.options.deleteMissingGroup === 'accept'
    ? emptyReply()
    : refuse('ConsumerGroupNotExist', `consumer group ${name} does not exist`)
})

function timeoutRefusal({ service }: LogstoreCall, seconds: number): Refusal | undefined {
  const { min, max } = service.options.groupTimeoutSeconds
  if (seconds > 0 && seconds >= min && seconds <= max) return undefined
  return refuse('ParameterInvalid', `timeout ${seconds} is out of range`)
}
