import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eventOfPost,
  eventOfProbe,
  type Health,
  type HealthEvent,
  healthAfter,
  isTryDue,
  type Resting,
} from '../../../src/splunk/health.ts'
import type { EndpointFailure, Verdict } from '../../../src/splunk/verdict.ts'

/** Dice that always give the longest wait. */
const LONGEST = () => 1

const UNTRIED: Health = { kind: 'untried' }
const UP: Health = { kind: 'up' }
/** Failed at 1,000 ms for the first time, with something that heals by itself. */
const RESTS: Resting = {
  kind: 'resting',
  endsByProbe: true,
  failedAtMs: 1_000,
  untilMs: 1_500,
  failures: 1,
  probed: false,
}
/** A person has to fix something, or the answer named a wait. */
const RESTS_ON: Resting = { ...RESTS, endsByProbe: false }
const PROBED: Resting = { ...RESTS, probed: true }

const ACCEPTED: Verdict = { kind: 'delivered', nearlyFull: false }
const AGAIN: EndpointFailure = { kind: 'again', reason: 'unreachable', accepted: 0 }
const BUSY: EndpointFailure = { kind: 'again', reason: 'busy', accepted: 0 }
const TOOK_SOME: EndpointFailure = { kind: 'again', reason: 'busy', accepted: 7 }
const HOLD: EndpointFailure = { kind: 'hold', reason: 'token-refused' }
const NOT_FOUND: EndpointFailure = { kind: 'again', reason: 'not-found', accepted: 0 }
const waits = (afterMs: number): EndpointFailure => ({ ...BUSY, afterMs })

/** What answers say by themselves: an endpoint that says any of this works. */
const REFUSED: Verdict = { kind: 'refused', reason: 'event-refused', at: 0 }
const DIVIDE: Verdict = { kind: 'divide', reason: 'too-large', sure: true }
const UNCOMPRESSED: Verdict = { kind: 'uncompressed', reason: 'encoding-refused', always: true }

const after = (health: Health, event: HealthEvent | undefined) =>
  event ? healthAfter(health, event, LONGEST) : health

/** A rest of `forMs` that begins at `failedAtMs`. */
const rest = (failedAtMs: number, forMs: number, failures: number, endsByProbe = true): Resting => ({
  kind: 'resting',
  endsByProbe,
  failedAtMs,
  untilMs: failedAtMs + forMs,
  failures,
  probed: false,
})

describe('the answer to a post', () => {
  const post = (health: Health, verdict: Verdict, at: readonly [sentAtMs: number, atMs: number]) =>
    after(health, eventOfPost({ verdict, wasUp: health.kind === 'up', sentAtMs: at[0], atMs: at[1] }, false))
  const LATER = [3_000, 3_100] as const

  it.each([
    ['accepted', ACCEPTED],
    ['refused for an event', REFUSED],
    ['to be divided', DIVIDE],
    ['to be uncompressed', UNCOMPRESSED],
  ])('that is %s ends any rest', (_, verdict) => {
    for (const health of [UNTRIED, UP, RESTS, RESTS_ON, PROBED])
      expect(post(health, verdict, LATER)).toEqual(UP)
  })

  it.each([
    ['untried, again', UNTRIED, AGAIN, rest(3_100, 500, 1)],
    ['untried, hold', UNTRIED, HOLD, rest(3_100, 2_000, 1, false)],
    ['up, again', UP, AGAIN, rest(3_100, 500, 1)],
    ['up, hold', UP, HOLD, rest(3_100, 2_000, 1, false)],
    ['up, not found', UP, NOT_FOUND, rest(3_100, 500, 1)],
    ['resting, again', RESTS, AGAIN, rest(3_100, 1_000, 2)],
    ['resting, hold', RESTS, HOLD, rest(3_100, 4_000, 2, false)],
    ['resting on, again', RESTS_ON, AGAIN, rest(3_100, 1_000, 2)],
    ['probed, again', PROBED, AGAIN, rest(3_100, 1_000, 2)],
    ['the eighth failure', { ...RESTS, failures: 7 }, AGAIN, rest(3_100, 30_000, 8)],
    ['the eighth failure, hold', { ...RESTS, failures: 7 }, HOLD, rest(3_100, 60_000, 8, false)],
    ['some was taken', { ...RESTS, failures: 7 }, TOOK_SOME, rest(3_100, 500, 1)],
    ['a wait is named', UP, waits(7_000), rest(3_100, 7_000, 1, false)],
    ['a long wait is named', RESTS, waits(300_000), rest(3_100, 300_000, 2, false)],
  ] as const)('fails, %s: a rest, longer each time', (_, health, verdict, expected) => {
    expect(post(health, verdict, LATER)).toEqual(expected)
  })

  it.each([
    [
      'would end sooner: the rest stays as it is',
      { ...RESTS, untilMs: 1_511 },
      AGAIN,
      { ...RESTS, untilMs: 1_511 },
    ],
    [
      'would end sooner: it stays probed',
      { ...PROBED, untilMs: 1_511 },
      AGAIN,
      { ...PROBED, untilMs: 1_511 },
    ],
    [
      'would end with it: the rest stays as it is',
      { ...RESTS, untilMs: 1_510 },
      AGAIN,
      { ...RESTS, untilMs: 1_510 },
    ],
    ['would end later: the rest grows, and wants a new probe', PROBED, AGAIN, rest(1_010, 500, 1)],
    ['waits for a person: the rest grows, as one failure', RESTS, HOLD, rest(1_010, 2_000, 1, false)],
    ['names a longer wait', RESTS, waits(9_000), rest(1_010, 9_000, 1, false)],
    ['names a shorter wait', RESTS, waits(100), RESTS],
    ['some was taken', { ...RESTS, failures: 4 }, TOOK_SOME, rest(1_010, 500, 0)],
  ] as const)('fails that was under way at the failure before: %s', (_, health, verdict, expected) => {
    expect(post(health, verdict, [999, 1_010])).toEqual(expected)
  })

  it('fails that was sent in the moment of the failure before: a failure of its own', () => {
    expect(post(RESTS, AGAIN, [1_000, 1_010])).toEqual(rest(1_010, 1_000, 2))
  })
})

describe('a doubtful post, whose events have failed before where others work', () => {
  const doubtful = (verdict: Verdict, wasUp: boolean) =>
    eventOfPost({ verdict, wasUp, sentAtMs: 3_000, atMs: 3_100 }, true)?.kind

  it.each([
    ['fails where others work: it says nothing', AGAIN, true, undefined],
    ['fails for good where others work: it says nothing', HOLD, true, undefined],
    ['fails where no others work', AGAIN, false, 'failed'],
    ['meets a busy endpoint, which is not about events', BUSY, true, 'failed'],
    ['meets one that shuts down', { ...AGAIN, reason: 'shutting-down' }, true, 'failed'],
    ['is answered too early', { ...AGAIN, reason: 'answered-early' }, true, 'failed'],
    ['is accepted', ACCEPTED, true, 'worked'],
  ] as const)('%s', (_, verdict, wasUp, expected) => {
    expect(doubtful(verdict, wasUp)).toBe(expected)
  })
})

describe('the answer to a probe', () => {
  const probe = (health: Health, verdict: Verdict) =>
    after(health, eventOfProbe(health, verdict, { sentAtMs: 3_000, atMs: 3_100 }))
  const SHUTS_DOWN: Verdict = { kind: 'again', reason: 'shutting-down', accepted: 0 }
  const FAILED = rest(3_100, 500, 1)

  it.each([
    [
      'healthy',
      ACCEPTED,
      { untried: UP, up: UP, rests: UP, restsOn: { ...RESTS_ON, probed: true }, probed: UP },
    ],
    ['unhealthy', BUSY, { untried: FAILED, up: FAILED, rests: RESTS, restsOn: RESTS_ON, probed: RESTS }],
    [
      'shutting down',
      SHUTS_DOWN,
      { untried: FAILED, up: FAILED, rests: RESTS, restsOn: RESTS_ON, probed: RESTS },
    ],
    ['no answer', AGAIN, { untried: FAILED, up: FAILED, rests: RESTS, restsOn: RESTS_ON, probed: RESTS }],
    [
      'not found, as a proxy answers that does not know it',
      NOT_FOUND,
      { untried: FAILED, up: UP, rests: PROBED, restsOn: { ...RESTS_ON, probed: true }, probed: PROBED },
    ],
    [
      'no word on health',
      HOLD,
      {
        untried: rest(3_100, 2_000, 1, false),
        up: UP,
        rests: PROBED,
        restsOn: { ...RESTS_ON, probed: true },
        probed: PROBED,
      },
    ],
    [
      'a refusal of something else',
      DIVIDE,
      { untried: UP, up: UP, rests: PROBED, restsOn: { ...RESTS_ON, probed: true }, probed: PROBED },
    ],
  ] as const)('is %s', (_, verdict, expected) => {
    expect({
      untried: probe(UNTRIED, verdict),
      up: probe(UP, verdict),
      rests: probe(RESTS, verdict),
      restsOn: probe(RESTS_ON, verdict),
      probed: probe(PROBED, verdict),
    }).toEqual(expected)
  })

  it('counts as work also where the endpoint is up, so that what was wrong with it is over', () => {
    expect(eventOfProbe(UP, ACCEPTED, { sentAtMs: 0, atMs: 1 })).toEqual({ kind: 'worked' })
    expect(eventOfProbe(UP, HOLD, { sentAtMs: 0, atMs: 1 })).toBeUndefined()
  })

  it('that comes when the rest is over by another way changes nothing', () => {
    expect(healthAfter(UP, { kind: 'probed', mayBeTried: true }, LONGEST)).toEqual(UP)
  })
})

describe('a request may try', () => {
  it.each([
    ['one that was never tried: it needs no trial', UNTRIED, 9_000, true, false],
    ['one that is up: it needs no trial', UP, 9_000, true, false],
    ['one that rests, not before its time', PROBED, 1_499, true, false],
    ['one whose rest is over and that was probed', PROBED, 1_500, false, true],
    ['one whose rest is over, not without a probe while others work', RESTS, 1_500, false, false],
    ['one whose rest is over and that is the only hope', RESTS, 1_500, true, true],
    ['one that answers no probe, not for a minute', RESTS, 61_000, false, false],
    ['one that answers no probe, after a minute', RESTS, 61_001, false, true],
    [
      'one that asked for longer than a minute, not before its time',
      { ...RESTS, untilMs: 99_000 },
      98_999,
      true,
      false,
    ],
  ] as const)('%s', (_, health, nowMs, isOnlyHope, expected) => {
    expect(isTryDue(health, nowMs, isOnlyHope)).toBe(expected)
  })
})

it('simultaneous failures are one failure, in whatever order they come', () => {
  const failures = fc.array(fc.constantFrom(AGAIN, HOLD, BUSY, waits(100), waits(60_000)), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(failures, fc.nat({ max: 20 }), (together, before) => {
      const start = before === 0 ? UP : rest(0, 500, before)
      const end = together.reduce<Health>(
        // All were sent at 5,000 ms, after the failure before; they are answered one after the other.
        (health, failure, i) =>
          healthAfter(health, { kind: 'failed', failure, sentAtMs: 5_000, atMs: 6_000 + i }, Math.random),
        start,
      )
      expect(end).toMatchObject({ kind: 'resting', failures: before + 1 })
    }),
  )
})

it('no rest without a named wait is longer than a minute, or shorter than a quarter of a second', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 1_000 }),
      fc.constantFrom(AGAIN, HOLD),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, failure, dice) => {
        const end = healthAfter(
          rest(0, 1, failures),
          { kind: 'failed', failure, sentAtMs: 10, atMs: 20 },
          () => dice,
        )
        const forMs = end.kind === 'resting' ? end.untilMs - 20 : 0
        expect(forMs).toBeGreaterThanOrEqual(250)
        expect(forMs).toBeLessThanOrEqual(60_000)
      },
    ),
  )
})
