/**
 * One way through a page: its events are encoded into bodies as buffers come free, each body is sent, and what Splunk
 * does not take for now is left for the next round.
 */

import type { Deliver, Delivered, HeldEvents } from '../../splunk/deliver.ts'
import type { Outline } from '../encode/check.ts'
import type { Body, Encode, PageEncoder } from '../encode/page-encoder.ts'
import type { HeldPage } from '../read/held-page.ts'
import type { ShardMeter } from '../report/meter.ts'
import type { Buffers } from './buffers.ts'

export interface RoundParts {
  readonly encode: Encode
  readonly deliver: Deliver
  readonly buffers: Buffers
  readonly meter: ShardMeter
  /** One request at a time, in the page's order. */
  readonly inOrder: boolean
  /** Around all work on the page's bytes: it never awaits, so whatever goes wrong in it is the page's fault. */
  readonly uninterrupted: <T>(work: () => T) => T
}

export interface Unsettled {
  /** At most so many of the page's bytes are settled now: how many. */
  take(bytes: number): number
}

/** What lies around the logs counts in every round that passes it; in all, a page is no longer than it is. */
export function createUnsettled(pageBytes: number): Unsettled {
  let left = pageBytes
  return {
    take(bytes) {
      const taken = Math.min(bytes, left)
      left -= taken
      return taken
    },
  }
}

/** What the rounds of a page share. */
export interface RoundContext {
  readonly page: HeldPage
  readonly parts: RoundParts
  readonly outline: Outline
  readonly unsettled: Unsettled
  readonly homeless: Homeless
}

/** Events that Splunk refuses and the dead letters have no room for: asking Splunk about each again makes no room. */
export interface Homeless {
  readonly numbers: Set<number>
  /** So many of them are tried in one round. */
  tries: number
}

export const createHomeless = (): Homeless => ({ numbers: new Set(), tries: 1 })

/** One way through the page: all of it, or what an earlier round has left. */
export interface Round {
  readonly encoder: PageEncoder
  /** Numbers of the events that wait. */
  readonly left: ReadonlySet<number>
  send(signal: AbortSignal): Promise<void>
}

export function createRound(
  { page, parts, outline, unsettled, homeless }: RoundContext,
  wanted: ReadonlySet<number> | undefined,
): Round {
  const { meter, inOrder } = parts
  const left = new Set<number>()
  const refusedIndexes = new Set<string>()
  let heldInOrder = false
  const trying = new Set<number>()
  let hasRoom = true

  const select = { all: () => wanted === undefined && !heldInOrder && refusedIndexes.size === 0, wants }

  /** Events of an index that is refused in this round are not even tried; in order, neither is what follows. */
  function wants(number: number, index: string): boolean {
    if (select.all()) return true
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

  const encoder = parts.encode(page.bytes(), select, outline)
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

/**
 * Begins to send each body as soon as there is a buffer for it; ends early when the signal is aborted. Rejects when a body
 * cannot be made, which is a bug; what is under way is given up then, and has settled.
 */
async function sendBodies(
  { buffers, next, oneByOne, sendBody }: Sending,
  signal: AbortSignal,
): Promise<readonly Promise<void>[]> {
  const sends: Promise<void>[] = []
  const givenUp = new AbortController()
  const sending = AbortSignal.any([signal, givenUp.signal])
  while (!signal.aborted) {
    const buffer = await buffers.take(signal).catch(() => undefined)
    if (!buffer) break
    let body: Body | undefined
    try {
      body = next(buffer)
    } catch (error) {
      // Whoever is under way may still ask for the page, whose memory goes with this error.
      givenUp.abort()
      await Promise.allSettled(sends)
      throw error
    } finally {
      if (!body) buffers.release(buffer)
    }
    if (!body) break
    const sent = sendBody(body, sending).finally(() => buffers.release(buffer))
    // A rejection is looked at when all have settled; until then it must not count as unhandled.
    const settled = sent.catch(() => undefined)
    sends.push(sent)
    if (oneByOne) await settled
  }
  return sends
}
