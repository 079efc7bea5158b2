import { z } from 'zod'
import { type Handler, onLogstore } from '../call.ts'
import { toSeconds } from '../clock.ts'
import { parseBody } from '../json-body.ts'
import type { Logstore } from '../logstore.ts'
import { isRefusal, refuse } from '../refusal.ts'
import { emptyReply, jsonReply } from '../reply.ts'

const newLogstore = z.object({
  logstoreName: z.string().regex(/^[0-9a-z][0-9a-z_-]{0,61}[0-9a-z]$/),
  ttl: z.int().positive().optional(),
  shardCount: z.int().positive().max(100).optional(),
})

export const getProject: Handler = ({ service, request, nowMs }) => {
  const logstores = service.world.logstoresOf(request.project)
  if (isRefusal(logstores)) return logstores
  const now = String(toSeconds(nowMs))
  const region = service.options.region ?? ''
  return jsonReply({
    projectName: request.project,
    description: '',
    status: 'Normal',
    region,
    owner: '',
    createTime: now,
    lastModifyTime: now,
  })
}

export const listLogstores: Handler = ({ service, request }) => {
  const logstores = service.world.logstoresOf(request.project)
  if (isRefusal(logstores)) return logstores
  const names = [...logstores.keys()]
  return jsonReply({ count: names.length, total: names.length, logstores: names })
}

export const createLogstore: Handler = ({ service, request }) => {
  const logstores = service.world.logstoresOf(request.project)
  if (isRefusal(logstores)) return logstores
  const parsed = parseBody(request.body, newLogstore)
  if (isRefusal(parsed)) return parsed
  const { logstoreName: name, ttl, shardCount } = parsed.value
  if (logstores.has(name)) return refuse('LogStoreAlreadyExist', `logstore ${name} already exists`)
  service.world.createLogstore(request.project, name, {
    ...(ttl === undefined ? {} : { ttlDays: ttl }),
    ...(shardCount === undefined ? {} : { shards: shardCount }),
  })
  return emptyReply()
}

export const getLogstore = onLogstore(({ logstore, nowMs }) =>
  jsonReply(describe(logstore, toSeconds(nowMs))),
)

export const deleteLogstore = onLogstore(({ service, request, logstore }) => {
  service.world.deleteLogstore(request.project, logstore.name)
  return emptyReply()
})

function describe({ name, ttlDays, shards, appendReceiveTimeTag }: Logstore, seconds: number) {
  return {
    logstoreName: name,
    ttl: ttlDays ?? 3650,
    shardCount: shards.size,
    appendMeta: appendReceiveTimeTag,
    enable_tracking: false,
    autoSplit: false,
    maxSplitShard: 64,
    mode: 'standard',
    createTime: seconds,
    lastModifyTime: seconds,
  }
}
