import { expect, it } from 'vitest'
import { type Acceptances, createAcceptances } from '../../../src/splunk/acceptances.ts'
import { createDoubts } from '../../../src/splunk/doubts.ts'
import { slice } from '../../../src/splunk/pieces.ts'
import { createSuspects, type Suspect } from '../../../src/splunk/suspects.ts'
import { numbered } from './events.ts'

const EVENTS = numbered(9)

/** The event of this number, refused alone at this time. */
function suspect(number: number, sentAtMs: number, acceptances: Acceptances): Suspect {
  return {
    event: slice(EVENTS, number, number + 1),
    reason: 'event-refused',
    answer: {
      ...{ endpoint: 'splunk:8088', wasUp: true, sentAtMs, atMs: sentAtMs + 10, acceptances },
      ...{ verdict: { kind: 'divide', reason: 'event-refused', sure: false } },
      ...{ detail: '', answer: '', status: 400, code: 99 },
    },
  }
}

const numbersOf = (suspects: readonly Suspect[]) => suspects.map(({ event }) => event.numbers[0])

it('are set aside when nothing was accepted right before, and taken in their order', () => {
  const suspects = createSuspects(createDoubts())
  const acceptances = createAcceptances()
  expect([4, 2, 7].map(number => suspects.add(suspect(number, 100, acceptances)))).toEqual([
    'open',
    'open',
    'open',
  ])
  expect([numbersOf(suspects.takeAll()), suspects.takeAll()]).toEqual([[4, 2, 7], []])
})

it('are many from the third on', () => {
  const suspects = createSuspects(createDoubts())
  const acceptances = createAcceptances()
  const areMany = [1, 2, 3].map(number => {
    suspects.add(suspect(number, 100, acceptances))
    return suspects.areMany()
  })
  expect(areMany).toEqual([false, false, true])
})

it('are posted again while that can prove something, and are then proven by what is accepted behind them', () => {
  const suspects = createSuspects(createDoubts())
  const acceptances = createAcceptances()
  acceptances.add(0, 10)
  const added = [20, 40, 60].map(ms => suspects.add(suspect(5, ms, acceptances)))
  expect(added).toEqual(['once-more', 'once-more', 'open'])
  const [last] = suspects.takeAll()
  expect(last && suspects.isProven(last)).toBe(false)
  acceptances.add(80, 90)
  expect(last && suspects.isProven(last)).toBe(true)
  expect(suspects.add(suspect(5, 100, acceptances))).toBe('proven')
})

it('wait as long as the last of them that an acceptance could prove', () => {
  const suspects = createSuspects(createDoubts())
  const acceptances = createAcceptances()
  expect(suspects.openForMs(100)).toBe(0)
  acceptances.add(0, 10)
  for (const ms of [20, 40, 60]) suspects.add(suspect(5, ms, acceptances))
  suspects.add(suspect(6, 2_000, createAcceptances()))
  expect([100, 1_069, 1_070, 9_000].map(nowMs => suspects.openForMs(nowMs))).toEqual([970, 1, 0, 0])
})
