import { describe, expect, it } from 'vitest'
import { createLog } from '../../../../src/log/log.ts'
import { type Condition, createConditions } from '../../../../src/supervisor/state/conditions.ts'

const BUSY: Condition = {
  source: 'logs',
  code: 'splunk-busy',
  text: 'Splunk is busy',
  remedy: 'wait',
  count: 1,
  shards: [],
}

function setUp() {
  const lines: Record<string, unknown>[] = []
  const output = (line: string) => void lines.push(JSON.parse(line))
  const log = createLog({ level: 'debug', format: 'json', secrets: [], output })
  let nowMs = 0
  const conditions = createConditions(log, () => nowMs)
  return {
    conditions,
    /** What was said since the last time, as level and message. */
    said: () => lines.splice(0).map(({ level, message }) => [level, message]),
    lines,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

describe('a condition', () => {
  it('is said once when it begins, with what to do, and once when it is over, with how long it was', () => {
    const { conditions, said, pass } = setUp()
    conditions.update([BUSY])
    expect(said()).toEqual([['warn', 'Splunk is busy. To do: wait']])
    for (let second = 0; second < 65; second++) {
      pass(1_000)
      conditions.update([BUSY])
    }
    expect(said()).toEqual([])
    conditions.update([])
    expect(said()).toEqual([['info', 'over after 1m 5s: Splunk is busy']])
    conditions.update([])
    expect(said()).toEqual([])
  })

  it('is said again every five minutes while it lasts', () => {
    const { conditions, said, pass } = setUp()
    conditions.update([BUSY])
    said()
    for (let second = 1; second <= 700; second++) {
      pass(1_000)
      conditions.update([BUSY])
      const expected = second % 300 === 0 ? [['warn', `still, for ${second / 60}m 0s: Splunk is busy`]] : []
      expect(said()).toEqual(expected)
    }
  })

  it('begins anew when it comes back', () => {
    const { conditions, said, pass } = setUp()
    conditions.update([BUSY])
    pass(290_000)
    conditions.update([])
    pass(60_000)
    said()
    conditions.update([BUSY])
    expect(said()).toEqual([['warn', 'Splunk is busy. To do: wait']])
    pass(299_000)
    conditions.update([BUSY])
    expect(said()).toEqual([])
  })

  it('is said once a minute when it comes and goes', () => {
    const { conditions, said, pass } = setUp()
    for (let second = 0; second < 120; second++) {
      conditions.update(second % 2 === 0 ? [BUSY] : [])
      pass(1_000)
    }
    expect(said()).toEqual([
      ['warn', 'Splunk is busy. To do: wait'],
      ['info', 'over after 1s: Splunk is busy'],
      ['warn', 'Splunk is busy. To do: wait'],
      ['info', 'over after 1s: Splunk is busy'],
    ])
  })

  it('is said within a minute when it comes back soon and stays', () => {
    const { conditions, said, pass } = setUp()
    conditions.update([BUSY])
    conditions.update([])
    said()
    pass(10_000)
    conditions.update([BUSY])
    expect(said()).toEqual([])
    pass(50_000)
    conditions.update([BUSY])
    expect(said()).toEqual([['warn', 'Splunk is busy. To do: wait']])
    pass(5_000)
    conditions.update([])
    expect(said()).toEqual([['info', 'over after 55s: Splunk is busy']])
  })

  it('is one for all workers of a source: tries are added, shards put together', () => {
    const { conditions, lines } = setUp()
    conditions.update([
      { ...BUSY, count: 2, shards: [3, 1] },
      { ...BUSY, count: 5, shards: [10, 1] },
    ])
    expect(conditions.list()).toEqual([{ ...BUSY, count: 7, shards: [1, 3, 10] }])
    expect(lines).toMatchObject([{ source: 'logs', code: 'splunk-busy', tries: 7, shards: '1,3,10' }])
  })

  it('is another one in another source, or of another kind', () => {
    const { conditions, said } = setUp()
    const others = [BUSY, { ...BUSY, source: 'other' }, { ...BUSY, code: 'splunk-timeout' }]
    conditions.update(others)
    expect(conditions.list()).toEqual(others)
    said()
    conditions.update([BUSY])
    expect(said()).toHaveLength(2)
    expect(conditions.list()).toEqual([BUSY])
  })

  it('is listed as it stands now', () => {
    const { conditions } = setUp()
    conditions.update([BUSY])
    const now = { ...BUSY, text: 'Splunk is very busy', count: 9, shards: [4] }
    conditions.update([now])
    expect(conditions.list()).toEqual([now])
  })

  it('names no shards where it is of none', () => {
    const { conditions, lines } = setUp()
    conditions.update([BUSY])
    expect(lines[0]).not.toHaveProperty('shards')
  })
})
