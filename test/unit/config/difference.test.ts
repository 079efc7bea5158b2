import { describe, expect, it } from 'vitest'
import { differenceOf } from '../../../src/config/difference.ts'
import type { Config, SourceConfig } from '../../../src/config/types.ts'

const SOURCE: SourceConfig = {
  name: 'audit',
  project: 'p',
  logstore: 'l',
  consumerGroup: 'g',
  consumers: 2,
  startFrom: { kind: 'end' },
  inOrder: false,
  heartbeatIntervalMs: 20_000,
  fetchIntervalMs: 1_000,
  checkpointIntervalMs: 5_000,
  routes: [],
  event: { metadata: true },
}

const CONFIG: Config = {
  file: 'f',
  instance: 'i',
  stateDirectory: '/s',
  sls: {
    endpoint: 'https://e',
    region: 'r',
    signature: 'v4',
    credentials: { kind: 'default' },
    tls: { verify: true },
    timeoutMs: 1,
  },
  splunk: {
    urls: ['https://s'],
    token: 't',
    tls: { verify: true },
    timeoutMs: 1,
    compression: 'gzip',
    batchBytes: 1,
    metadata: {},
  },
  sources: [SOURCE],
  worker: {
    memoryLimitBytes: 1,
    inFlightBytes: 1,
    stalledAfterMs: 1,
    restartBackoff: { minMs: 1, maxMs: 1 },
    drainTimeoutMs: 1,
  },
  http: { host: 'h', port: 1 },
  deadLetters: { directory: '/d', maxBytes: 1 },
  log: { level: 'info', format: 'json' },
}

const source = (changes: Partial<SourceConfig>): Partial<Config> => ({ sources: [{ ...SOURCE, ...changes }] })

/** In a few words. */
function told(changes: Partial<Config>, before: Partial<Config> = {}): string {
  const difference = differenceOf({ ...CONFIG, ...before }, { ...CONFIG, ...changes })
  const { added, removed, changed, atNextStart } = difference
  return [
    ...added.map(({ name }) => `+${name}`),
    ...removed.map(({ name }) => `-${name}`),
    ...changed.map(
      ({ source: { name, consumers }, consumersBefore, group, workers }) =>
        `${name} ${consumersBefore}>${consumers}${group ? ' group' : ''}${workers ? ' workers' : ''}`,
    ),
    ...atNextStart.map(key => `later ${key}`),
  ].join(', ')
}

describe('the difference of two configurations', () => {
  it.each<[string, Partial<Config>, string]>([
    ['nothing', {}, ''],
    ['a copy', structuredClone(CONFIG), ''],
    ['more consumers', source({ consumers: 6 }), 'audit 2>6'],
    ['a paused source', source({ consumers: 0 }), 'audit 2>0'],
    ['routes', source({ routes: [{ match: [], action: { kind: 'drop' } }] }), 'audit 2>2 workers'],
    ['the pace of pulls', source({ fetchIntervalMs: 5 }), 'audit 2>2 workers'],
    ['heartbeats', source({ heartbeatIntervalMs: 5 }), 'audit 2>2 group workers'],
    ['order', source({ inOrder: true }), 'audit 2>2 group workers'],
    ['the start', source({ startFrom: { kind: 'begin' } }), 'audit 2>2 group workers'],
    ['another logstore', source({ logstore: 'm' }), '+audit, -audit'],
    ['another group', source({ consumerGroup: 'h' }), '+audit, -audit'],
    ['another name', source({ name: 'new' }), '+new, -audit'],
    ['one more', { sources: [SOURCE, { ...SOURCE, name: 'new' }] }, '+new'],
    ['the token', { splunk: { ...CONFIG.splunk, token: 'u' } }, 'audit 2>2 workers'],
    ['the key', { sls: { ...CONFIG.sls, timeoutMs: 2 } }, 'audit 2>2 group workers'],
    ['a limit', { worker: { ...CONFIG.worker, inFlightBytes: 2 } }, 'audit 2>2 workers'],
    ['dead letters', { deadLetters: { ...CONFIG.deadLetters, maxBytes: 2 } }, 'audit 2>2 workers'],
    ['the level', { log: { level: 'debug', format: 'json' } }, ''],
    ['the format', { log: { level: 'info', format: 'pretty' } }, 'later log.format'],
    ['a log file', { log: { level: 'info', format: 'json', file: '/f' } }, 'later log.file'],
    ['the instance', { instance: 'j' }, 'later instance'],
    ['the listener', { http: { host: 'h', port: 2 } }, 'later http'],
    ['the state', { stateDirectory: '/t' }, 'later state_directory'],
  ])('%s', (_, changes, expected) => {
    expect(told(changes)).toBe(expected)
  })

  it('covers every section of the configuration', () => {
    const covered = [
      'sources',
      'sls',
      'splunk',
      'worker',
      'deadLetters',
      'log',
      'instance',
      'http',
      'stateDirectory',
    ]
    expect(Object.keys(CONFIG).toSorted()).toEqual([...covered, 'file'].toSorted())
  })
})
