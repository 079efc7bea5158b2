/** When the checkpoint of a shard is saved: every few seconds while its pages are delivered, and once more at the end. */

import type { WorkerLog } from '../report/log.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Tenure } from './tenure.ts'

export interface SavingParts {
  readonly shard: number
  readonly tenure: Tenure
  readonly log: WorkerLog
}

const FINAL_SAVE_MS = 10_000

/** Saves during `work`, and behind it what is not saved yet. Ends as `work` does. */
export async function saveDuring(
  work: () => Promise<void>,
  checkpoint: Checkpoint,
  parts: SavingParts,
): Promise<void> {
  const over = new AbortController()
  const saving = checkpoint.keepSaving(over.signal)
  try {
    await work()
  } finally {
    over.abort()
    await saving
    await saveLast(checkpoint, parts)
  }
}

/** A shard may be lost while its last position is being saved: from then on nothing more is tried. */
async function saveLast(checkpoint: Checkpoint, { shard, tenure, log }: SavingParts): Promise<void> {
  // `AbortSignal.timeout` would not do: nothing keeps it alive while no request is under way.
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), FINAL_SAVE_MS)
  await checkpoint.flush(AbortSignal.any([late.signal, tenure.lost]))
  clearTimeout(timer)
  if (tenure.reason() === 'lost' || checkpoint.saved() === checkpoint.position()) return
  log.warn(`the last position of shard ${shard} could not be saved: logs will be sent again`, { shard })
}
