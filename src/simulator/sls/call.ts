import { type ConsumerGroup, refreshGroup } from './consumer-group.ts'
import { expireByAge } from './expiry.ts'
import type { JournalWriter } from './journal.ts'
import { type Logstore, shardOf } from './logstore.ts'
import type { SlsSimulatorOptions } from './options.ts'
import type { ReadQuota } from './quota.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { Reply } from './reply.ts'
import type { SlsRequest } from './request.ts'
import type { Shard } from './shard.ts'
import type { World } from './world.ts'

/** What the operations work with. */
export interface Service {
  readonly options: SlsSimulatorOptions
  readonly world: World
  readonly journal: JournalWriter
  readonly quota: ReadQuota
}

export interface Call {
  readonly service: Service
  readonly request: SlsRequest
  /** Parts of the path by name, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly nowMs: number
}

export interface LogstoreCall extends Call {
  readonly logstore: Logstore
}

export interface ShardCall extends LogstoreCall {
  readonly shard: Shard
}

export interface GroupCall extends LogstoreCall {
  readonly group: ConsumerGroup
}

export type Answer = Reply | Refusal | Promise<Reply | Refusal>
export type Handler = (call: Call) => Answer

/** Finds the logstore of the path, with what is too old gone from it. */
export function onLogstore(handle: (call: LogstoreCall) => Answer): Handler {
  return call => {
    const { service, request, params, nowMs } = call
    const logstore = service.world.logstoreOf(request.project, params.logstore ?? '')
    if (isRefusal(logstore)) return logstore
    expireByAge(logstore, nowMs, service.options)
    return handle({ ...call, logstore })
  }
}

export function onShard(handle: (call: ShardCall) => Answer): Handler {
  return onLogstore(call => {
    const id = call.params.shard ?? ''
    if (!/^\d+$/.test(id)) return refuse('ParameterInvalid', `shard ${id} is no number`)
    const shard = shardOf(call.logstore, Number(id))
    return isRefusal(shard) ? shard : handle({ ...call, shard })
  })
}

/** Finds the consumer group of the path, brought up to date. */
export function onGroup(handle: (call: GroupCall) => Answer): Handler {
  return onLogstore(call => {
    const name = call.params.group ?? ''
    const group = call.logstore.groups.get(name)
    if (!group) return refuse('ConsumerGroupNotExist', `consumer group ${name} does not exist`)
    refreshGroup(group, call.logstore, call.nowMs)
    return handle({ ...call, group })
  })
}
