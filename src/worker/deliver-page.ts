/** One page: encoded into bodies as buffers come free, each sent until Splunk has it. */

import type { Deliver } from '../splunk/deliver.ts'
import type { Buffers } from './buffers.ts'
import { checkPage } from './encode/check.ts'
import type { Body, Encode, PageEncoder } from './encode/page-encoder.ts'
import { CorruptPage } from './encode/protobuf.ts'
import type { ShardMeter } from './meter.ts'

export interface PageDelivery {
  readonly encode: Encode
  readonly deliver: Deliver
  readonly buffers: Buffers
  readonly meter: ShardMeter
  /** One request at a time, in the page's order. */
  readonly inOrder: boolean
}

export type PageOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'corrupt'; readonly message: string }

/**
 * Resolves when Splunk has every event of the page; a corrupt page is found so before anything of it is sent. Rejects
 * when the signal is aborted. In every case nothing of the page is under way any more and all buffers are back.
 */
export async function deliverPage(
  page: Uint8Array,
  parts: PageDelivery,
  signal: AbortSignal,
): Promise<PageOutcome> {
  const corruption = corruptionOf(page)
  if (corruption) return { kind: 'corrupt', message: corruption.message }
  const encoder = parts.encode(page)
  const results = await Promise.allSettled(await sendBodies(encoder, parts, signal))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  signal.throwIfAborted()
  parts.meter.dropped(encoder.droppedEvents())
  parts.meter.delivered(0, encoder.restBytes())
  return { kind: 'delivered' }
}

function corruptionOf(page: Uint8Array): CorruptPage | undefined {
  try {
    checkPage(page)
    return undefined
  } catch (error) {
    if (error instanceof CorruptPage) return error
    throw error
  }
}

/**
 * Begins to send each body as soon as there is a buffer for it; ends early when the signal is aborted. A body that is
 * held gives its buffer back, for shards that are not; until it is delivered no further one of this page is made, or
 * the held ones would pile up.
 */
async function sendBodies(
  encoder: PageEncoder,
  parts: PageDelivery,
  signal: AbortSignal,
): Promise<readonly Promise<void>[]> {
  const sends: Promise<void>[] = []
  const held: Promise<void>[] = []
  while (!signal.aborted) {
    await Promise.all(held)
    const buffer = await parts.buffers.take(signal).catch(() => undefined)
    const body = buffer && encoder.next(buffer)
    if (!body) {
      if (buffer) parts.buffers.give(buffer)
      break
    }
    const giveBack = once(() => parts.buffers.give(buffer))
    const onHold = () => {
      giveBack()
      held.push(settled)
    }
    const sent = sendBody(body, parts, { signal, onHold }).finally(giveBack)
    // A rejection is looked at when all have settled; until then it must not count as unhandled.
    const settled = sent.catch(() => undefined)
    sends.push(sent)
    if (parts.inOrder) await settled
  }
  return sends
}

interface Sending {
  readonly signal: AbortSignal
  readonly onHold: () => void
}

async function sendBody(
  body: Body,
  { deliver, meter }: PageDelivery,
  { signal, onHold }: Sending,
): Promise<void> {
  const events = body.offsets.length
  meter.encoded(events)
  try {
    await deliver(body, signal, onHold)
    meter.delivered(events, body.rawBytes)
  } catch (error) {
    meter.abandoned(events)
    throw error
  }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (!done) action()
    done = true
  }
}
