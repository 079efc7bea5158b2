import { describe, expect, it } from 'vitest'
import { readinessOf } from '../../../../src/supervisor/health/readiness.ts'
import type { Condition } from '../../../../src/supervisor/state/conditions.ts'
import type { ConsumerView } from '../../../../src/supervisor/state/views.ts'

const GOOD: ConsumerView = {
  source: 'logs',
  consumer: 'box-logs-1',
  busy: true,
  up: true,
  joined: true,
  splunkUp: true,
  restarts: 0,
  silentMs: 0,
  sinceRestartMs: undefined,
  bytesPerSecond: 0,
  cpuRatio: 0,
  inFlightBytes: 0,
  memoryBytes: 0,
  reasons: [],
}

const BUSY: Condition = {
  source: 'logs',
  code: 'splunk-busy',
  text: 'Splunk is busy',
  remedy: 'wait',
  count: 3,
  shards: [1],
}

describe('readiness', () => {
  it.each<[string, ConsumerView[], Condition[], string[]]>([
    ['a consumer that has joined and reached Splunk, though idle', [GOOD], [], []],
    ['a source that is paused: no consumers', [], [], []],
    ['a restart in the past', [{ ...GOOD, restarts: 7 }], [], []],
    [
      'a thread that does not run',
      [{ ...GOOD, up: false, joined: false, splunkUp: undefined }],
      [],
      ['consumer-down'],
    ],
    ['a consumer that has not joined', [{ ...GOOD, joined: false }], [], ['not-joined']],
    ['no contact with Splunk yet', [{ ...GOOD, splunkUp: undefined }], [], ['no-contact']],
    ['a last contact that failed', [{ ...GOOD, splunkUp: false }], [], ['no-contact']],
    ['a condition', [GOOD], [BUSY], ['splunk-busy']],
    ['one of two consumers', [GOOD, { ...GOOD, joined: false }], [], ['not-joined']],
    [
      'everything at once',
      [
        { ...GOOD, up: false },
        { ...GOOD, joined: false },
      ],
      [BUSY],
      ['splunk-busy', 'consumer-down', 'not-joined'],
    ],
  ])('%s', (_, consumers, conditions, codes) => {
    const { ready, reasons } = readinessOf(consumers, conditions)
    expect(reasons.map(({ code }) => code)).toEqual(codes)
    expect(ready).toBe(codes.length === 0)
  })

  it('gives each reason with its source, a text and what to do', () => {
    const { reasons } = readinessOf([{ ...GOOD, joined: false }], [BUSY])
    expect(reasons).toEqual([
      { source: 'logs', code: 'splunk-busy', text: 'Splunk is busy', remedy: 'wait', shards: [1] },
      {
        source: 'logs',
        code: 'not-joined',
        text: expect.stringContaining('box-logs-1'),
        remedy: expect.any(String),
        shards: [],
      },
    ])
  })
})
