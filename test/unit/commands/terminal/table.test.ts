import { expect, test } from 'vitest'
import { aligned, tableOf } from '../../../../src/commands/terminal/table.ts'

test('cells stand under their heads, numbers on the right', () => {
  const heads = [
    ['shard', true],
    ['state', false],
    ['lag', true],
  ] as const
  const rows = [
    ['7', 'reading', '12s'],
    ['1234567', 'held', '–'],
  ]
  expect(aligned(heads, rows)).toEqual([
    '  shard  state    lag',
    '      7  reading  12s',
    '1234567  held       –',
  ])
})

test('without rows there are the heads alone', () => {
  expect(aligned([['shard', true]], [])).toEqual(['shard'])
})

test('tables have numbers on the right', () => {
  const rows = [
    ['a', 10],
    ['long', 1],
  ]
  expect(tableOf(['name', 'n'], rows)).toBe('name   n\na     10\nlong   1\n')
})

test('a column of which a cell is no number stands on the left', () => {
  expect(tableOf(['code'], [[3], ['-']])).toBe('code\n3\n-\n')
})
