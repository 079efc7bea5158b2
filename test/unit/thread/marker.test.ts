import { expect, it } from 'vitest'
import { clearMark, createMarker, keepMark, readMark, setMark } from '../../../src/thread/marker.ts'

it('tells what was marked last, until it is cleared', () => {
  const marker = createMarker()
  expect(readMark(marker)).toBeUndefined()
  const first = {
    shard: 0,
    cursor: 'MTQ0NzMyOTQwMTEwMjEzMDkwNA==',
    next: 'MTQ0NzMyOTQwMTEwMjEzMTkwNA==',
    groups: 1_000,
  }
  setMark(marker, first)
  expect(readMark(marker)).toEqual(first)
  const second = { shard: 7, cursor: 'MTM=', next: '', groups: 1 }
  setMark(marker, second)
  expect(readMark(marker)).toEqual(second)
  clearMark(marker)
  expect(readMark(marker)).toBeUndefined()
})

it('keeps the mark that is said to be the last, whatever is marked and cleared behind it', () => {
  const marker = createMarker()
  const last = { shard: 3, cursor: 'MTA=', next: 'MTE=', groups: 2 }
  setMark(marker, last)
  keepMark(marker)
  setMark(marker, { shard: 4, cursor: 'MjA=', next: 'MjE=', groups: 1 })
  clearMark(marker)
  expect(readMark(marker)).toEqual(last)
})
