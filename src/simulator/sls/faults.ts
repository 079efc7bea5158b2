import type { FaultLimits } from '../faults.ts'
import { refuse, statusOf } from './refusal.ts'
import { jsonReply, type Reply } from './reply.ts'
import type { SlsRequest } from './request.ts'
import type { CallName } from './router.ts'

export type SlsFault =
  /** Answers that come instead of processing. */
  | { readonly kind: 'error'; readonly code: string; readonly status?: number; readonly message?: string }
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'empty'; readonly status?: number }
  | { readonly kind: 'wrong-shape'; readonly value?: unknown }
  /** The answer that the same call, shard and consumer got last time. */
  | { readonly kind: 'stale' }
  /** The connection breaks; after processing the state has changed. */
  | { readonly kind: 'reset-before' }
  | { readonly kind: 'reset-after' }
  | { readonly kind: 'hang'; readonly processed?: boolean }
  /** Processed, then damaged on the way back. */
  | { readonly kind: 'slow'; readonly delayMs?: number; readonly bytesPerSecond?: number }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'wrong-raw-size' }
  | { readonly kind: 'wrong-count' }
  /** Processed twice, as when a proxy sends a request again; the second answer counts. */
  | { readonly kind: 'duplicate' }

export interface SlsFaultRule extends FaultLimits {
  readonly call?: CallName
  readonly project?: string
  readonly logstore?: string
  readonly shard?: number
  /** The `consumer` of the query; pulls have none, there it is looked for in `User-Agent`. */
  readonly consumer?: string
  readonly fault: SlsFault
}

export interface RequestFacts {
  readonly call: CallName | undefined
  readonly request: SlsRequest
  readonly params: Readonly<Record<string, string>>
}

/** What goes out. */
export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | {
      readonly kind: 'slow'
      readonly reply: Reply
      readonly delayMs: number
      readonly bytesPerSecond: number
    }
  | { readonly kind: 'truncated'; readonly reply: Reply }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }

export function matchesRule(rule: SlsFaultRule, { call, request, params }: RequestFacts): boolean {
  const isWanted = <T>(wanted: T | undefined, is: T | undefined) => wanted === undefined || wanted === is
  const shard = shardOfRequest(request, params)
  return (
    isWanted(rule.call, call) &&
    isWanted(rule.project, request.project) &&
    isWanted(rule.logstore, params.logstore) &&
    isWanted(rule.shard, shard) &&
    (rule.consumer === undefined || namesConsumer(request, rule.consumer))
  )
}

export interface FaultyRequest {
  /** Does what the request asks for; answers with what would have gone out. */
  readonly processed: () => Promise<Reply>
  /** What the same request was answered before. */
  readonly last: Reply | undefined
  /** HTTP status of error codes, where it is not the usual one. */
  readonly statuses: Readonly<Record<string, number>>
}

/** Has a request processed as often as the fault wants it, and makes of the reply what the client is to see. */
export async function applyFault(
  fault: SlsFault,
  { processed, last, statuses }: FaultyRequest,
): Promise<Outcome> {
  const reply = (made: Reply): Outcome => ({ kind: 'reply', reply: made })
  switch (fault.kind) {
    case 'error':
      return reply(errorReply(fault, statuses))
    case 'html':
      return reply(htmlReply(fault.status ?? 502))
    case 'empty':
      return reply({ status: fault.status ?? 200, headers: {}, body: Buffer.alloc(0) })
    case 'wrong-shape':
      return reply(jsonReply(fault.value ?? {}))
    case 'stale':
      return reply(last ?? (await processed()))
    case 'reset-before':
      return { kind: 'reset' }
    case 'reset-after':
      await processed()
      return { kind: 'reset' }
    case 'hang':
      if (fault.processed) await processed()
      return { kind: 'hang' }
    case 'slow': {
      const { delayMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = fault
      return { kind: 'slow', reply: await processed(), delayMs, bytesPerSecond }
    }
    case 'truncated':
      return { kind: 'truncated', reply: await processed() }
    case 'corrupt':
      return reply(corrupted(await processed()))
    case 'wrong-raw-size':
      return reply(offByOne(await processed(), 'x-log-bodyrawsize'))
    case 'wrong-count':
      return reply(offByOne(await processed(), 'x-log-count'))
    case 'duplicate':
      await processed()
      return reply(await processed())
  }
}

function errorReply(
  { code, status, message }: Extract<SlsFault, { kind: 'error' }>,
  statuses: FaultyRequest['statuses'],
): Reply {
  const text = message ?? `${code} as the test wants it`
  return jsonReply({ errorCode: code, errorMessage: text }, status ?? statusOf(refuse(code, text), statuses))
}

function htmlReply(status: number): Reply {
  const body = Buffer.from(`<html><body><h1>${status} Bad Gateway</h1></body></html>`)
  return { status, headers: { 'Content-Type': 'text/html' }, body }
}

/** Neither LZ4 nor zstd nor protobuf begins like this. */
function corrupted(reply: Reply): Reply {
  return { ...reply, body: Buffer.alloc(reply.body.length, 0xff) }
}

function offByOne(reply: Reply, header: string): Reply {
  return { ...reply, headers: { ...reply.headers, [header]: String(Number(reply.headers[header] ?? 0) + 1) } }
}

function namesConsumer({ query, headers }: SlsRequest, consumer: string): boolean {
  return query.consumer === undefined
    ? (headers['user-agent'] ?? '').includes(consumer)
    : query.consumer === consumer
}

/** In the path, in the query of GetCheckPoint, or in the body of UpdateCheckPoint. */
function shardOfRequest({ query, body }: SlsRequest, params: RequestFacts['params']): number | undefined {
  const inBody = query.type === 'checkpoint' ? /"shard"\s*:\s*(\d+)/.exec(body.toString())?.[1] : undefined
  const shard = params.shard ?? query.shard ?? inBody
  return shard === undefined ? undefined : Number(shard)
}
