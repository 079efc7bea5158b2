import { expect, it } from 'vitest'
import { createAcceptances } from '../../../src/splunk/acceptances.ts'
import { createDoubts } from '../../../src/splunk/doubts.ts'

const EVENT = 2

/** What an endpoint has done: `accepted` and `refused` alone, as [sent, answered] in milliseconds. */
type Deed = readonly ['accepted' | 'refused', sentAtMs: number, atMs: number]

/** How the lone refusals of one event are judged, one after the other, and whether it is proven in the end. */
function judged(...deeds: readonly Deed[]) {
  const acceptances = createAcceptances()
  const doubts = createDoubts()
  const verdicts = deeds.flatMap(([what, sentAtMs, atMs]) => {
    if (what === 'refused') return [doubts.refusedAlone(EVENT, { sentAtMs, atMs, acceptances })]
    acceptances.add(sentAtMs, atMs)
    return []
  })
  return [verdicts, doubts.isProven(EVENT)]
}

const accepted = (sentAtMs: number, atMs = sentAtMs + 10): Deed => ['accepted', sentAtMs, atMs]
const refused = (sentAtMs: number, atMs = sentAtMs + 10): Deed => ['refused', sentAtMs, atMs]
const burst = (fromMs: number) => [0, 20, 40].map(ms => refused(fromMs + ms))

const BURST = ['once-more', 'once-more', 'open']

it.each([
  ['right before and right behind: it is the event', [accepted(0), ...burst(20), accepted(80)], BURST, true],
  ['right before alone', [accepted(0), ...burst(20)], BURST, false],
  ['right behind alone', [...burst(20), accepted(80)], ['open', 'open', 'open'], false],
  ['never', burst(0), ['open', 'open', 'open'], false],
  [
    'a second and more before',
    [accepted(0), ...burst(1_011), accepted(1_080)],
    ['open', 'open', 'open'],
    false,
  ],
  ['a second and more behind', [accepted(0), ...burst(20), accepted(1_100)], BURST, false],
  [
    'an outage ago, and in the next opening',
    [accepted(0), ...burst(3_000), accepted(6_000)],
    ['open', 'open', 'open'],
    false,
  ],
  [
    'in the last moment in which it counts',
    [accepted(0), ...burst(1_010), accepted(2_020)],
    ['once-more', 'open', 'open'],
    false,
  ],
  [
    'behind each of three that take long',
    [
      accepted(0),
      refused(20, 1_500),
      accepted(1_510),
      refused(1_530, 3_000),
      accepted(3_010),
      refused(3_030, 4_500),
      accepted(4_510),
    ],
    ['once-more', 'once-more', 'open'],
    true,
  ],
  ['in an answer that takes long itself', [accepted(0), ...burst(20), accepted(100, 8_000)], BURST, true],
  [
    'when they were sent before the refusal was known',
    [accepted(0), ...burst(20), accepted(65, 80)],
    BURST,
    false,
  ],
] satisfies readonly (readonly [string, readonly Deed[], readonly string[], boolean])[])(
  'others are accepted %s',
  (_, deeds, verdicts, isProven) => {
    expect(judged(...deeds)).toEqual([verdicts, isProven])
  },
)

it('what one endpoint accepts says nothing about the refusals of another', () => {
  const [broken, works] = [createAcceptances(), createAcceptances()]
  const doubts = createDoubts()
  works.add(0, 10)
  for (const ms of [20, 40, 60])
    doubts.refusedAlone(EVENT, { sentAtMs: ms, atMs: ms + 10, acceptances: broken })
  works.add(80, 90)
  expect(doubts.isProven(EVENT)).toBe(false)
})

it('what proves an event stays a proof', () => {
  const acceptances = createAcceptances()
  const doubts = createDoubts()
  for (const at of [0, 20_000, 40_000]) {
    acceptances.add(at, at + 10)
    doubts.refusedAlone(EVENT, { sentAtMs: at + 20, atMs: at + 30, acceptances })
    acceptances.add(at + 40, at + 50)
    doubts.isProven(EVENT)
  }
  expect(doubts.isProven(EVENT)).toBe(true)
})

it('a refusal is open for a second, unless it counts already', () => {
  const acceptances = createAcceptances()
  const doubts = createDoubts()
  acceptances.add(0, 10)
  doubts.refusedAlone(EVENT, { sentAtMs: 20, atMs: 30, acceptances })
  expect([40, 1_020, 1_040].map(nowMs => doubts.openForMs(EVENT, nowMs))).toEqual([990, 10, 0])
  acceptances.add(50, 60)
  expect(doubts.openForMs(EVENT, 70)).toBe(0)
})
