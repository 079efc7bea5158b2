import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { filesOf, type Result, scenarioFiles, withResults } from '../../../scripts/reliability-table.ts'

const document = readFileSync(new URL('../../../docs/reliability.md', import.meta.url), 'utf8')

describe('docs/reliability.md', () => {
  test('has a row for every file of test/fault, and for no other; `npm run test:fault` writes them', () => {
    expect([...filesOf(document)].toSorted()).toEqual(scenarioFiles().toSorted())
  })

  test('has no row with a loss', () => {
    const losses = [...document.matchAll(/^\|(?:[^|]*\|){3} (\d+)/gm)].map(([, lost]) => lost)
    expect(losses.length).toBeGreaterThan(0)
    expect(new Set(losses)).toEqual(new Set(['0']))
  })
})

describe('the table', () => {
  const empty = 'before\n<!-- table: begin, written by npm run test:fault -->\n<!-- table: end -->\nafter\n'
  const proven = { issued: 10, lost: 0, duplicated: 1, deadLettered: 0, expired: 0, freshSeconds: 0.2 }
  const result: Result = {
    file: 'a.test.ts',
    area: 'Network',
    fault: 'a storm',
    cases: 1,
    bound: 'none',
    proven,
  }
  const rows = (text: string) => text.split('\n').filter(line => line.includes('/test/fault/'))

  test('makes one row of the cases of a fault: sums of logs, the most duplicates', () => {
    const worse = { ...result, cases: 2, proven: { ...proven, duplicated: 7, freshSeconds: 3.4 } }
    const text = withResults(empty, [result, worse], ['a.test.ts'])
    expect(rows(text)).toEqual([
      '| a storm | 3 | 20 | 0 | 7 | none | 0 | 4 s | [a](../test/fault/a.test.ts) |',
    ])
    expect(text).toMatch(/^before\n<!-- table: begin.*<!-- table: end -->\nafter\n$/s)
  })

  test('keeps rows of files that did not run, replaces those that did, drops those of files that are gone', () => {
    const files = ['a.test.ts', 'b.test.ts', 'c.test.ts']
    const others = ['b', 'c'].map(name => ({ ...result, file: `${name}.test.ts`, fault: `of ${name}` }))
    const first = withResults(empty, [result, ...others], files)
    const text = withResults(first, [{ ...result, fault: 'a flood' }], ['a.test.ts', 'b.test.ts'])
    expect(rows(text).map(row => row.split(' | ')[0])).toEqual(['| a flood', '| of b'])
  })

  test('groups rows by area', () => {
    const text = withResults(empty, [result, { ...result, area: 'Disk' }], ['a.test.ts'])
    expect(text.match(/^### .*/gm)).toEqual(['### Disk', '### Network'])
    expect(withResults(text, [], ['a.test.ts'])).toBe(text)
  })

  test('says what retention took', () => {
    const text = withResults(empty, [{ ...result, proven: { ...proven, expired: 3 } }], ['a.test.ts'])
    expect(rows(text)[0]).toContain('| 0 (3 expired, named) |')
  })
})
