import { expect, it } from 'vitest'
import { createDoubts } from '../../../src/splunk/doubts.ts'
import { slice } from '../../../src/splunk/pieces.ts'
import { numbered } from './events.ts'

const body = numbered(4)
const third = slice(body, 2, 3)
const by = (endpoint: string, acceptedRequests: number) => ({ endpoint, acceptedRequests })

it('an event is the culprit when others were accepted between two refusals of it', () => {
  const doubts = createDoubts()
  doubts.refused(body, by('a', 7))
  expect(doubts.isProven(third, by('a', 8))).toBe(true)
})

it('it is not when nothing was accepted since it was refused first, however much was before', () => {
  const doubts = createDoubts()
  for (const events of [body, third]) doubts.refused(events, by('a', 7))
  expect(doubts.isProven(third, by('a', 7))).toBe(false)
})

it('it is not when its first refusal is the only one', () => {
  expect(createDoubts().isProven(third, by('a', 7))).toBe(false)
})

it('what one endpoint accepts says nothing about the refusals of another', () => {
  const doubts = createDoubts()
  doubts.refused(body, by('broken', 0))
  doubts.refused(third, by('broken', 0))
  expect(doubts.isProven(third, by('works', 9))).toBe(false)
  expect(doubts.isProven(third, by('broken', 0))).toBe(false)
})

it('the first refusal counts, not a later one', () => {
  const doubts = createDoubts()
  doubts.refused(body, by('a', 0))
  doubts.refused(third, by('a', 1))
  expect(doubts.isProven(third, by('a', 1))).toBe(true)
})
