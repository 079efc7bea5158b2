/** Every error code that Log Service documents, and some that it does not, as the answer to every call of a consumer. */

import type { SlsFault } from '../../src/simulator/sls/index.ts'
import { readAgain } from './support/bounds.ts'
import { CALLS, type ConsumerCall, onCall } from './support/every-call.ts'
import { type Scenario, scenarios } from './support/scenario.ts'

const CODES = [
  'SignatureNotMatch',
  'Unauthorized',
  'InvalidAccessKeyId',
  'SecurityTokenExpired',
  'SecurityToken.Expired',
  'RequestTimeExpired',
  'RequestTimeTooSkewed',
  'InvalidRequestTime',
  'MissingDate',
  'InvalidDateFormat',
  'MissingAPIVersion',
  'InvalidAPIVersion',
  'MissAccessKeyId',
  'MissingSignatureMethod',
  'InvalidSignatureMethod',
  'MissingContentType',
  'MissingBodyRawSize',
  'InvalidBodyRawSize',
  'InvalidCompressType',
  'MissingHost',
  'InvalidHost',
  'PostBodyInvalid',
  'MissingContentLength',
  'InvalidContentType',
  'InvalidMethod',
  'PostBodyTooLarge',
  'ParameterInvalid',
  'JsonInfoInvalid',
  'InvalidCursor',
  'InvalidShardCheckPoint',
  'ShardNotExist',
  'LogStoreWithoutShard',
  'ProjectNotExist',
  'ProjectNotExists',
  'LogStoreNotExist',
  'ConsumerGroupNotExist',
  'ConsumerGroupAlreadyExist',
  'ConsumerGroupQuotaExceed',
  'NotExistConsumerWithBody',
  'ConsumerNotExist',
  'ConsumerNotMatch',
  'ReadQuotaExceed',
  'ShardReadQuotaExceed',
  'WriteQuotaExceed',
  'ShardWriteQuotaExceed',
  'MetaOperationQpsLimitExceeded',
  'ProjectForbidden',
  'InternalServerError',
  'RequestTimeout',
  'ServerBusy',
]

/** Nobody has heard of these; the status is all there is to go by. */
const UNKNOWN: readonly SlsFault[] = [400, 401, 403, 404, 409, 429, 500, 502, 503, 504].map(status => ({
  kind: 'error',
  code: 'NeverHeardOf',
  status,
}))

/** After these the shard may be somebody else's: it is let go as it stands, without a checkpoint. */
const OWNERSHIP = [
  'ConsumerGroupNotExist',
  'NotExistConsumerWithBody',
  'ConsumerNotExist',
  'ConsumerNotMatch',
]
const LET_GO: Readonly<Record<ConsumerCall, readonly string[]>> = {
  PullLogs: OWNERSHIP,
  UpdateCheckPoint: [...OWNERSHIP, 'ShardNotExist', 'InvalidCursor'],
  GetCheckPoint: [],
  GetCursor: [],
  HeartBeat: OWNERSHIP,
}

function refusals(codes: readonly string[]): SlsFault[] {
  return codes.map(code => ({ kind: 'error', code }))
}

scenarios('Log Service', () =>
  CALLS.flatMap((call): Scenario[] => {
    const lost = LET_GO[call]
    const kept = CODES.filter(code => !lost.includes(code))
    const ordinary = onCall({
      call,
      fault: `${call} is refused with any error code`,
      faults: [...refusals(kept), ...UNKNOWN],
    })
    if (lost.length === 0) return [ordinary]
    const fault = `${call} is refused because the shard, the consumer or the group is gone`
    return [ordinary, onCall({ call, fault, faults: refusals(lost), duplicates: readAgain })]
  }),
)
