import { expect, it } from 'vitest'
import { cursorOf } from '../../../../src/sls/cursor.ts'
import { createQuarantineList } from '../../../../src/worker/read/quarantine.ts'

const at = (number: number) => cursorOf(1_447_329_401_102_130_904n + BigInt(number))

it('covers the groups of a page from its cursor on, and no others', () => {
  const list = createQuarantineList()
  list.add([{ shard: 1, cursor: at(10), next: at(13), how: 'one-by-one' }])
  expect([9, 10, 11, 12, 13].map(n => list.isOneByOne(1, at(n)))).toEqual([false, true, true, true, false])
  expect([list.isOneByOne(2, at(11)), list.isBuried(1, at(11))]).toEqual([false, false])
})

it('buries the group at its cursor alone, which is read by itself', () => {
  const list = createQuarantineList()
  list.add([{ shard: 1, cursor: at(11), next: at(12), how: 'bury' }])
  expect([10, 11, 12].map(n => list.isBuried(1, at(n)))).toEqual([false, true, false])
  expect([10, 11, 12].map(n => list.isOneByOne(1, at(n)))).toEqual([false, true, false])
})

it('knows a cursor that is no number by itself', () => {
  const list = createQuarantineList()
  list.add([{ shard: 1, cursor: 'opaque', next: 'later', how: 'one-by-one' }])
  expect([list.isOneByOne(1, 'opaque'), list.isOneByOne(1, 'other')]).toEqual([true, false])
})
