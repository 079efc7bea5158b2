import { describe, expect, it } from 'vitest'
import { createTroubles, type Trouble, type Who } from '../../../../src/worker/report/troubles.ts'

const trouble = (code: string): Trouble => ({ code, text: `${code} is wrong`, remedy: `mend ${code}` })
const read = (shard: number): Who => ({ work: 'read', shard })
const send = (shard: number): Who => ({ work: 'send', shard })
const HEARTBEAT: Who = { work: 'heartbeat' }

type Step = readonly [who: Who, code: string | 'clear']
type Listed = readonly [code: string, shards: readonly number[], count: number]

const CASES: readonly (readonly [string, readonly Step[], readonly Listed[]])[] = [
  ['nothing', [], []],
  ['one shard', [[read(3), 'a']], [['a', [3], 1]]],
  ['the consumer itself, without a shard', [[HEARTBEAT, 'a']], [['a', [], 1]]],
  [
    'the same again',
    [
      [read(3), 'a'],
      [read(3), 'a'],
    ],
    [['a', [3], 2]],
  ],
  [
    'several shards, sorted',
    [
      [read(10), 'a'],
      [read(9), 'a'],
      [read(2), 'a'],
    ],
    [['a', [2, 9, 10], 3]],
  ],
  [
    'one shard twice, in two kinds of work',
    [
      [read(1), 'a'],
      [send(1), 'a'],
    ],
    [['a', [1], 2]],
  ],
  [
    'two matters',
    [
      [read(1), 'a'],
      [send(1), 'b'],
    ],
    [
      ['a', [1], 1],
      ['b', [1], 1],
    ],
  ],
  [
    'another matter of the same work in its place',
    [
      [read(1), 'a'],
      [read(1), 'b'],
    ],
    [['b', [1], 1]],
  ],
  [
    'the other shard stays',
    [
      [read(1), 'a'],
      [read(2), 'a'],
      [read(1), 'b'],
    ],
    [
      ['a', [2], 2],
      ['b', [1], 1],
    ],
  ],
  [
    'over',
    [
      [read(1), 'a'],
      [read(1), 'clear'],
    ],
    [],
  ],
  [
    'over for one of two',
    [
      [read(1), 'a'],
      [read(2), 'a'],
      [read(1), 'clear'],
    ],
    [['a', [2], 2]],
  ],
  [
    'other work of the shard goes on',
    [
      [read(1), 'a'],
      [send(1), 'clear'],
    ],
    [['a', [1], 1]],
  ],
  [
    'the consumer is not shard 0',
    [
      [HEARTBEAT, 'a'],
      [{ work: 'heartbeat', shard: 0 }, 'clear'],
    ],
    [['a', [], 1]],
  ],
  [
    'begins anew after it was over',
    [
      [read(1), 'a'],
      [read(1), 'clear'],
      [read(1), 'a'],
    ],
    [['a', [1], 1]],
  ],
  ['over without ever having begun', [[read(1), 'clear']], []],
]

describe('troubles', () => {
  it.each(CASES)('%s', (_, steps, listed) => {
    const troubles = createTroubles()
    for (const [who, code] of steps) {
      if (code === 'clear') troubles.clear(who)
      else troubles.raise(who, trouble(code))
    }
    expect(troubles.list()).toEqual(
      listed.map(([code, shards, count]) => ({ ...trouble(code), shards, count })),
    )
  })

  it('tell once of what came and went between two statuses', () => {
    const troubles = createTroubles()
    const codes = () => troubles.take().map(({ code, shards }) => [code, ...shards])
    troubles.raise(read(1), trouble('a'))
    troubles.clear(read(1))
    troubles.raise(send(2), trouble('b'))
    expect(codes()).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(codes()).toEqual([['b', 2]])
    troubles.clear(send(2))
    expect(codes()).toEqual([])
  })
})
