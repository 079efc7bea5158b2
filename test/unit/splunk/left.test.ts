import { expect, it } from 'vitest'
import { createLeft, type Left } from '../../../src/splunk/left.ts'
import { type Events, slice } from '../../../src/splunk/pieces.ts'
import { numbered } from './events.ts'

const EVENTS = numbered(9)
const part = (from: number, to: number) => slice(EVENTS, from, to)
const numbersOf = (pieces: readonly Events[]) => pieces.map(({ numbers }) => numbers)

function* piecesOf(left: Left) {
  for (let next = left.next(); next; next = left.next()) yield next
}

it('comes in its order, what is put first before all others', () => {
  const left = createLeft()
  left.putFirst([part(0, 4), part(4, 9)])
  left.putFirst([part(1, 2), part(2, 3)])
  expect(left.isEmpty()).toBe(false)
  expect(numbersOf([...piecesOf(left)])).toEqual([[1], [2], [0, 1, 2, 3], [4, 5, 6, 7, 8]])
  expect([left.isEmpty(), left.next()]).toEqual([true, undefined])
})

it('ends with one event when its tail was divided, also behind what is put first', () => {
  const left = createLeft()
  left.divideTail(part(5, 9))
  left.putFirst([part(0, 1)])
  expect(numbersOf([...piecesOf(left)])).toEqual([[0], [6, 7], [8], [5]])
})

it('is not empty while the event at its end is left', () => {
  const left = createLeft()
  left.divideTail(part(7, 9))
  expect([numbersOf([left.next() ?? EVENTS]), left.isEmpty()]).toEqual([[[8]], false])
})

it('is taken as a whole, with the event at its end', () => {
  const left = createLeft()
  left.putFirst([part(0, 2)])
  left.divideTail(part(5, 9))
  expect(numbersOf(left.takeAll())).toEqual([[0, 1], [6, 7], [8], [5]])
  expect([left.isEmpty(), left.takeAll(), left.next()]).toEqual([true, [], undefined])
})
