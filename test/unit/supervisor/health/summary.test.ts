import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../../src/supervisor/health/problems.ts'
import { stateOf, summaryOf } from '../../../../src/supervisor/health/summary.ts'
import type { ConsumerView, ShardView } from '../../../../src/supervisor/state/views.ts'

const CONSUMER: ConsumerView = {
  source: 'audit',
  consumer: 'box-audit-1',
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
const SHARD: ShardView = {
  source: 'audit',
  shard: 3,
  owner: 'box-audit-1',
  state: 'reading',
  bytesPerSecond: 2e6,
  cpuRatio: 0,
  lagSeconds: 1.2,
  inFlightEvents: 0,
  position: 'MTA=',
}
const problem = (code: string, text = code): Problem => ({
  source: 'audit',
  code,
  text,
  remedy: 'do',
  shards: [],
  tries: 1,
  since: new Date(0),
})

interface Seen {
  readonly consumers?: readonly Partial<ConsumerView>[]
  readonly problems?: readonly Problem[]
  readonly shards?: readonly Partial<ShardView>[]
  readonly throughput?: number
  readonly isStopping?: boolean
}

function said({
  consumers = [{}],
  problems = [],
  shards = [{}],
  throughput = 2e6,
  isStopping = false,
}: Seen) {
  const seen = { consumers: consumers.map(each => ({ ...CONSUMER, ...each })), problems, isStopping }
  const state = stateOf(seen)
  return `${state}: ${summaryOf({ ...seen, state, shards: shards.map(each => ({ ...SHARD, ...each })), throughput })}`
}

const down = { splunkUp: false }
const gone = { up: false, joined: false, splunkUp: undefined }
const spare = { busy: false, consumer: 'box-audit-2' }
const refused = problem('token-refused', 'Splunk refuses the token')

describe('the state in one sentence', () => {
  it.each<[string, Seen, string]>([
    ['all is well', {}, 'ok: Logs are flowing: 2.0 MB/s from 1 shard, at most 1s behind.'],
    [
      'all is up to date',
      { shards: [{ lagSeconds: 0.4 }] },
      'ok: Logs are flowing: 2.0 MB/s from 1 shard, up to date.',
    ],
    ['nothing to do', { throughput: 0 }, 'ok: All is delivered: 1 shard, no new logs at the moment.'],
    [
      'Splunk is down',
      { consumers: [down], problems: [problem('splunk-unreachable', 'Splunk cannot be reached')] },
      'down: Nothing is delivered: Splunk cannot be reached.',
    ],
    [
      'the token is refused, and a spare consumer finds Splunk healthy',
      { consumers: [down, spare], problems: [refused] },
      'down: Nothing is delivered: Splunk refuses the token.',
    ],
    [
      'the token is refused to one source only',
      { consumers: [down, { ...spare, source: 'web' }], problems: [refused] },
      'degraded: Logs are flowing: 2.0 MB/s from 1 shard, at most 1s behind, but Splunk refuses the token.',
    ],
    [
      'two things are wrong',
      { consumers: [down], problems: [problem('a', 'one'), problem('b', 'two')] },
      'down: Nothing is delivered: one (and 1 more).',
    ],
    [
      'one worker of two is gone',
      { consumers: [{}, gone], problems: [problem('consumer-down', 'box-audit-2 is not running')] },
      'degraded: Logs are flowing: 2.0 MB/s from 1 shard, at most 1s behind, but box-audit-2 is not running.',
    ],
    [
      'a worker came back',
      { consumers: [{ restarts: 1, sinceRestartMs: 8_000 }] },
      'ok: Logs are flowing: 2.0 MB/s from 1 shard, at most 1s behind; worker box-audit-1 was restarted 8s ago.',
    ],
    [
      'it begins',
      { consumers: [gone], problems: [problem('consumer-down')] },
      'starting: Starting: consumers join their group.',
    ],
    [
      'it begins, and its group cannot be made',
      { consumers: [gone], problems: [problem('sls-Unauthorized', 'Log Service refuses the key')] },
      'down: Nothing is delivered: Log Service refuses the key.',
    ],
    [
      'a worker does not come back',
      { consumers: [{ ...gone, restarts: 3 }], problems: [problem('consumer-down', 'it is not running')] },
      'down: Nothing is delivered: it is not running.',
    ],
    ['it stops', { isStopping: true }, 'stopping: Stopping: what is held is being delivered.'],
    ['it is paused', { consumers: [] }, 'ok: Paused: no consumers are configured.'],
  ])('%s', (_, seen, expected) => {
    expect(said(seen)).toBe(expected)
  })
})
