import { describe, expect, it } from 'vitest'
import { createSeriesList, type Labels } from '../../../../src/supervisor/metrics/series.ts'

function setUp() {
  const removed: string[] = []
  const metric = (name: string) => ({
    remove: (labels: Labels) => void removed.push(`${name} ${Object.values(labels).join(' ')}`),
  })
  const series = createSeriesList()
  const [reads, restarts] = [metric('reads'), metric('restarts')]
  for (const shard of ['0', '1']) series.keep(reads, { source: 'logs', shard })
  series.keep(reads, { source: 'more', shard: '0' })
  for (const reason of ['died', 'stalled', 'died'])
    series.keep(restarts, { source: 'logs', consumer: 'c1', reason })
  return { series, removed }
}

describe('what is forgotten', () => {
  it.each<[string, Labels, string[]]>([
    ['a shard', { source: 'logs', shard: '0' }, ['reads logs 0']],
    [
      'a consumer, with every reason that was counted',
      { source: 'logs', consumer: 'c1' },
      ['restarts logs c1 died', 'restarts logs c1 stalled'],
    ],
    [
      'a source, in every metric',
      { source: 'logs' },
      ['reads logs 0', 'reads logs 1', 'restarts logs c1 died', 'restarts logs c1 stalled'],
    ],
    ['nothing that is not there', { source: 'less' }, []],
    ['nothing without the label', { endpoint: 'splunk:8088' }, []],
  ])('is %s, once', (_, labels, expected) => {
    const { series, removed } = setUp()
    series.forget(labels)
    series.forget(labels)
    expect(removed).toEqual(expected)
  })
})
