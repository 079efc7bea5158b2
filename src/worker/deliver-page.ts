/** One page: encoded into bodies as buffers come free, each sent until Splunk has it. */

import type { Deliver } from '../splunk/deliver.ts'
import type { Buffers } from './buffers.ts'
import { type Body, CorruptPage, type Encode, type PageEncoder } from './encode/page-encoder.ts'
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
 * Resolves when Splunk has every event of the page, or when the page turns out corrupt; rejects when the signal is
 * aborted. In every case nothing of the page is under way any more and all buffers are back.
 */
export async function deliverPage(
  page: Uint8Array,
  parts: PageDelivery,
  signal: AbortSignal,
): Promise<PageOutcome> {
  const encoder = parts.encode(page)
  const sends: Promise<void>[] = []
  const outcome = await sendBodies(encoder, parts, { sends, signal })
  const results = await Promise.allSettled(sends)
  for (const result of results) if (result.status === 'rejected') throw result.reason
  signal.throwIfAborted()
  parts.meter.dropped(encoder.droppedEvents())
  if (outcome.kind === 'delivered') parts.meter.delivered(0, encoder.restBytes())
  return outcome
}

interface Sending {
  readonly sends: Promise<void>[]
  readonly signal: AbortSignal
}

async function sendBodies(
  encoder: PageEncoder,
  parts: PageDelivery,
  { sends, signal }: Sending,
): Promise<PageOutcome> {
  const { buffers, inOrder } = parts
  while (!signal.aborted) {
    const buffer = await buffers.take(signal).catch(() => undefined)
    if (!buffer) break
    const body = nextBody(encoder, buffer)
    if (body instanceof CorruptPage || body === undefined) {
      buffers.give(buffer)
      return body ? { kind: 'corrupt', message: body.message } : { kind: 'delivered' }
    }
    const sent = sendBody(body, parts, signal).finally(() => buffers.give(buffer))
    // A rejection is looked at when all have settled; until then it must not count as unhandled.
    const settled = sent.catch(() => undefined)
    sends.push(sent)
    if (inOrder) await settled
  }
  return { kind: 'delivered' }
}

function nextBody(encoder: PageEncoder, buffer: Uint8Array): Body | CorruptPage | undefined {
  try {
    return encoder.next(buffer)
  } catch (error) {
    if (error instanceof CorruptPage) return error
    throw error
  }
}

async function sendBody(body: Body, { deliver, meter }: PageDelivery, signal: AbortSignal): Promise<void> {
  const events = body.offsets.length
  meter.encoded(events)
  try {
    await deliver(body, signal)
    meter.delivered(events, body.rawBytes)
  } catch (error) {
    meter.abandoned(events)
    throw error
  }
}
