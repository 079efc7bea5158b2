import { describe, expect, it } from 'vitest'
import { firstPositions, type ListedShard } from '../../../src/sls/first-positions.ts'

const key = (digit: string) => digit.padEnd(32, '0')
const shard = (id: number, [begin, end]: readonly [string, string], readonly = false): ListedShard => ({
  id,
  begin: key(begin),
  end: key(end),
  readonly,
})

const left = shard(0, ['0', '8'], true)
const right = shard(1, ['8', 'f'])
const leftChild = shard(2, ['0', '4'])
const rightChild = shard(3, ['4', '8'])

interface Row {
  readonly name: string
  readonly shards: readonly ListedShard[]
  readonly known: readonly number[]
  readonly expected: readonly string[]
}

const rows: readonly Row[] = [
  {
    name: 'a new group gets the configured start everywhere',
    shards: [left, right],
    known: [],
    expected: ['1 configured', '0 configured'],
  },
  {
    name: 'a new group on shards that were split before: children first, all at the configured start',
    shards: [left, right, leftChild, rightChild],
    known: [],
    expected: ['3 configured', '2 configured', '1 configured', '0 configured'],
  },
  {
    name: 'a shard born from one that the group has read begins at its beginning',
    shards: [left, right, leftChild, rightChild],
    known: [0, 1],
    expected: ['3 begin', '2 begin'],
  },
  {
    name: 'a shard beside one that has a checkpoint is not its child',
    shards: [left, right],
    known: [0],
    expected: ['1 configured'],
  },
  {
    name: 'a grandchild counts, also when its parent is not there any more',
    shards: [left, shard(7, ['0', '2'])],
    known: [0],
    expected: ['7 begin'],
  },
  {
    name: 'a merged shard is born from both',
    shards: [shard(0, ['0', '8'], true), shard(1, ['8', 'f'], true), shard(2, ['0', 'f'])],
    known: [1],
    expected: ['2 begin', '0 configured'],
  },
  {
    name: 'a shard younger than one that has expired since it was read may be its child',
    shards: [leftChild, rightChild],
    known: [0],
    expected: ['3 begin', '2 begin'],
  },
  { name: 'nothing is left to do', shards: [left, right], known: [0, 1], expected: [] },
]

describe('first positions', () => {
  it.each(rows)('$name', ({ shards, known, expected }) => {
    const positions = firstPositions(shards, new Set(known))
    expect(positions.map(({ shard: id, from }) => `${id} ${from}`)).toEqual(expected)
  })
})
