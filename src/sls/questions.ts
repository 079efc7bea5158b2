/** Questions about a project that change nothing: for `check`, which does not join the consumer group. */

import type { SlsResult } from './errors.ts'
import type { ListedShard } from './first-positions.ts'
import { type ListedGroup, listGroups, listLogstores, listShards } from './listings.ts'
import { createManagement } from './management.ts'
import type { TransportOptions } from './transport.ts'

export interface SlsQuestions {
  shards(logstore: string, signal: AbortSignal): Promise<SlsResult<readonly ListedShard[]>>
  groups(logstore: string, signal: AbortSignal): Promise<SlsResult<readonly ListedGroup[]>>
  /** Returns names, at most 500. Not among the actions that a consumer needs: it may be forbidden. */
  logstores(signal: AbortSignal): Promise<SlsResult<readonly string[]>>
  close(): void
}

/** Loads the SDK, which takes a second; makes no request yet. */
export async function createSlsQuestions(options: TransportOptions): Promise<SlsQuestions> {
  const { run, close } = await createManagement(options)
  return {
    close,
    shards: (logstore, signal) => run(sdk => listShards(sdk, logstore), signal),
    groups: (logstore, signal) => run(sdk => listGroups(sdk, logstore), signal),
    logstores: signal => run(listLogstores, signal),
  }
}
