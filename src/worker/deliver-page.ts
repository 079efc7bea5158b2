/**
 * One page: encoded into bodies as buffers come free, each sent until Splunk has it. Events that Splunk does not take
 * before somebody mends something are left aside without holding a buffer, and encoded again when it is time to try.
 */

import { type BackoffRange, backoffMs } from '../backoff.ts'
import type { Deliver, Delivered, HeldEvents } from '../splunk/deliver.ts'
import { sleep } from '../wait.ts'
import type { Buffers } from './buffers.ts'
import { checkPage } from './encode/check.ts'
import type { Body, Encode, PageEncoder } from './encode/page-encoder.ts'
import { CorruptPage } from './encode/protobuf.ts'
import type { HeldPage } from './held-page.ts'
import type { ShardMeter } from './meter.ts'

export interface PageDelivery {
  readonly encode: Encode
  readonly deliver: Deliver
  readonly buffers: Buffers
  readonly meter: ShardMeter
  /** One request at a time, in the page's order. */
  readonly inOrder: boolean
  /** Events of the page have to wait for somebody: what else waits for the page may give up its memory. */
  readonly onHold?: () => void
  /** What is in flight is about to be given up. */
  readonly onUnfinished?: () => void
  /** Around all work on the page's bytes: it never awaits, so whatever goes wrong in it is the page's fault. */
  readonly uninterrupted: <T>(work: () => T) => T
  /** Nothing new is to be waited for: what waits already is given up. */
  readonly ending: AbortSignal
}

export type PageOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'corrupt'; readonly message: string }
  /** Events that have to wait were given up, at a stop. */
  | { readonly kind: 'unfinished' }
  /** The page could not be read again as it was: all of it has to be done anew. */
  | { readonly kind: 'changed' }

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
  const corruption = parts.uninterrupted(() => corruptionOf(page.bytes()))
  if (corruption) return { kind: 'corrupt', message: corruption.message }
  try {
    return await deliverRounds(page, parts, signal)
  } catch (error) {
    parts.meter.abandoned()
    throw error
  }
}

async function deliverRounds(page: HeldPage, parts: PageDelivery, signal: AbortSignal): Promise<PageOutcome> {
  const { length } = page.bytes()
  const unsettled = createUnsettled(length)
  const context = { page, parts, unsettled, homeless: createHomeless() }
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
      return { kind: parts.ending.aborted ? 'unfinished' : 'changed' }
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

function corruptionOf(page: Uint8Array): CorruptPage | undefined {
  try {
    checkPage(page)
    return undefined
  } catch (error) {
    if (error instanceof CorruptPage) return error
    throw error
  }
}

interface Unsettled {
  /** At most so many of the page's bytes are settled now: how many. */
  take(bytes: number): number
}

/** What lies around the logs counts in every round that passes it; in all, a page is no longer than it is. */
function createUnsettled(pageBytes: number): Unsettled {
  let left = pageBytes
  return {
    take(bytes) {
      const taken = Math.min(bytes, left)
      left -= taken
      return taken
    },
  }
}

interface PageContext {
  readonly page: HeldPage
  readonly parts: PageDelivery
  readonly unsettled: Unsettled
  readonly homeless: Homeless
}

/** Events that Splunk refuses and the dead letters have no room for: asking Splunk about each again makes no room. */
interface Homeless {
  readonly numbers: Set<number>
  /** So many of them are tried in one round. */
  tries: number
}

const createHomeless = (): Homeless => ({ numbers: new Set(), tries: 1 })

/** One way through the page: all of it, or what an earlier round has left. */
interface Round {
  readonly encoder: PageEncoder
  /** Numbers of the events that wait. */
  readonly left: ReadonlySet<number>
  send(signal: AbortSignal): Promise<void>
}

function createRound(
  { page, parts, unsettled, homeless }: PageContext,
  wanted: ReadonlySet<number> | undefined,
): Round {
  const { meter, inOrder } = parts
  const left = new Set<number>()
  const refusedIndexes = new Set<string>()
  let heldInOrder = false
  const trying = new Set<number>()
  let hasRoom = true

  /** Events of an index that is refused in this round are not even tried; in order, neither is what follows. */
  function select(number: number, index: string): boolean {
    // The common case first: asked once for each log.
    if (wanted === undefined && !heldInOrder && refusedIndexes.size === 0) return true
    if (wanted !== undefined && !wanted.has(number)) return false
    if (!heldInOrder && !refusedIndexes.has(index) && mayTry(number)) return true
    if (!left.has(number)) leave([number], wanted === undefined)
    return false
  }

  /** The encoder may ask twice about a log: the second time when it did not fit into the body before. */
  function mayTry(number: number): boolean {
    if (!homeless.numbers.has(number) || trying.has(number)) return true
    if (trying.size >= homeless.tries) return false
    trying.add(number)
    return true
  }

  /** They are in flight until they are delivered; `unread`: nobody has counted them yet. */
  function leave(numbers: readonly number[], unread: boolean): void {
    for (const number of numbers) left.add(number)
    if (unread) meter.encoded(numbers.length)
  }

  function learn({ numbers, index, isHomeless }: HeldEvents): void {
    leave(numbers, false)
    if (isHomeless) {
      for (const number of numbers) homeless.numbers.add(number)
      hasRoom = false
    }
    if (index !== undefined) refusedIndexes.add(index)
    if (inOrder) heldInOrder = true
  }

  async function sendBody(body: Body, signal: AbortSignal): Promise<void> {
    const events = body.numbers.length
    if (wanted === undefined) meter.encoded(events)
    const settle = ({ accepted, refused, held }: Delivered) => {
      const bytesOf = (settled: number) => unsettled.take(Math.round((body.rawBytes * settled) / events))
      bytesOf(refused)
      meter.delivered(accepted, bytesOf(accepted))
      for (const each of held) learn(each)
    }
    settle(await parts.deliver(body, signal))
  }

  const encoder = parts.encode(page.bytes(), select)
  return {
    encoder,
    left,
    async send(signal) {
      const oneByOne = inOrder || wanted !== undefined
      const next = (buffer: Uint8Array) => parts.uninterrupted(() => encoder.next(buffer))
      const sending = { buffers: parts.buffers, next, oneByOne, sendBody }
      const results = await Promise.allSettled(await sendBodies(sending, signal))
      for (const result of results) if (result.status === 'rejected') throw result.reason
      signal.throwIfAborted()
      homeless.tries = hasRoom ? homeless.tries * 2 : 1
    },
  }
}

interface Sending {
  readonly buffers: Buffers
  readonly next: (buffer: Uint8Array) => Body | undefined
  readonly oneByOne: boolean
  readonly sendBody: (body: Body, signal: AbortSignal) => Promise<void>
}

/** Begins to send each body as soon as there is a buffer for it; ends early when the signal is aborted. */
async function sendBodies(
  { buffers, next, oneByOne, sendBody }: Sending,
  signal: AbortSignal,
): Promise<readonly Promise<void>[]> {
  const sends: Promise<void>[] = []
  while (!signal.aborted) {
    const buffer = await buffers.take(signal).catch(() => undefined)
    const body = buffer && next(buffer)
    if (!body) {
      if (buffer) buffers.give(buffer)
      break
    }
    const sent = sendBody(body, signal).finally(() => buffers.give(buffer))
    // A rejection is looked at when all have settled; until then it must not count as unhandled.
    const settled = sent.catch(() => undefined)
    sends.push(sent)
    if (oneByOne) await settled
  }
  return sends
}
