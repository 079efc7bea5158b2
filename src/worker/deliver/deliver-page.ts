/**
 * One page, in rounds until Splunk or the dead letters have all of it: events that Splunk does not take before somebody
 * mends something are left aside without holding a buffer, and encoded again when it is time to try.
 */

import { type BackoffRange, backoffMs } from '../../base/backoff.ts'
import { sleep } from '../../base/wait.ts'
import { check, type Outline } from '../encode/check.ts'
import type { Vector } from '../encode/vector.ts'
import type { HeldPage } from '../read/held-page.ts'
import { createHomeless, createRound, createUnsettled, type RoundParts } from './round.ts'

export interface PageDelivery extends RoundParts {
  /** For looking whether the page is whole. */
  readonly vector?: Vector | undefined
  /** Events of the page have to wait for somebody: what else waits for the page may give up its memory. */
  readonly onHold?: () => void
  /** What is in flight is about to be given up. */
  readonly onUnfinished?: () => void
  /** Nothing new is to be waited for: what waits already is given up. */
  readonly ending: AbortSignal
}

export type PageOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'corrupt'; readonly message: string }
  /** Events that have to wait were given up, at a stop or because the page could not be read again as it was. */
  | { readonly kind: 'unfinished' }

/** Nobody waits longer than a minute: what was mended must show soon. */
const HOLD: BackoffRange = { minMs: 2_000, maxMs: 60_000 }

/**
 * `delivered`: Splunk or the dead letters have every event of the page. A corrupt page is found so before anything of it
 * is sent. Rejects when the signal is aborted. In every case nothing of the page is under way any more and all buffers
 * are back.
 */
export async function deliverPage(
  page: HeldPage,
  parts: PageDelivery,
  signal: AbortSignal,
): Promise<PageOutcome> {
  const checked = parts.uninterrupted(() => check(page.bytes(), parts.vector))
  if (checked.kind === 'corrupt') return checked
  try {
    return await deliverRounds({ page, parts, outline: checked.outline }, signal)
  } catch (error) {
    parts.meter.abandoned()
    throw error
  }
}

interface CheckedPage {
  readonly page: HeldPage
  readonly parts: PageDelivery
  readonly outline: Outline
}

async function deliverRounds(
  { page, parts, outline }: CheckedPage,
  signal: AbortSignal,
): Promise<PageOutcome> {
  const { length } = page.bytes()
  const unsettled = createUnsettled(length)
  const context = { page, parts, outline, unsettled, homeless: createHomeless() }
  const first = createRound(context, undefined)
  await first.send(signal)
  parts.meter.dropped(first.encoder.droppedEvents())
  unsettled.take(first.encoder.droppedBytes())
  let left = first.left
  for (let failures = 0; left.size > 0; failures++) {
    parts.onHold?.()
    const isThere = await wait(page, backoffMs(failures, HOLD), [signal, parts.ending])
    signal.throwIfAborted()
    if (parts.ending.aborted || !isThere) {
      parts.onUnfinished?.()
      parts.meter.abandoned()
      return { kind: 'unfinished' }
    }
    const round = createRound(context, left)
    await round.send(signal)
    if (round.left.size < left.size) failures = -1
    left = round.left
  }
  // What lies around the logs is delivered with them.
  parts.meter.delivered(0, unsettled.take(length))
  return { kind: 'delivered' }
}

/** Without the page's memory; false when the page is not there again afterwards. */
async function wait(page: HeldPage, ms: number, signals: AbortSignal[]): Promise<boolean> {
  const over = AbortSignal.any(signals)
  page.putAway()
  await sleep(ms, over)
  return !over.aborted && (await page.fetch())
}
