import { expect, it } from 'vitest'
import { clearMark, createMarker, readMark, setMark } from '../../src/marker.ts'

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
