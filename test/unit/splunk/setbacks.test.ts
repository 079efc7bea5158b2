import { describe, expect, it } from 'vitest'
import { createAcceptances } from '../../../src/splunk/acceptances.ts'
import { createSetbacks, isSetback, type Setbacks } from '../../../src/splunk/setbacks.ts'
import type { Verdict } from '../../../src/splunk/verdict.ts'

/** Dice that always give the longest wait. */
const LONGEST = () => 1

/** What happens to a body: a setback of a request with so many events, or something of it is accepted. */
type Happening = number | 'accepted'

function told(setbacks: Setbacks, happening: Happening): string[] {
  if (happening === 'accepted') {
    setbacks.clear()
    return []
  }
  const next = setbacks.add(happening)
  if (next.kind === 'again') return [next.afterMs === undefined ? 'again' : `again after ${next.afterMs}`]
  return [next.kind === 'found' ? `found ${next.count}` : 'divide']
}

const WHOLE = ['again', 'again after 1000', 'again after 2000']

describe('the same events that fail where others work', () => {
  it.each<[string, Happening[], string[]]>([
    ['once are posted again at once', [8], ['again']],
    ['are posted again ever later, then divided', [8, 8, 8, 8], [...WHOLE, 'divide']],
    [
      'are divided sooner when they are parts',
      [8, 8, 8, 8, 4, 4, 2, 2],
      [...WHOLE, 'divide', 'again', 'divide', 'again', 'divide'],
    ],
    ['are found when they are one', [1, 1, 1, 1], [...WHOLE, 'found 1']],
    [
      'are found one after the other',
      [2, 2, 2, 2, 1, 1, 1, 1],
      [...WHOLE, 'divide', 'again', 'found 1', 'again', 'found 2'],
    ],
    [
      'begin from the start when something was accepted',
      [8, 8, 8, 'accepted', 8, 8],
      [...WHOLE, 'again', 'again after 1000'],
    ],
    [
      'stay parts when something was accepted',
      [8, 8, 8, 8, 4, 'accepted', 4, 4],
      [...WHOLE, 'divide', 'again', 'again', 'divide'],
    ],
  ])('%s', (_, happenings, expected) => {
    const setbacks = createSetbacks(LONGEST)
    expect(happenings.flatMap(each => told(setbacks, each))).toEqual(expected)
  })

  it.each<[string, Happening[], number]>([
    ['none', [], 0],
    ['one', [8], 1],
    ['three', [8, 8, 8], 3],
    ['none after a division', [8, 8, 8, 8], 0],
    ['none after something was accepted', [8, 8, 'accepted'], 0],
  ])('have had %s so far', (_, happenings, expected) => {
    const setbacks = createSetbacks(LONGEST)
    for (const each of happenings) told(setbacks, each)
    expect(setbacks.count()).toBe(expected)
  })
})

describe('a setback', () => {
  const posted = (verdict: Verdict, wasUp: boolean) => ({
    ...{ verdict, wasUp, endpoint: 'splunk:8088', sentAtMs: 0, atMs: 1, acceptances: createAcceptances() },
    ...{ detail: '', answer: '', status: 500, code: null },
  })
  it.each<[string, Verdict, boolean, boolean]>([
    ['is a failure where others work', { kind: 'again', reason: 'unreachable', accepted: 0 }, true, true],
    ['is a refused token where others work', { kind: 'hold', reason: 'token-refused' }, true, true],
    ['is no failure where none works', { kind: 'again', reason: 'unreachable', accepted: 0 }, false, false],
    ['is no failure that took some', { kind: 'again', reason: 'server-error', accepted: 3 }, true, false],
    ['is no busy endpoint', { kind: 'again', reason: 'busy', accepted: 0 }, true, false],
    ['is no endpoint that shuts down', { kind: 'again', reason: 'shutting-down', accepted: 0 }, true, false],
    ['is no early answer', { kind: 'again', reason: 'answered-early', accepted: 0 }, true, false],
    ['is no refused event', { kind: 'refused', reason: 'event-refused', at: 0 }, true, false],
    ['is no success', { kind: 'delivered', nearlyFull: false }, true, false],
  ])('%s', (_, verdict, wasUp, expected) => {
    expect(isSetback(posted(verdict, wasUp))).toBe(expected)
  })
})
