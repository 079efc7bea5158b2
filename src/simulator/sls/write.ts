import { encodeLogGroup, joinLogGroups, type KeyValue, type LogGroup } from '../wire.ts'
import { toSeconds } from './clock.ts'
import type { Logstore } from './logstore.ts'
import type { Shard } from './shard.ts'

/** A log group to append: as an object, or encoded. Encoded bytes are stored as they are, without a look at them. */
export type AppendedGroup = LogGroup | Uint8Array

export interface WriteSettings {
  readonly nowMs: number
  readonly maxGroupsPerShard: number
  readonly clientIp?: string
}

/** Puts groups at the end of a shard; the oldest go where there are too many. Reads no group that is encoded. */
export function writeGroups(
  { logstore, shard }: { logstore: Logstore; shard: Shard },
  groups: readonly AppendedGroup[],
  settings: WriteSettings,
): void {
  const suffix = logstore.appendReceiveTimeTag ? serverTags(settings) : Buffer.alloc(0)
  for (const group of groups) {
    const encoded = group instanceof Uint8Array ? group : encodeLogGroup(group)
    const whole = suffix.length > 0 ? Buffer.concat([encoded, suffix]) : encoded
    shard.log.append({ framed: joinLogGroups([whole]), receivedMs: settings.nowMs })
  }
  const surplus = Number(shard.log.end() - shard.log.begin()) - settings.maxGroupsPerShard
  if (surplus > 0) shard.log.dropBefore(shard.log.begin() + BigInt(surplus))
}

/** Tags as they stand at the end of an encoded group: protobuf joins what is put one after the other. */
function serverTags({ nowMs, clientIp }: WriteSettings): Buffer {
  const received: KeyValue = { key: '__receive_time__', value: String(toSeconds(nowMs)) }
  const tags = clientIp === undefined ? [received] : [{ key: '__client_ip__', value: clientIp }, received]
  return encodeLogGroup({ tags, logs: [] })
}
