/** The delivery of one body: posts what is left of it, and does what each answer asks for, until all of it is settled. */

import { sleep } from '../base/wait.ts'
import { type Consequence, consequenceOf, type Held, halves, isUnclear } from './consequence.ts'
import type { Deliver, Delivered, DeliverOptions, HeldEvents, Refusal } from './deliver.ts'
import { createDoubts } from './doubts.ts'
import type { Posted } from './endpoint.ts'
import { createLeft } from './left.ts'
import { createPacker, type Packer } from './packed.ts'
import { type Events, slice } from './pieces.ts'
import type { Reason } from './reasons.ts'
import { createSetbacks, type FailedPost, isSetback } from './setbacks.ts'
import { createSuspects, MAX_SUSPECTS, type Suspect, type Suspects } from './suspects.ts'

/** Returns one for each page: events are known by their numbers. */
export function createDeliver(options: DeliverOptions): Deliver {
  const doubts = createDoubts()
  return (body, signal) => new Delivery(options, createSuspects(doubts), signal).run(body)
}

/** How many of a body's last events are divided so that one goes behind the others. */
const MAX_TAIL = 4

/** A class, because every answer changes several parts of the state. */
class Delivery {
  readonly #options: DeliverOptions
  readonly #suspects: Suspects
  readonly #signal: AbortSignal
  readonly #packer: Packer
  readonly #left = createLeft()
  readonly #setbacks = createSetbacks()
  readonly #held: HeldEvents[] = []
  #accepted = 0
  #refused = 0

  constructor(options: DeliverOptions, suspects: Suspects, signal: AbortSignal) {
    this.#options = options
    this.#suspects = suspects
    this.#signal = signal
    this.#packer = createPacker(options.compression)
  }

  async run(body: Events): Promise<Delivered> {
    this.#left.putFirst([body])
    try {
      for (let next = this.#left.next(); next; next = this.#left.next()) await this.#post(next)
      await this.#settleSuspects()
    } finally {
      this.#packer.discard()
    }
    return { accepted: this.#accepted, refused: this.#refused, held: this.#held }
  }

  async #post(events: Events): Promise<void> {
    const { endpoints, beforePost, inOrder } = this.#options
    const payload = this.#packer.pack(events)
    const isDoubtful = this.#setbacks.count() > 0
    const posted = await endpoints.post({ payload, beforePost, isDoubtful }, this.#signal)
    if (isSetback(posted)) return this.#setBack(events, posted)
    if (isUnclear(posted.verdict) && this.#isTail(events)) {
      this.#options.onProblem(posted.verdict.reason, posted, undefined)
      return this.#left.divideTail(events)
    }
    const consequence = consequenceOf(events, posted.verdict, inOrder)
    const isConfirmed = (await posted.confirmed?.(this.#signal)) ?? true
    this.#tell(posted, consequence, isConfirmed)
    if (isConfirmed) this.#options.onAccepted?.(events.numbers.slice(0, consequence.taken))
    await this.#follow(isConfirmed ? consequence : withoutTaken(events, consequence), posted)
  }

  /** Says whether these end a body of which others were accepted: a suspect among them needs something behind it. */
  #isTail({ offsets }: Events): boolean {
    const isLast = this.#left.isEmpty() && !this.#options.inOrder
    return isLast && this.#accepted > 0 && offsets.length > 1 && offsets.length <= MAX_TAIL
  }

  #tell(posted: Posted, { held }: Consequence, isConfirmed: boolean): void {
    const { verdict } = posted
    const { onProblem } = this.#options
    if (!isConfirmed) onProblem('acknowledgement-late', posted, undefined)
    if (verdict.kind !== 'delivered') onProblem(verdict.reason, posted, held && refusedIndex(held))
  }

  async #follow(consequence: Consequence, posted: Posted): Promise<void> {
    const { taken, rest, refused, suspect, held, uncompressed } = consequence
    this.#accepted += taken
    if (taken > 0) this.#setbacks.clear()
    this.#left.putFirst(rest)
    if (taken > 0) await this.#judgeSuspects()
    if (uncompressed) this.#packer.stopCompressing()
    if (refused) await this.#refuse({ ...refused, answer: posted })
    if (held) this.#hold(refusedIndex(held))
    if (suspect) await this.#suspect({ ...suspect, answer: posted })
  }

  async #setBack(events: Events, posted: FailedPost): Promise<void> {
    const { reason } = posted.verdict
    // The first says nothing about these events; from the second on it is said of them.
    const held = this.#setbacks.count() > 0 ? { numbers: events.numbers, reason } : undefined
    this.#options.onProblem(reason, posted, held)
    const next = this.#setbacks.add(events.offsets.length)
    if (next.kind === 'found') return this.#holdFailing(events, posted, next.count)
    if (next.kind === 'divide') return this.#left.putFirst(halves(events))
    this.#left.putFirst([events])
    if (next.afterMs !== undefined) await sleep(next.afterMs, this.#signal)
    this.#signal.throwIfAborted()
  }

  /** Where nothing of the body has got through either, the rest would fare no better. */
  #holdFailing(event: Events, posted: FailedPost, count: number): void {
    const isAlone = (this.#accepted > 0 || count < MAX_SUSPECTS) && !this.#options.inOrder
    const events = isAlone ? [event] : [event, ...this.#left.takeAll()]
    this.#holdTogether(events, posted.verdict.reason, posted)
  }

  async #refuse(refusal: Refusal): Promise<void> {
    const { event, reason } = refusal
    if (await this.#options.onRefused(refusal)) this.#refused++
    else this.#hold({ numbers: event.numbers, reason, isHomeless: true })
  }

  async #suspect(suspect: Suspect): Promise<void> {
    const judged = this.#suspects.add(suspect)
    if (judged === 'proven') return this.#refuse(suspect)
    if (judged === 'once-more') return this.#left.putFirst([suspect.event])
    // In order nothing may overtake it, not even to find out.
    if (this.#options.inOrder || this.#suspects.areMany()) await this.#settleSuspects()
  }

  /** Something was accepted: suspects that this does not prove are posted again, before all others. */
  async #judgeSuspects(): Promise<void> {
    for (const suspect of this.#suspects.takeAll())
      if (this.#suspects.isProven(suspect)) await this.#refuse(suspect)
      else this.#left.putFirst([suspect.event])
  }

  /**
   * Waits for what others post, for as long as its acceptance can prove something. Everything may be refused: then what is
   * left waits with the suspects.
   */
  async #settleSuspects(): Promise<void> {
    await sleep(this.#suspects.openForMs(performance.now()), this.#signal)
    this.#signal.throwIfAborted()
    const open: Suspect[] = []
    for (const suspect of this.#suspects.takeAll())
      if (this.#suspects.isProven(suspect)) await this.#refuse(suspect)
      else open.push(suspect)
    const [first] = open
    if (!first) return
    const events = [...open.map(({ event }) => event), ...this.#left.takeAll()]
    this.#holdTogether(events, first.reason, first.answer)
  }

  /** Holds events; in order nothing may overtake them, so the rest of the body is held, too. */
  #hold(held: HeldEvents): void {
    const rest = this.#options.inOrder ? this.#left.takeAll() : []
    const { isHomeless, ...why } = held
    this.#held.push(held, ...rest.map(({ numbers }) => ({ ...why, numbers })))
  }

  #holdTogether(events: readonly Events[], reason: Reason, answer: Posted): void {
    const held = { numbers: events.flatMap(({ numbers }) => numbers), reason }
    this.#held.push(held)
    this.#options.onProblem(reason, answer, held)
  }
}

function refusedIndex({ events: { numbers }, index }: Held): HeldEvents {
  return { numbers, reason: 'index-refused', index }
}

/** Puts the taken events before all others again: no indexer has said that they are indexed. */
function withoutTaken(events: Events, consequence: Consequence): Consequence {
  if (consequence.taken === 0) return consequence
  const again = slice(events, 0, consequence.taken)
  return { ...consequence, taken: 0, rest: [again, ...consequence.rest] }
}
