/** The pages of a shard, one after the other: each is read, delivered, and only then passed by the checkpoint. */

import { type BackoffRange, backoffMs } from '../../base/backoff.ts'
import { sleep } from '../../base/wait.ts'
import type { SlsFailure } from '../../sls/errors.ts'
import type { ReadAhead } from '../read/read-ahead.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { ShardPage } from './page.ts'
import type { ShardProgress } from './progress.ts'
import type { Recovered } from './recovery.ts'
import type { Tenure } from './tenure.ts'

export interface ReadingParts {
  readonly ahead: ReadAhead
  readonly page: Pick<ShardPage, 'deliver'>
  readonly checkpoint: Pick<Checkpoint, 'advance' | 'position'>
  readonly progress: Pick<ShardProgress, 'reading' | 'caughtUp'>
  readonly tenure: Pick<Tenure, 'ending' | 'release'>
  /** Decides about a pull that trying again cannot fix. */
  readonly recover: (failure: SlsFailure) => Promise<Recovered>
  /** Time from one pull to the next of a shard that is caught up. */
  readonly fetchIntervalMs: number
}

type Step = 'delivered' | 'moved' | 'try-again' | 'over'

const TRY_AGAIN: BackoffRange = { minMs: 2_000, maxMs: 60_000 }

/** Reads and delivers until the shard is released or over. Nothing is under way or read ahead afterwards. */
export async function readPages(parts: ReadingParts): Promise<void> {
  const { ending } = parts.tenure
  let failures = 0
  while (!ending.aborted) {
    const step = await readPage(parts)
    if (step === 'over') break
    if (step === 'try-again') await sleep(backoffMs(failures, TRY_AGAIN), ending)
    failures = step === 'delivered' ? 0 : failures + 1
  }
  await parts.ahead.drop()
}

async function readPage(parts: ReadingParts): Promise<Step> {
  const { ahead, page, checkpoint, progress, tenure, fetchIntervalMs } = parts
  const startedAt = performance.now()
  const read = await ahead.next(checkpoint.position())
  if (read.kind === 'stopped') return 'over'
  if (read.kind === 'failed') return recovered(await parts.recover(read.failure), parts)
  const { next, atEnd } = read.held.page
  progress.reading(read.held.page)
  const isDelivered = await page.deliver(read.held)
  if (!isDelivered) {
    await ahead.drop()
    return 'try-again'
  }
  // Only here: the page is delivered, and so is everything before it.
  checkpoint.advance(next)
  if (atEnd) {
    progress.caughtUp()
    // The next pull begins one fetch interval after this one did.
    await sleep(fetchIntervalMs - (performance.now() - startedAt), tenure.ending)
  }
  return 'delivered'
}

function recovered(outcome: Recovered, { checkpoint, tenure }: ReadingParts): Step {
  switch (outcome.kind) {
    case 'expired':
      checkpoint.advance(outcome.oldest)
      return 'moved'
    case 'refused':
      return 'try-again'
    case 'gone':
      return 'over'
    case 'lost':
      tenure.release('lost')
      return 'over'
  }
}
