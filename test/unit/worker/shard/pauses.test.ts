import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../../src/sls/errors.ts'
import { createShardPauses, disputed } from '../../../../src/worker/shard/pauses.ts'
import type { ShardEnd } from '../../../../src/worker/shard/runner.ts'

const refusal = failureOf('ConsumerNotMatch', 400, 'it is of another consumer', 'request-1')
const REFUSED: ShardEnd = { released: 'lost', gotFurther: false, refusal }
const LOST: ShardEnd = { released: 'lost', gotFurther: false, refusal: undefined }
const BY_ITSELF: ShardEnd = { released: undefined, gotFurther: false, refusal: undefined }
const MINUTE = 60_000

/** `random`: 1 is as long as it can be, 0 as short. */
function setUp(random = 1) {
  let now = 0
  const pauses = createShardPauses(
    () => now,
    () => random,
  )
  return {
    pauses,
    pass: (ms: number) => {
      now += ms
    },
    /** The shard ends like this again and again, and begins as soon as it may: how long it waits each time. */
    waits(end: ShardEnd, times: number): number[] {
      return Array.from({ length: times }, () => {
        pauses.ended(0, end)
        const ms = pauses.remainingMs(0)
        now += ms
        return ms
      })
    },
  }
}

describe('a shard that ended though nobody wanted it back', () => {
  it.each([
    ['refused', REFUSED],
    ['lost', LOST],
    ['cut short by a deadline', { ...LOST, released: 'deadline' } satisfies ShardEnd],
    ['ended by itself', BY_ITSELF],
  ])('waits, longer each time, a minute at most: %s', (_, end) => {
    expect(setUp().waits(end, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, MINUTE, MINUTE])
    expect(setUp(0).waits(end, 2)).toEqual([500, 500])
  })

  it('is not waited for where another consumer was to have it, or the service stopped', () => {
    const { pauses } = setUp()
    for (const released of ['taken', 'stop'] as const) pauses.ended(0, { ...LOST, released })
    expect(pauses.remainingMs(0)).toBe(0)
  })

  it('waits as after the first time once a checkpoint of it got further', () => {
    const { pauses, pass, waits } = setUp()
    waits(REFUSED, 8)
    pauses.ended(0, { ...LOST, gotFurther: true })
    expect(pauses.remainingMs(0)).toBe(1_000)
    expect(pauses.refusal(0)).toBeUndefined()
    pass(MINUTE)
    expect(pauses.remainingMs(0)).toBe(0)
  })

  it('goes on growing while checkpoints are taken now and then that do not get further', () => {
    const { pauses, waits } = setUp()
    waits(REFUSED, 3)
    pauses.ended(0, { ...LOST, released: 'taken' })
    expect(waits(REFUSED, 2)).toEqual([8_000, 16_000])
  })

  it('is disputed until it gets further, however it ended since', () => {
    const { pauses, pass } = setUp()
    pass(5)
    pauses.ended(0, REFUSED)
    expect(pauses.refusal(0)).toEqual({ failure: refusal, at: 5 })
    pauses.ended(0, LOST)
    expect(pauses.refusal(0)).toEqual({ failure: refusal, at: 5 })
    pauses.ended(0, { ...LOST, released: 'taken', gotFurther: true })
    expect(pauses.refusal(0)).toBeUndefined()
  })

  it('does not keep others waiting', () => {
    const { pauses } = setUp()
    pauses.ended(0, REFUSED)
    expect(pauses.remainingMs(1)).toBe(0)
    expect(pauses.refusal(1)).toBeUndefined()
  })
})

describe('what is said of a disputed shard', () => {
  it.each(['ConsumerNotMatch', 'ConsumerNotExist'])('is the contradiction, with the consumer: %s', code => {
    const { text, remedy, ...trouble } = disputed('prod-audit-1', failureOf(code, 400, 'as the server says'))
    expect(trouble.code).toBe('shard-disputed')
    expect(text).toContain('contradicts itself')
    expect(text).toContain(`400 ${code}: as the server says`)
    expect(remedy).toContain('its own instance')
    expect(remedy).toContain('prod-audit-1')
  })

  it.each(['InvalidCursor', 'ShardNotExist', 'ConsumerGroupNotExist'])('keeps its own code: %s', code => {
    expect(disputed('prod-audit-1', failureOf(code, 400, '')).code).toBe(`sls-${code}`)
  })
})
