/** The consumer group and its positions, managed by the main thread and the commands. */

import type { SourceConfig } from '../config/types.ts'
import { ensureGroup } from './consumer-group.ts'
import type { SlsResult } from './errors.ts'
import { type Facts, factsOf } from './logstore-facts.ts'
import { createManagement } from './management.ts'
import {
  type GroupPositions,
  type Initialised,
  initialisePositions,
  type Positions,
  positionsOf,
  restorePositions,
} from './positions.ts'
import type { TransportOptions } from './transport.ts'

export interface SlsAdmin {
  /**
   * Makes the consumer group if there is none, and brings an existing one's timeout and order to the source's. Returns
   * what was changed, a sentence each.
   */
  ensureGroup(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<readonly string[]>>
  /** Gives every shard without a checkpoint its first one. */
  initialisePositions(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<Initialised>>
  /** Stores positions whichever consumers hold the shards: for a group that was deleted and made again. */
  restorePositions(source: SourceConfig, positions: Positions, signal: AbortSignal): Promise<SlsResult<void>>
  /** Returns every shard of the logstore with what the group has stored for it. Changes nothing. */
  positionsOf(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<GroupPositions>>
  /** Returns what is worth knowing of a logstore, as far as the key may ask. */
  factsOf(logstore: string, signal: AbortSignal): Promise<Facts>
  close(): void
}

/** Loads the SDK, which takes a second; makes no request yet. */
export async function createSlsAdmin(options: TransportOptions): Promise<SlsAdmin> {
  const management = await createManagement(options)
  const { run, close } = management
  return {
    close,
    ensureGroup: (source, signal) => run(sdk => ensureGroup(sdk, source), signal),
    initialisePositions: (source, signal) => run(sdk => initialisePositions(sdk, source), signal),
    restorePositions: (source, positions, signal) =>
      run(sdk => restorePositions(sdk, source, positions), signal),
    positionsOf: (source, signal) => run(sdk => positionsOf(sdk, source), signal),
    factsOf: (logstore, signal) => factsOf(management, logstore, signal),
  }
}
