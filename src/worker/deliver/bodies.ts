/** The bodies of one round: encoded as buffers come free, each delivered as soon as it is there. */

import type { Body } from '../encode/page-encoder.ts'
import type { Buffers } from './buffers.ts'

export interface BodyWork {
  readonly buffers: Buffers
  /** Encodes the next body into the buffer; undefined at the end of the page. What it throws is a bug. */
  readonly next: (buffer: Uint8Array) => Body | undefined
  readonly deliver: (body: Body, signal: AbortSignal) => Promise<void>
  /** Each body waits until the one before it is settled. */
  readonly oneByOne: boolean
}

/**
 * Resolves when every body is settled. Rejects when the signal is aborted, and for a bug; in every case no delivery is
 * under way any more and all buffers are released.
 */
export async function deliverBodies(work: BodyWork, signal: AbortSignal): Promise<void> {
  const results = await Promise.allSettled(await startDeliveries(work, signal))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  signal.throwIfAborted()
}

/** Ends early when the signal is aborted. When a body cannot be made, what is under way is given up, and has settled. */
async function startDeliveries(
  { buffers, next, deliver, oneByOne }: BodyWork,
  signal: AbortSignal,
): Promise<readonly Promise<void>[]> {
  const deliveries: Promise<void>[] = []
  const givenUp = new AbortController()
  const delivering = AbortSignal.any([signal, givenUp.signal])
  while (!signal.aborted) {
    const buffer = await buffers.take(signal).catch(() => undefined)
    if (!buffer) break
    let body: Body | undefined
    try {
      body = next(buffer)
    } catch (error) {
      // A delivery under way may still ask for the page, whose memory goes with this error.
      givenUp.abort()
      await Promise.allSettled(deliveries)
      throw error
    } finally {
      if (!body) buffers.release(buffer)
    }
    if (!body) break
    const delivery = deliver(body, delivering).finally(() => buffers.release(buffer))
    // A rejection is looked at when all have settled; until then it must not count as unhandled.
    const settled = delivery.catch(() => undefined)
    deliveries.push(delivery)
    if (oneByOne) await settled
  }
  return deliveries
}
