/** Calls to Log Service on behalf of one shard. */

import type { SlsClient } from '../../sls/client.ts'
import { untilAnswered } from '../read/sls-calls.ts'
import type { Troubles } from '../report/troubles.ts'

export interface ShardCalls {
  readonly client: SlsClient
  readonly shard: number
  readonly troubles: Troubles
  /** Aborted when the shard is being released. */
  readonly signal: AbortSignal
}

/** Makes the call until it is answered; `operation` names it in a problem. Undefined when the signal was aborted. */
export function ask<T>(
  { shard, troubles, signal }: ShardCalls,
  operation: string,
  call: Parameters<typeof untilAnswered<T>>[0],
) {
  return untilAnswered(call, { who: { work: 'read', shard }, operation, troubles, signal })
}
