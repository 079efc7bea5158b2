/**
 * One page, in rounds until Splunk or the dead letters have all of it: events that Splunk takes only after an operator has
 * fixed something wait without a buffer, and are encoded again when it is time to try.
 */

import { type BackoffRange, backoffMs } from '../../base/backoff.ts'
import { sleep } from '../../base/wait.ts'
import { check, type Outline } from '../encode/check.ts'
import type { Vector } from '../encode/vector.ts'
import type { HeldPage } from '../read/held-page.ts'
import { createHomeless } from './homeless.ts'
import { createUnsettled, deliverRound, type RoundContext, type RoundParts } from './round.ts'

export interface PageDelivery extends RoundParts {
  /** Looks whether the page is whole; without it TypeScript does. */
  readonly vector?: Vector | undefined
  /** Called before events of the page wait: what was read ahead of it may release its memory. */
  readonly onHold?: () => void
  /** Called before what is in flight is given up. */
  readonly onUnfinished?: () => void
  /** Aborted when held events are no longer waited for. */
  readonly ending: AbortSignal
}

export type PageOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'corrupt'; readonly message: string }
  /** Events that have to wait were given up, at a stop or because the page could not be read again as it was. */
  | { readonly kind: 'unfinished' }

/** No try is further away than a minute: what was fixed must show soon. */
const HOLD: BackoffRange = { minMs: 2_000, maxMs: 60_000 }

/**
 * `delivered`: Splunk or the dead letters have every event of the page. A corrupt page is found before anything of it is
 * delivered. Rejects when the signal is aborted. In every case nothing of the page is under way any more and all buffers
 * are released.
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

async function deliverRounds(checked: CheckedPage, signal: AbortSignal): Promise<PageOutcome> {
  const { page, parts } = checked
  const { length } = page.bytes()
  const unsettled = createUnsettled(length)
  const context = { ...checked, unsettled, homeless: createHomeless() }
  const first = await deliverRound(context, undefined, signal)
  parts.meter.dropped(first.droppedEvents)
  unsettled.settle(first.droppedBytes)
  const isWhole = await deliverLeft(context, parts, { left: first.left, signal })
  if (!isWhole) {
    parts.onUnfinished?.()
    parts.meter.abandoned()
    return { kind: 'unfinished' }
  }
  // What lies around the logs is delivered with them.
  parts.meter.delivered(0, unsettled.settle(length))
  return { kind: 'delivered' }
}

interface Left {
  readonly left: ReadonlySet<number>
  readonly signal: AbortSignal
}

/** Delivers what the first round has left, round by round; false when it is given up. */
async function deliverLeft(
  context: RoundContext,
  { onHold, ending }: PageDelivery,
  { left: leftByFirst, signal }: Left,
): Promise<boolean> {
  let left = leftByFirst
  let failures = 0
  while (left.size > 0) {
    onHold?.()
    const isThere = await waitWithoutMemory(context.page, backoffMs(failures, HOLD), [signal, ending])
    signal.throwIfAborted()
    if (ending.aborted || !isThere) return false
    const round = await deliverRound(context, left, signal)
    failures = round.left.size < left.size ? 0 : failures + 1
    left = round.left
  }
  return true
}

/** Waits with the page's memory released; false when the page is not there again afterwards. */
async function waitWithoutMemory(page: HeldPage, ms: number, signals: AbortSignal[]): Promise<boolean> {
  const over = AbortSignal.any(signals)
  page.releaseMemory()
  await sleep(ms, over)
  return !over.aborted && (await page.fetch())
}
