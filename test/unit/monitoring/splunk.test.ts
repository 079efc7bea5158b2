import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const file = new URL('../../../monitoring/splunk/savedsearches.conf', import.meta.url)
const stanzas = stanzasOf(readFileSync(file, 'utf8'))

describe('the saved searches', () => {
  test('look for gaps, volume, duplicates, and what Splunk says', () => {
    const names = [...stanzas.keys()].join('\n')
    for (const subject of ['without events', 'events by shard', 'duplicates by text', 'HEC errors'])
      expect(names).toContain(subject)
  })

  test.each([...stanzas])(
    '%s: says what it finds, over which time, and runs only when it is asked to',
    (name, settings) => {
      expect(name).toMatch(/^sls2splunk: /)
      const keys = ['description', 'search', 'dispatch.earliest_time', 'dispatch.latest_time']
      expect([...settings.keys()]).toEqual(keys)
      expect(settings.get('description')).toMatch(/\.$|\{shard\}$/)
    },
  )

  test.each([...stanzas])('%s: opens what it closes, and has no empty step', (_, settings) => {
    const search = settings.get('search') ?? ''
    expect(search).toMatch(/^(\| tstats |index=)/)
    const outsideTexts = search.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    expect(outsideTexts.split('(').length).toBe(outsideTexts.split(')').length)
    expect(outsideTexts.split('"').length % 2).toBe(1)
    expect(
      outsideTexts
        .split('|')
        .slice(1)
        .map(step => step.trim()),
    ).not.toContain('')
  })
})

type Settings = ReadonlyMap<string, string>

/** A line that ends in a backslash goes on in the next. */
function stanzasOf(text: string): ReadonlyMap<string, Settings> {
  const stanzas = new Map<string, Map<string, string>>()
  let current = new Map<string, string>()
  for (const line of text.replaceAll('\\\n', '').split('\n')) {
    const [, name] = /^\[(.+)\]$/.exec(line) ?? []
    if (name !== undefined) {
      current = new Map()
      stanzas.set(name, current)
    }
    const [, key, value] = /^([\w.]+) = (.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) current.set(key, value)
  }
  return stanzas
}
