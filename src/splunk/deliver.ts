/** Delivery of a body: until Splunk has all of it, the dead letters have what it refuses, and the rest is named. */

import { type BackoffRange, backoffMs } from '../base/backoff.ts'
import { sleep } from '../base/wait.ts'
import {
  type Consequence,
  consequenceOf,
  halves,
  isUnclear,
  type Refused,
  type Unclear,
} from './consequence.ts'
import { createDoubts, type Doubts } from './doubts.ts'
import type { Posted } from './endpoint.ts'
import type { Endpoints } from './endpoints.ts'
import { createPacked, type Packed } from './packed.ts'
import { type Events, slice } from './pieces.ts'
import type { Reason } from './reasons.ts'
import { type EndpointFailure, isEndpointFailure, mayBeAboutEvents } from './verdict.ts'

/** What Splunk will never take, and what it said. */
export interface Refusal {
  /** The event alone: one number, one JSON object. */
  readonly event: Events
  readonly reason: Reason
  readonly answer: Posted
}

export interface Delivered {
  /** Events that Splunk has accepted, or indexed where acknowledgement is asked for. */
  readonly accepted: number
  readonly refused: number
  /** Events that Splunk does not take before somebody mends something, by their numbers. */
  readonly held: readonly HeldEvents[]
}

export interface HeldEvents {
  readonly numbers: readonly number[]
  readonly reason: Reason
  /** The refused index; '' is the token's own. Undefined when it is not an index that is refused. */
  readonly index?: string
  /** Splunk will never take them, and the dead letters have no room. */
  readonly isHomeless?: true
}

/**
 * Resolves when Splunk has every event that it takes; what it takes at no time has been handed to `onRefused`. Rejects only
 * when the signal is aborted or the request is called off. Afterwards the bytes are the caller's again.
 */
export type Deliver = (events: Events, signal: AbortSignal) => Promise<Delivered>

export interface DeliverOptions {
  readonly endpoints: Endpoints
  readonly compression: 'gzip' | 'none'
  /** One request at a time is the caller's business; here it keeps held events from being overtaken. */
  readonly inOrder: boolean
  /** Right before each request: throws when nothing may be sent any more. */
  readonly beforePost: () => void
  /** Told of events as soon as they are accepted: for whoever has to know it when the delivery ends early. */
  readonly onAccepted?: (numbers: readonly number[]) => void
  /** Puts the event among the dead letters: true when it is safe there, false when it cannot be now. */
  readonly onRefused: (refusal: Refusal) => Promise<boolean>
  /** Told of every attempt that did not deliver everything, and of acknowledgements that did not come. */
  readonly onTrouble: (reason: Reason, posted: Posted, held: HeldEvents | undefined) => void
}

/** So many single events in a row refused by who knows whom: it is not the events. */
const MAX_SUSPECTS = 3
/** Events at the end of a body of which one is kept back. */
const MAX_TAIL = 4
/** So often the same events may fail where others work; then it is looked for the one that it is. */
const MAX_SETBACKS = { whole: 4, part: 2 } as const
const SETBACK: BackoffRange = { minMs: 1_000, maxMs: 4_000 }

/** One for each page: events are known by their numbers. */
export function createDeliver(options: DeliverOptions): Deliver {
  const doubts = createDoubts()
  return (events, signal) => new Delivery({ ...options, doubts }, signal).run(events)
}

interface DeliveryParts extends DeliverOptions {
  readonly doubts: Doubts
}

interface Suspect extends Refused {
  readonly answer: Posted
}

/** The state of one body on its way: a class, because every answer changes several of these. */
class Delivery {
  readonly #options: DeliveryParts
  readonly #signal: AbortSignal
  readonly #queue: Events[] = []
  readonly #held: HeldEvents[] = []
  /** Refused alone: sent again when others have been accepted. */
  readonly #suspects: Suspect[] = []
  /** An event of the last ones, sent behind them, so that something is accepted behind a suspect among them. */
  #reserve: Events | undefined
  #accepted = 0
  #refused = 0
  #mayGzip: boolean
  /** Since something of the body was accepted, or a single event was found. */
  #setbacks = 0
  #isSearching = false
  /** Single events that failed. */
  #failing = 0
  /** Of the events that are sent now: the same ones may be sent again. */
  #packed: Packed | undefined

  constructor(options: DeliveryParts, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    this.#mayGzip = options.compression === 'gzip'
  }

  async run(events: Events): Promise<Delivered> {
    this.#queue.push(events)
    try {
      for (let next = this.#next(); next; next = this.#next()) await this.#attempt(next)
      await this.#settleSuspects()
    } finally {
      this.#packed?.discard()
    }
    return { accepted: this.#accepted, refused: this.#refused, held: this.#held }
  }

  #next(): Events | undefined {
    const next = this.#queue.shift() ?? this.#reserve
    if (next === this.#reserve) this.#reserve = undefined
    return next
  }

  async #attempt(events: Events): Promise<void> {
    const packed = this.#packed?.events === events ? this.#packed : createPacked(events)
    if (packed !== this.#packed) this.#packed?.discard()
    this.#packed = packed
    const payload = (mayGzip: boolean) => packed.payload(mayGzip && this.#mayGzip)
    const { endpoints, beforePost, inOrder } = this.#options
    const isDoubtful = this.#setbacks > 0
    const posted = await endpoints.post({ payload, beforePost, isDoubtful }, this.#signal)
    if (isSetback(posted)) {
      await this.#setBack(events, posted)
      return
    }
    const { verdict } = posted
    if (isUnclear(verdict) && this.#isTail(events)) return this.#divideTail(events, { ...posted, verdict })
    const consequence = consequenceOf(events, verdict, inOrder)
    const isConfirmed = (await posted.confirmed?.(this.#signal)) ?? true
    this.#tellTrouble(posted, consequence, isConfirmed)
    if (isConfirmed) this.#options.onAccepted?.(events.numbers.slice(0, consequence.taken))
    await this.#follow(isConfirmed ? consequence : withoutTaken(events, consequence), posted)
  }

  /** The end of a body, of which other parts were accepted, is refused: a suspect in it needs something behind it. */
  #isTail({ offsets }: Events): boolean {
    const isLast = this.#queue.length === 0 && this.#reserve === undefined && !this.#options.inOrder
    return isLast && this.#accepted > 0 && offsets.length > 1 && offsets.length <= MAX_TAIL
  }

  #divideTail(events: Events, posted: Posted & { readonly verdict: Unclear }): void {
    this.#options.onTrouble(posted.verdict.reason, posted, undefined)
    this.#reserve = slice(events, 0, 1)
    this.#queue.push(...halves(slice(events, 1)))
  }

  /** Others get through: it may be these events that fail, and none of them may hold up the others for ever. */
  async #setBack(events: Events, posted: Failed): Promise<void> {
    const { reason } = posted.verdict
    // Once may be anybody's trouble; from the second time on it is said of these events.
    const held = this.#setbacks > 0 ? heldOf(events, reason) : undefined
    this.#options.onTrouble(reason, posted, held)
    this.#setbacks++
    if (this.#setbacks < (this.#isSearching ? MAX_SETBACKS.part : MAX_SETBACKS.whole)) {
      this.#queue.unshift(events)
      // The first one may be nothing, and there may be another endpoint.
      if (this.#setbacks > 1) await sleep(backoffMs(this.#setbacks - 2, SETBACK), this.#signal)
      this.#signal.throwIfAborted()
      return
    }
    this.#setbacks = 0
    this.#isSearching = true
    if (events.offsets.length > 1) this.#queue.unshift(...halves(events))
    else this.#holdFailing(events, posted)
  }

  /** Where nothing of the body has got through either, the rest would fare no better. */
  #holdFailing(event: Events, posted: Failed): void {
    this.#failing++
    const isAlone = (this.#accepted > 0 || this.#failing < MAX_SUSPECTS) && !this.#options.inOrder
    const left = isAlone ? [event] : [event, ...this.#takeAll()]
    this.#hold(left, posted.verdict.reason, posted)
  }

  async #follow(consequence: Consequence, posted: Posted): Promise<void> {
    const { taken, rest, refused, suspect, held, uncompressed } = consequence
    this.#accepted += taken
    if (taken > 0) this.#setbacks = 0
    this.#queue.unshift(...rest)
    if (taken > 0) await this.#judgeSuspects()
    if (uncompressed) this.#mayGzip = false
    if (refused) await this.#refuse({ ...refused, answer: posted })
    if (held) this.#held.push(heldOf(held.events, 'index-refused', held.index))
    // Behind what waits nothing may overtake: the rest of the body waits, too.
    if (held && this.#options.inOrder) this.#holdQueue('index-refused', held.index)
    if (suspect) await this.#suspect({ ...suspect, answer: posted })
  }

  async #refuse(refusal: Refusal): Promise<void> {
    if (await this.#options.onRefused(refusal)) {
      this.#refused++
      return
    }
    this.#held.push({ ...heldOf(refusal.event, refusal.reason), isHomeless: true })
    if (this.#options.inOrder) this.#holdQueue(refusal.reason)
  }

  async #suspect(suspect: Suspect): Promise<void> {
    const judged = this.#options.doubts.refusedAlone(numberOf(suspect), suspect.answer)
    if (judged === 'proven') return this.#refuse(suspect)
    if (judged === 'once-more') return void this.#queue.unshift(suspect.event)
    this.#suspects.push(suspect)
    // In order nothing may overtake it, not even to find out.
    if (this.#options.inOrder || this.#suspects.length >= MAX_SUSPECTS) await this.#settleSuspects()
  }

  /** Something was accepted: what this does not prove is sent again, before all others. */
  async #judgeSuspects(): Promise<void> {
    for (const suspect of this.#suspects.splice(0))
      if (!(await this.#isRefused(suspect))) this.#queue.unshift(suspect.event)
  }

  async #isRefused(suspect: Suspect): Promise<boolean> {
    const isProven = this.#options.doubts.isProven(numberOf(suspect))
    if (isProven) await this.#refuse(suspect)
    return isProven
  }

  /**
   * Waits for what others send, for as long as its acceptance can prove something. It may be that everything is refused:
   * then what is left waits with the suspects.
   */
  async #settleSuspects(): Promise<void> {
    const nowMs = performance.now()
    const openMs = this.#suspects.map(each => this.#options.doubts.openForMs(numberOf(each), nowMs))
    await sleep(Math.max(0, ...openMs), this.#signal)
    this.#signal.throwIfAborted()
    const left: Suspect[] = []
    for (const suspect of this.#suspects.splice(0)) if (!(await this.#isRefused(suspect))) left.push(suspect)
    const [first] = left
    if (first) this.#hold([...left.map(({ event }) => event), ...this.#takeAll()], first.reason, first.answer)
  }

  #takeAll(): Events[] {
    const all = [...this.#queue.splice(0), ...(this.#reserve ? [this.#reserve] : [])]
    this.#reserve = undefined
    return all
  }

  #hold(left: readonly Events[], reason: Reason, answer: Posted): void {
    const held = { numbers: left.flatMap(({ numbers }) => numbers), reason }
    this.#held.push(held)
    this.#options.onTrouble(reason, answer, held)
  }

  #holdQueue(reason: Reason, index?: string): void {
    for (const events of this.#takeAll()) this.#held.push(heldOf(events, reason, index))
  }

  #tellTrouble(posted: Posted, { held }: Consequence, isConfirmed: boolean): void {
    const { verdict } = posted
    if (!isConfirmed) this.#options.onTrouble('acknowledgement-late', posted, undefined)
    if (verdict.kind === 'delivered') return
    this.#options.onTrouble(verdict.reason, posted, held && heldOf(held.events, 'index-refused', held.index))
  }
}

/** A suspect is one event. */
function numberOf({ event: { numbers } }: Suspect): number {
  return numbers[0] ?? -1
}

interface Failed extends Posted {
  readonly verdict: EndpointFailure
}

/** The endpoint works for others, and took nothing of this. */
function isSetback(posted: Posted): posted is Failed {
  const { verdict, wasUp } = posted
  if (!wasUp || !isEndpointFailure(verdict) || !mayBeAboutEvents(verdict)) return false
  return verdict.kind === 'hold' || verdict.accepted === 0
}

/** Nobody has said that the taken events are indexed: they are sent once more, before all others. */
function withoutTaken(events: Events, consequence: Consequence): Consequence {
  if (consequence.taken === 0) return consequence
  const again = slice(events, 0, consequence.taken)
  return { ...consequence, taken: 0, rest: [again, ...consequence.rest] }
}

function heldOf(events: Events, reason: Reason, index?: string): HeldEvents {
  return { numbers: events.numbers, reason, ...(index !== undefined && { index }) }
}
