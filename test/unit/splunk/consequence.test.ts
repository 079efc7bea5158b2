import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Consequence, consequenceOf } from '../../../src/splunk/consequence.ts'
import { indexOf } from '../../../src/splunk/pieces.ts'
import type { Verdict } from '../../../src/splunk/verdict.ts'
import { eventsOf, numbered, plainEvents } from './events.ts'

const DELIVERED: Verdict = { kind: 'delivered', nearlyFull: false }
const AGAIN: Verdict = { kind: 'again', reason: 'busy', accepted: 0 }
const HOLD: Verdict = { kind: 'hold', reason: 'token-refused' }
const refused = (at: number): Verdict => ({ kind: 'refused', reason: 'event-refused', at })
const noIndex = (at: number): Verdict => ({ kind: 'refused', reason: 'index-refused', at })
const divide = (sure: boolean): Verdict => ({ kind: 'divide', reason: 'too-large', sure })
const UNCOMPRESSED: Verdict = { kind: 'uncompressed', reason: 'encoding-refused', always: true }

/** Numbers of the events in each part; a part that is absent or empty is left out. */
function short({ taken, rest, refused, suspect, held, uncompressed }: Consequence) {
  return {
    taken,
    ...(rest.length > 0 && { rest: rest.map(({ numbers }) => numbers) }),
    ...(refused && { refused: refused.event.numbers }),
    ...(suspect && { suspect: suspect.event.numbers }),
    ...(held && { held: held.events.numbers, index: held.index }),
    ...(uncompressed && { uncompressed }),
  }
}

/** Events 0 to 4; 1 and 3 ask for the index `audit`. */
const FIVE = numbered(5, { 1: 'audit', 3: 'audit' })
const ONE = numbered(1, { 0: 'audit' })

describe('what becomes of five events, of which the second and fourth ask for another index', () => {
  const rows: [string, Verdict, ReturnType<typeof short>][] = [
    ['all taken', DELIVERED, { taken: 5 }],
    ['nothing taken', AGAIN, { taken: 0, rest: [[0, 1, 2, 3, 4]] }],
    ['two taken, then busy', { ...AGAIN, accepted: 2 }, { taken: 2, rest: [[2, 3, 4]] }],
    ['hold', HOLD, { taken: 0, rest: [[0, 1, 2, 3, 4]] }],
    ['not compressed', UNCOMPRESSED, { taken: 0, rest: [[0, 1, 2, 3, 4]], uncompressed: true }],
    ['the first refused', refused(0), { taken: 0, rest: [[1, 2, 3, 4]], refused: [0] }],
    ['one in the middle refused', refused(2), { taken: 2, rest: [[3, 4]], refused: [2] }],
    ['the last refused', refused(4), { taken: 4, refused: [4] }],
    ['an index refused', noIndex(1), { taken: 1, rest: [[2, 4]], held: [1, 3], index: 'audit' }],
    ['the same behind the first', noIndex(3), { taken: 3, rest: [[4]], held: [3], index: 'audit' }],
    ["the token's own index refused", noIndex(2), { taken: 2, rest: [[3]], held: [2, 4], index: '' }],
    [
      'too large',
      divide(true),
      {
        taken: 0,
        rest: [
          [0, 1, 2],
          [3, 4],
        ],
      },
    ],
    [
      'refused by who knows whom',
      divide(false),
      {
        taken: 0,
        rest: [
          [0, 1, 2],
          [3, 4],
        ],
      },
    ],
  ]
  it.each(rows)('%s', (_, verdict, expected) => {
    expect(short(consequenceOf(FIVE, verdict, false))).toEqual(expected)
  })

  it('in order, all behind a refused index waits with it', () => {
    const expected = { taken: 1, held: [1, 2, 3, 4], index: 'audit' }
    expect(short(consequenceOf(FIVE, noIndex(1), true))).toEqual(expected)
  })
})

describe('what becomes of one event', () => {
  const index: Verdict = { kind: 'divide', reason: 'index-refused', sure: true }
  const rows: [string, Verdict, ReturnType<typeof short>][] = [
    ['too large by itself, though it is small: perhaps', divide(true), { taken: 0, suspect: [0] }],
    ['refused by who knows whom: perhaps', divide(false), { taken: 0, suspect: [0] }],
    ['of a refused index without a number: held', index, { taken: 0, held: [0], index: 'audit' }],
    ['refused', refused(0), { taken: 0, refused: [0] }],
    ['of a refused index: held', noIndex(0), { taken: 0, held: [0], index: 'audit' }],
  ]
  it.each(rows)('%s', (_, verdict, expected) => {
    expect(short(consequenceOf(ONE, verdict, false))).toEqual(expected)
  })

  it('too large by itself, and it is large: refused', () => {
    const large = { bytes: Buffer.alloc(100_000, 'x'), offsets: [0], numbers: [0] }
    expect(short(consequenceOf(large, divide(true), false))).toEqual({ taken: 0, refused: [0] })
  })
})

/** Every verdict that `judge` can come to for so many events. */
const verdictOn = (count: number): fc.Arbitrary<Verdict> => {
  const at = fc.nat({ max: count - 1 })
  return fc.oneof(
    fc.constantFrom(DELIVERED, HOLD, UNCOMPRESSED, divide(true), divide(false)),
    fc.constant<Verdict>({ kind: 'divide', reason: 'index-refused', sure: true }),
    at.map((accepted): Verdict => ({ ...AGAIN, kind: 'again', reason: 'busy', accepted })),
    at.map(refused),
    at.map(noIndex),
  )
}

const cases = plainEvents.chain(plain =>
  fc.record({ plain: fc.constant(plain), verdict: verdictOn(plain.length), inOrder: fc.boolean() }),
)

describe('whatever the answer', () => {
  it('every event is taken, sent again, refused or held, and only one of these', () => {
    fc.assert(
      fc.property(cases, ({ plain, verdict, inOrder }) => {
        const { taken, rest, refused, suspect, held } = consequenceOf(eventsOf(plain), verdict, inOrder)
        const numbers = plain.map(({ number }) => number)
        const parts = [...rest, ...[refused?.event, suspect?.event, held?.events].flatMap(part => part ?? [])]
        const ends = [...numbers.slice(0, taken), ...parts.flatMap(part => part.numbers)]
        expect(ends.toSorted((a, b) => a - b)).toEqual(numbers)
      }),
    )
  })

  it('what is sent again keeps its order and its texts, and no request is empty', () => {
    fc.assert(
      fc.property(cases, ({ plain, verdict, inOrder }) => {
        const { rest } = consequenceOf(eventsOf(plain), verdict, inOrder)
        // Events whose index is in question are told apart by it: then the order within each part is kept.
        const isSorted = (numbers: readonly number[]) => numbers.every((n, i) => n > (numbers[i - 1] ?? -1))
        const isByIndex = verdict.kind === 'divide' && verdict.reason === 'index-refused' && !inOrder
        const all = rest.flatMap(part => part.numbers)
        expect(isByIndex ? rest.every(part => isSorted(part.numbers)) : isSorted(all)).toBe(true)
        const textOf = new Map(plain.map(({ number, text }) => [number, text]))
        const texts = all.map(number => textOf.get(number))
        expect(rest.map(({ bytes }) => Buffer.from(bytes).toString()).join('')).toBe(texts.join(''))
        expect(rest.every(({ offsets }) => offsets.length > 0)).toBe(true)
      }),
    )
  })

  it('of indexes of which one is refused, each is asked about once, and one alone is held', () => {
    const mixed = numbered(9, { 1: 'audit', 4: 'audit', 5: 'spare' })
    const unlocated: Verdict = { kind: 'divide', reason: 'index-refused', sure: true }
    const { rest, held } = consequenceOf(mixed, unlocated, false)
    expect([rest.map(({ numbers }) => numbers), held]).toEqual([[[0, 2, 3, 6, 7, 8], [1, 4], [5]], undefined])
    const alone = rest[1] && consequenceOf(rest[1], unlocated, false)
    expect([alone?.rest, alone?.held?.index, alone?.held?.events.numbers]).toEqual([[], 'audit', [1, 4]])
  })

  it('in order, nothing overtakes what is held', () => {
    fc.assert(
      fc.property(cases, ({ plain, verdict }) => {
        const { rest, held } = consequenceOf(eventsOf(plain), verdict, true)
        const first = held?.events.numbers[0] ?? Number.POSITIVE_INFINITY
        expect(rest.flatMap(part => part.numbers).every(number => number < first)).toBe(true)
      }),
    )
  })

  it('only events of the index that is named are held, and all of them behind what is taken', () => {
    fc.assert(
      fc.property(cases, ({ plain, verdict }) => {
        const events = eventsOf(plain)
        const { taken, rest, held } = consequenceOf(events, verdict, false)
        if (!held) return
        expect(held.events.numbers.map((_, at) => indexOf(held.events, at))).toEqual(
          held.events.numbers.map(() => held.index),
        )
        const others = rest.flatMap(part => part.numbers.map((_, at) => indexOf(part, at)))
        expect(others).not.toContain(held.index)
        expect(taken + held.events.numbers.length + others.length).toBe(plain.length)
      }),
    )
  })

  it('a refusal that is about the request leaves less to send than there was: it ends', () => {
    fc.assert(
      fc.property(cases, ({ plain, verdict, inOrder }) => {
        if (!['refused', 'divide'].includes(verdict.kind)) return
        const { rest } = consequenceOf(eventsOf(plain), verdict, inOrder)
        expect(rest.every(({ offsets }) => offsets.length < plain.length)).toBe(true)
      }),
    )
  })
})
