import { describe, expect, test } from 'vitest'
import { LATER_OPTIONS } from '../../../src/config/later.ts'
import { configText, problemLines } from './fixture.ts'

const UNAVAILABLE: [section: 'splunk' | 'source' | 'top', added: string, places: string[]][] = [
  ['splunk', 'fallback_index: main', ['8:3: splunk.fallback_index']],
  [
    'source',
    'routes: [{ drop: true, match: { field.user: a } }]',
    ['11:37: sources[0].routes[0].match.field.user'],
  ],
  ['source', 'routes: [{ index: "{field.user}" }]', ['11:23: sources[0].routes[0].index']],
  ['splunk', 'host: "{field.host}"', ['8:9: splunk.host']],
  ['source', 'event: { format: raw }', ['11:14: sources[0].event.format']],
  ['source', 'event: { raw_field: content }', ['11:14: sources[0].event.raw_field']],
  ['source', 'event: { include: [a] }', ['11:14: sources[0].event.include']],
  ['source', 'event: { exclude: [a] }', ['11:14: sources[0].event.exclude']],
  ['source', 'event: { parse_json: [a] }', ['11:14: sources[0].event.parse_json']],
  ['source', 'event: { indexed_fields: [a] }', ['11:14: sources[0].event.indexed_fields']],
  ['source', 'event: { event_id: true }', ['11:14: sources[0].event.event_id']],
]

describe('an option of a later version is refused by name', () => {
  test.each(UNAVAILABLE)('%s: %s', (section, added, places) => {
    const problems = problemLines(configText({ [section]: added }))
    expect(problems.map(line => line.split(/: (?=is |\{)/)[0])).toEqual(
      places.map(place => `config.yaml:${place}`),
    )
    expect(problems.every(line => line.includes('not available in this version'))).toBe(true)
  })

  test('every row of the table has a test here', () => {
    const tested = UNAVAILABLE.flatMap(([, added]) => added)
    const names = LATER_OPTIONS.map(({ at }) => at.at(-1)?.replace('*', '') ?? '')
    expect(names.filter(name => !tested.some(added => added.includes(name)))).toEqual([])
  })
})

describe('what asks for nothing that is not there is taken', () => {
  test.each([['source', 'event: { format: json, event_id: false }']])('%s: %s', (section, added) => {
    expect(problemLines(configText({ [section]: added }))).toEqual([])
  })
})

test('a misspelt key is never taken for one of a later version', () => {
  expect(problemLines(configText({ splunk: 'fallback_indx: a' }))).toEqual([
    expect.stringMatching(/splunk\.fallback_indx: unknown key; known here: url, token, /),
  ])
})
