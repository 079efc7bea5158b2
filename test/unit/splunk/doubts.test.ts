import { expect, it } from 'vitest'
import { createDoubts } from '../../../src/splunk/doubts.ts'
import { slice } from '../../../src/splunk/pieces.ts'
import { numbered } from './events.ts'

const body = numbered(4)
const third = slice(body, 2, 3)
const by = (endpoint: string, atMs: number, acceptedSentAtMs: number) => ({
  endpoint,
  atMs,
  acceptedSentAtMs,
})

it('an event is the culprit when it is refused alone three times, and others were accepted since the first refusal', () => {
  const doubts = createDoubts()
  doubts.refused(body, by('a', 10, 5))
  expect([20, 30, 40].map(at => doubts.judge(third, by('a', at, 15)))).toEqual([
    'once-more',
    'once-more',
    'proven',
  ])
})

it('it is not when what was accepted since had been sent before', () => {
  const doubts = createDoubts()
  doubts.refused(body, by('a', 10, 5))
  expect([20, 30, 40, 50].map(at => doubts.judge(third, by('a', at, 9)))).toEqual(Array(4).fill('open'))
})

it('it is not when its first refusal is the only one', () => {
  expect(createDoubts().judge(third, by('a', 10, 5))).toBe('open')
})

it('what one endpoint accepts says nothing about the refusals of another', () => {
  const doubts = createDoubts()
  doubts.refused(body, by('broken', 10, 0))
  expect(doubts.judge(third, by('broken', 20, 0))).toBe('open')
  expect(doubts.judge(third, by('works', 20, 15))).toBe('open')
})

it('the first refusal counts, not a later one', () => {
  const doubts = createDoubts()
  doubts.refused(body, by('a', 10, 0))
  doubts.refused(third, by('a', 20, 15))
  expect(doubts.judge(third, by('a', 20, 15))).toBe('once-more')
})
