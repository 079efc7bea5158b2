import { decodeLogGroup } from '../../wire.ts'
import { type LogstoreCall, onLogstore } from '../call.ts'
import { decompressBody, isKnownEncoding } from '../compression.ts'
import { parseKey } from '../key-range.ts'
import { nextWritableShard, shardOfKey } from '../logstore.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { emptyReply } from '../reply.ts'
import type { Shard } from '../shard.ts'
import { writeGroups } from '../write.ts'

const MAX_BODY_BYTES = 10_485_760

/** Without a key one writable shard after the other takes a group. */
export const putLogs = onLogstore(call => put(call, () => nextWritableShard(call.logstore)))

export const putLogsByKey = onLogstore(call =>
  put(call, () => {
    const key = parseKey(call.request.query.key ?? '')
    return key === undefined
      ? refuse('ParameterInvalid', 'key is not a hexadecimal number')
      : shardOfKey(call.logstore, key)
  }),
)

async function put(call: LogstoreCall, chooseShard: () => Shard | Refusal) {
  const { logstore, nowMs, service, request } = call
  const group = await readGroup(call)
  if (isRefusal(group)) return group
  const shard = chooseShard()
  if (isRefusal(shard)) return shard
  const { maxGroupsPerShard } = service.options
  writeGroups({ logstore, shard }, [group.encoded], { nowMs, maxGroupsPerShard, clientIp: request.clientIp })
  return emptyReply()
}

async function readGroup({
  request: { headers, body },
}: LogstoreCall): Promise<{ encoded: Buffer } | Refusal> {
  const encoding = headers['x-log-compresstype']
  const rawSize = headers['x-log-bodyrawsize']
  if (rawSize === undefined)
    return refuse('MissingBodyRawSize', 'x-log-bodyrawsize does not exist in headers')
  if (!isKnownEncoding(encoding)) return refuse('InvalidCompressType', `compression ${encoding} is unknown`)
  if (Number(rawSize) > MAX_BODY_BYTES)
    return refuse('PostBodyTooLarge', `body size ${rawSize} must be at most ${MAX_BODY_BYTES}`)
  const encoded = await decompressBody(body, encoding, Number(rawSize))
  if (!encoded) return refuse('PostBodyInvalid', 'the body does not decompress to x-log-bodyrawsize bytes')
  return isLogGroup(encoded) ? { encoded } : refuse('PostBodyInvalid', 'the body is no log group')
}

function isLogGroup(encoded: Buffer): boolean {
  try {
    decodeLogGroup(encoded)
    return true
  } catch {
    return false
  }
}
