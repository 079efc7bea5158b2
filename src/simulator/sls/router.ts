import type { Handler } from './call.ts'
import { getCheckpoints, updateCheckpoint } from './operations/checkpoints.ts'
import { createGroup, deleteGroup, listGroups, updateGroup } from './operations/consumer-groups.ts'
import { getCursor, getCursorTime } from './operations/cursors.ts'
import { heartbeat } from './operations/heartbeat.ts'
import {
  createLogstore,
  deleteLogstore,
  getLogstore,
  getProject,
  listLogstores,
} from './operations/management.ts'
import { pullLogs } from './operations/pull-logs.ts'
import { putLogs, putLogsByKey } from './operations/put-logs.ts'
import { listShards, merge, split } from './operations/shards.ts'
import type { SlsRequest } from './request.ts'

export interface Route {
  readonly call: CallName
  readonly handle: Handler
  readonly params: Readonly<Record<string, string>>
}

type Row = readonly [call: string, method: string, path: string, handle: Handler]

const LOGSTORE = '/logstores/:logstore'
const SHARD = `${LOGSTORE}/shards/:shard`
const GROUPS = `${LOGSTORE}/consumergroups`
const GROUP = `${GROUPS}/:group`

/** The first row that fits is taken. A query in a path must be in the request; a part with a colon takes any text. */
const table = [
  ['ListShards', 'GET', `${LOGSTORE}/shards`, listShards],
  ['GetCursor', 'GET', `${SHARD}?type=cursor`, getCursor],
  ['GetCursorTime', 'GET', `${SHARD}?type=cursor_time`, getCursorTime],
  ['PullLogs', 'GET', `${SHARD}?type=log`, pullLogs],
  ['PullLogs', 'GET', `${SHARD}?type=logs`, pullLogs],
  ['HeartBeat', 'POST', `${GROUP}?type=heartbeat`, heartbeat],
  ['UpdateCheckPoint', 'POST', `${GROUP}?type=checkpoint`, updateCheckpoint],
  ['GetCheckPoint', 'GET', GROUP, getCheckpoints],
  ['CreateConsumerGroup', 'POST', GROUPS, createGroup],
  ['ListConsumerGroup', 'GET', GROUPS, listGroups],
  ['UpdateConsumerGroup', 'PUT', GROUP, updateGroup],
  ['DeleteConsumerGroup', 'DELETE', GROUP, deleteGroup],
  ['PutLogs', 'POST', `${LOGSTORE}/shards/lb`, putLogs],
  ['PutLogs', 'POST', `${LOGSTORE}/shards/route`, putLogsByKey],
  ['PutLogs', 'POST', LOGSTORE, putLogs],
  ['SplitShard', 'POST', `${SHARD}?action=split`, split],
  ['MergeShard', 'POST', `${SHARD}?action=merge`, merge],
  ['GetLogStore', 'GET', LOGSTORE, getLogstore],
  ['DeleteLogStore', 'DELETE', LOGSTORE, deleteLogstore],
  ['ListLogStores', 'GET', '/logstores', listLogstores],
  ['CreateLogStore', 'POST', '/logstores', createLogstore],
  ['GetProject', 'GET', '/', getProject],
] as const satisfies readonly Row[]

export type CallName = (typeof table)[number][0]

const routes = table.map(([call, method, path, handle]) => {
  const [pattern = '', condition = ''] = path.split('?')
  const [name = '', value = ''] = condition.split('=')
  return { call, method, handle, parts: pattern.split('/'), condition: name ? { name, value } : undefined }
})

/** Undefined: the service has no such call. HEAD is a GET whose body stays away. */
export function findRoute({ method, path, query }: SlsRequest): Route | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method
  const parts = path.split('/')
  for (const route of routes) {
    const isAsked = !route.condition || query[route.condition.name] === route.condition.value
    const params = route.method === wanted && isAsked ? matchPath(route.parts, parts) : undefined
    if (params) return { call: route.call, handle: route.handle, params }
  }
  return undefined
}

function matchPath(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, wanted] of pattern.entries()) {
    const part = decodePart(parts[index] ?? '')
    if (wanted.startsWith(':') ? part === '' : part !== wanted) return undefined
    if (wanted.startsWith(':')) params[wanted.slice(1)] = part
  }
  return params
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
