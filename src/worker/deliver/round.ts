/**
 * One way through a page: its events are encoded into bodies, each body is delivered, and what Splunk does not take for
 * now is left for the next round.
 */

import type { Deliver } from '../../splunk/deliver.ts'
import type { Outline } from '../encode/check.ts'
import type { Body, Encode } from '../encode/page-encoder.ts'
import type { HeldPage } from '../read/held-page.ts'
import type { ShardMeter } from '../report/meter.ts'
import { deliverBodies } from './bodies.ts'
import type { Buffers } from './buffers.ts'
import type { Homeless } from './homeless.ts'
import { createSelection } from './selection.ts'

export interface RoundParts {
  readonly encode: Encode
  readonly deliver: Deliver
  readonly buffers: Buffers
  readonly meter: ShardMeter
  /** One request at a time, in the page's order. */
  readonly inOrder: boolean
  /** Runs all work on the page's bytes: it never awaits, so whatever goes wrong in it is the page's fault. */
  readonly uninterrupted: <T>(work: () => T) => T
}

export interface Unsettled {
  /** Settles up to `bytes` of the page; returns how many were still unsettled. */
  settle(bytes: number): number
}

/** Counts a page's bytes once: what lies around the logs is passed by every round, but a page is no longer than it is. */
export function createUnsettled(pageBytes: number): Unsettled {
  let left = pageBytes
  return {
    settle(bytes) {
      const settled = Math.min(bytes, left)
      left -= settled
      return settled
    },
  }
}

/** Parts that the rounds of a page share. */
export interface RoundContext {
  readonly page: HeldPage
  readonly parts: RoundParts
  readonly outline: Outline
  readonly unsettled: Unsettled
  readonly homeless: Homeless
}

export interface RoundOutcome {
  /** Numbers of the events that wait for the next round. */
  readonly left: ReadonlySet<number>
  /** Logs that routes dropped on the way, and their bytes. */
  readonly droppedEvents: number
  readonly droppedBytes: number
}

/**
 * Delivers the events of the page that are `wanted`; undefined: all of them, for the first time. Rejects when the signal
 * is aborted. In every case nothing is under way afterwards.
 */
export async function deliverRound(
  { page, parts, outline, unsettled, homeless: ofPage }: RoundContext,
  wanted: ReadonlySet<number> | undefined,
  signal: AbortSignal,
): Promise<RoundOutcome> {
  const { meter, inOrder, buffers, uninterrupted } = parts
  const isFirst = wanted === undefined
  const homeless = ofPage.startRound()
  const selection = createSelection({ wanted, inOrder, homeless, onLeftOut: () => meter.encoded(1) })
  const encoder = parts.encode(page.bytes(), selection, outline)

  /** Events are in flight from their first body on; bytes are shared out among the events of their body. */
  async function deliver(body: Body, until: AbortSignal): Promise<void> {
    const events = body.numbers.length
    if (isFirst) meter.encoded(events)
    const { accepted, refused, held } = await parts.deliver(body, until)
    const bytesOf = (settled: number) => Math.round((body.rawBytes * settled) / events)
    unsettled.settle(bytesOf(refused))
    meter.delivered(accepted, unsettled.settle(bytesOf(accepted)))
    for (const each of held) selection.hold(each)
  }

  const next = (buffer: Uint8Array) => uninterrupted(() => encoder.next(buffer))
  await deliverBodies({ buffers, next, deliver, oneByOne: inOrder || !isFirst }, signal)
  homeless.end()
  return {
    left: selection.left,
    droppedEvents: encoder.droppedEvents(),
    droppedBytes: encoder.droppedBytes(),
  }
}
