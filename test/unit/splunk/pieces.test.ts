import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, type Events, indexOf, pick, slice } from '../../../src/splunk/pieces.ts'
import { eventsOf, type Plain, plainEvents } from './events.ts'

/** Events as the plain list they stand for. */
const plainOf = (events: Events): Plain[] =>
  events.offsets.map((_, at) => ({
    text: Buffer.from(bytesOf(events, at)).toString(),
    index: indexOf(events, at),
    number: events.numbers[at] ?? -1,
  }))

const expectSame = (events: Events, plain: readonly Plain[]) => {
  expect(plainOf(events)).toEqual(plain)
  expect(Buffer.from(events.bytes).toString()).toBe(plain.map(({ text }) => text).join(''))
  expect(events.numbers).toHaveLength(events.offsets.length)
}

/** Cuts one after the other, as answers come in: each a slice, or those that a bit chooses. */
const cuts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('slice' as const), from: fc.nat({ max: 20 }), to: fc.nat({ max: 20 }) }),
    fc.record({ kind: fc.constant('pick' as const), bits: fc.nat() }),
  ),
  { maxLength: 6 },
)

describe('parts of events', () => {
  it('are what the same cuts make of a plain list, however often they are cut', () => {
    fc.assert(
      fc.property(plainEvents, cuts, (given, steps) => {
        let plain: readonly Plain[] = given
        let events = eventsOf(plain)
        for (const step of steps) {
          if (step.kind === 'slice') {
            const from = Math.min(step.from, plain.length)
            const to = Math.min(Math.max(from, step.to), plain.length)
            events = slice(events, from, to)
            plain = plain.slice(from, to)
          } else {
            const isWanted = (at: number) => ((step.bits >> (at % 31)) & 1) === 1
            events = pick(events, isWanted)
            plain = plain.filter((_, at) => isWanted(at))
          }
          expectSame(events, plain)
        }
      }),
    )
  })

  it('reach to the end when no end is given', () => {
    fc.assert(
      fc.property(plainEvents, fc.nat({ max: 20 }), (plain, from) => {
        const at = Math.min(from, plain.length)
        expectSame(slice(eventsOf(plain), at), plain.slice(at))
      }),
    )
  })

  it('that are all of them are the same object, so that nothing is compressed twice', () => {
    const events = eventsOf([{ text: '{"event":1}', index: '', number: 0 }])
    expect(slice(events, 0)).toBe(events)
    expect(slice(events, 0, 1)).toBe(events)
  })

  it('that were picked live in memory of their own: the buffer may be written anew', () => {
    const events = eventsOf([
      { text: '{"event":1}', index: '', number: 0 },
      { text: '{"event":2}', index: '', number: 1 },
    ])
    const second = pick(events, at => at === 1)
    events.bytes.fill(0)
    expect(Buffer.from(second.bytes).toString()).toBe('{"event":2}')
  })
})

describe('the index that an event asks for', () => {
  it.each([
    ['{"event":1}', ''],
    ['{"index":"main","event":{"index":"other"}}', 'main'],
    ['{"index":7,"event":1}', ''],
    ['{"index":"a\\"b","event":1}', 'a"b'],
  ])('of %s is %j', (text, index) => {
    expect(indexOf(eventsOf([{ text, index, number: 0 }]), 0)).toBe(index)
  })
})
