import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineOf, readLine, type StoredLetter } from '../../../src/dead-letters/line.ts'

const LETTER: StoredLetter = {
  time: '2026-01-31T08:00:00.000Z',
  source: 'audit',
  shard: 3,
  cursor: 'MTQwMDAwMDAwMDAwMDAwMDAwMA==',
  position: 7,
  reason: 'event-refused',
  status: 400,
  code: 6,
  answer: 'Invalid data format',
  event: '{"time":1795451657.581943529,"event":{"a":"b"}}',
  replays: 0,
}

describe('a dead letter as a line', () => {
  test('has its keys in their order, the event as JSON', () => {
    expect(lineOf(LETTER)).toBe(
      '{"time":"2026-01-31T08:00:00.000Z","source":"audit","shard":3,"cursor":"MTQwMDAwMDAwMDAwMDAwMDAwMA==","position":7,"reason":"event-refused","status":400,"code":6,"answer":"Invalid data format","event":{"time":1795451657.581943529,"event":{"a":"b"}}}\n',
    )
  })

  test('says how often it was replayed, once it was', () => {
    expect(lineOf({ ...LETTER, replays: 2 })).toContain('"answer":"Invalid data format","replays":2,"event":')
  })

  test.each([
    ['no JSON', '{"time":'],
    ['no object', '"text"'],
    ['nothing', ''],
    ['text with line breaks', 'a\nb'],
  ])('keeps as text an event that is %s', (_, event) => {
    const line = lineOf({ ...LETTER, event })
    expect(JSON.parse(line).event).toBe(event)
    expect(line.indexOf('\n')).toBe(line.length - 1)
  })

  test('is one line also when its event is spread over several', () => {
    const line = lineOf({ ...LETTER, event: '{\r\n "event":\n "x"}\n' })
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line).event).toEqual({ event: 'x' })
  })

  test('keeps 1 KiB of an answer, without half a character at the end', () => {
    const { answer } = JSON.parse(lineOf({ ...LETTER, answer: `a${'é'.repeat(600)}` }))
    expect(answer).toBe(`a${'é'.repeat(511)}`)
  })
})

describe('reading it back', () => {
  test('gives the event byte by byte: more digits than a number has, keys that occur twice', () => {
    const event = '{"time":1795451657.581943529, "event":{"a":1,"a":"\\u00e9"},"fields":{"n":1e400}}'
    expect(readLine(lineOf({ ...LETTER, event }).trimEnd())?.event).toBe(event)
  })

  test('is not misled by values that look like the key of the event', () => {
    const tricky = { ...LETTER, source: ',"event":{', answer: '","event":{"x":1}', replays: 1 }
    expect(readLine(lineOf(tricky))).toEqual(tricky)
  })

  test('takes a line that somebody has written anew', () => {
    const { event, ...rest } = JSON.parse(lineOf(LETTER))
    expect(readLine(JSON.stringify({ event, ...rest }, undefined, 1))).toMatchObject({
      reason: 'event-refused',
      event: JSON.stringify(event),
    })
  })

  test('gives back whatever was written', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    const letters = fc.record({
      time: fc.constant(LETTER.time),
      source: text,
      shard: fc.nat(),
      cursor: fc.string(),
      position: fc.nat(),
      reason: text,
      status: fc.nat(599),
      code: fc.option(fc.nat(30)),
      answer: fc.string({ unit: 'grapheme', maxLength: 50 }),
      event: fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.json().filter(json => !json.includes('\n')),
      ),
      replays: fc.nat(5),
    })
    fc.assert(
      fc.property(letters, letter => {
        expect(readLine(lineOf(letter))).toEqual(letter)
      }),
    )
  })

  test('takes no beginning of a line for a letter, wherever it was cut', () => {
    const line = lineOf(LETTER).trimEnd()
    const taken = Array.from({ length: line.length }, (_, end) => readLine(line.slice(0, end)))
    expect(taken.filter(letter => letter !== undefined)).toEqual([])
  })

  test.each(['time', 'source', 'shard', 'cursor', 'position', 'reason', 'status', 'code', 'answer', 'event'])(
    'takes no line without %s for a letter',
    key => {
      const json = JSON.parse(lineOf(LETTER))
      delete json[key]
      expect(readLine(JSON.stringify(json))).toBeUndefined()
    },
  )
})
