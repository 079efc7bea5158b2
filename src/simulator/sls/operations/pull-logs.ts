import { onShard, type ShardCall } from '../call.ts'
import { toSeconds } from '../clock.ts'
import { chooseEncoding, compressPage } from '../compression.ts'
import { encodeCursor } from '../cursor.ts'
import type { StoredGroup } from '../group-log.ts'
import { filterPage, type PageContent } from '../query.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import type { Reply } from '../reply.ts'
import { pageFrom, positionOf } from '../shard.ts'

const MAX_COUNT = 1_000

interface Page {
  readonly from: bigint
  readonly next: bigint
  readonly groups: readonly StoredGroup[]
}

export const pullLogs = onShard(async call => {
  const { service, request, logstore, shard } = call
  const shardKey = `${request.project}/${logstore.name}/${shard.id}`
  const page = readPage(call)
  if (isRefusal(page)) return page
  const refusal = service.quota.admit(request.project, shardKey)
  if (refusal) return refusal
  const statement = request.query.query ?? request.query.processor
  const content = filterPage(page.groups, statement, service.options.query)
  if (isRefusal(content)) return content
  service.quota.served(shardKey, content.bytes.length)
  note(call, page, content)
  return answer(call, page, content)
})

function readPage({ request: { query }, service: { options }, shard }: ShardCall): Page | Refusal {
  const count = Number(query.count ?? MAX_COUNT)
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT)
    return refuse('ParameterInvalid', `count ${query.count} is not in 1 to ${MAX_COUNT}`)
  const position = positionOf(shard, query.cursor ?? '', options.expiredCursor)
  if (isRefusal(position)) return position
  const end = query.end_cursor ? positionOf(shard, query.end_cursor, 'oldest') : { at: shard.log.end() }
  if (isRefusal(end)) return end
  const limits = { maxGroups: count, maxBytes: options.pullByteCap, endAt: end.at }
  const groups = pageFrom(shard, position.at, limits)
  return { from: position.at, next: position.at + BigInt(groups.length), groups }
}

function note({ service, request, logstore, shard, nowMs }: ShardCall, page: Page, content: PageContent) {
  service.journal.pulled({
    atMs: nowMs,
    project: request.project,
    logstore: logstore.name,
    shard: shard.id,
    userAgent: request.headers['user-agent'] ?? '',
    cursor: encodeCursor(page.from),
    nextCursor: encodeCursor(page.next),
    groups: content.groups,
    bytes: content.bytes.length,
  })
}

async function answer(call: ShardCall, page: Page, content: PageContent): Promise<Reply> {
  const { options } = call.service
  const accepted = call.request.headers['accept-encoding']
  const encoding = chooseEncoding(accepted, options.missingAcceptEncoding)
  const isCompressed = encoding !== 'identity' && content.bytes.length > 0
  const body = isCompressed ? await compressPage(content.bytes, encoding, options.lz4) : content.bytes
  const headers = {
    'Content-Type': options.pullContentType,
    ...positionHeaders(call, page),
    ...contentHeaders(content),
    ...(isCompressed ? { 'x-log-compresstype': encoding } : {}),
  }
  return { status: 200, headers, body }
}

/** The time of the read position: that of the last group given, or now where there is none. */
function positionHeaders({ shard, nowMs }: ShardCall, { next, groups }: Page): Record<string, string> {
  const readMs = groups.at(-1)?.receivedMs ?? shard.log.at(next)?.receivedMs ?? nowMs
  return {
    'x-log-cursor': encodeCursor(next),
    'x-log-cursor-time': String(toSeconds(readMs)),
    'x-log-end-of-cursor': next === shard.log.end() ? '1' : '0',
    ...(groups.length > 0 ? { 'x-log-read-last-cursor': String(next - 1n) } : {}),
  }
}

function contentHeaders({ bytes, groups, filtered }: PageContent): Record<string, string> {
  const headers = { 'x-log-count': String(groups), 'x-log-bodyrawsize': String(bytes.length) }
  if (!filtered) return headers
  return {
    ...headers,
    'x-log-rawdatasize': String(filtered.rawBytes),
    'x-log-rawdatacount': String(filtered.rawGroups),
    'x-log-rawdatalines': String(filtered.rawLogs),
    'x-log-resultlines': String(filtered.logs),
    'x-log-failedlines': '0',
  }
}
