import { describe, expect, it } from 'vitest'
import { createLog } from '../../../../src/log/log.ts'
import { statusOf } from '../../../../src/supervisor/health/status-document.ts'
import { createAccount } from '../../../../src/supervisor/state/account.ts'
import { createBoard } from '../../../../src/supervisor/state/board.ts'
import { createConditions } from '../../../../src/supervisor/state/conditions.ts'
import type { KnownSource } from '../../../../src/supervisor/state/facts.ts'
import { createHistory } from '../../../../src/supervisor/state/history.ts'
import { createRecentEvents } from '../../../../src/supervisor/state/recent-log.ts'
import type { WorkerStatus } from '../../../../src/thread/protocol.ts'
import { heldShard, shardDelta, workerStatus } from '../../../support/worker-status.ts'

const SOURCE: KnownSource = {
  name: 'audit',
  project: 'prj',
  logstore: 'trail',
  consumerGroup: 'group',
  consumers: 2,
  facts: { shards: 4, retentionSeconds: 86_400 },
}

function setUp(source: Partial<KnownSource> = {}) {
  let nowMs = 1_000
  const now = () => nowMs
  const [board, account, events] = [createBoard(now), createAccount(now), createRecentEvents()]
  const log = createLog({ level: 'info', format: 'json', secrets: [], output: () => {}, onLine: events.add })
  const conditions = createConditions(log, now)
  const history = createHistory({ board, account, cpuRatio: () => 0.5, now })
  for (const consumer of ['c1', 'c2']) board.consumerExpected('audit', consumer)
  return {
    board,
    conditions,
    tell(consumer: string, status: WorkerStatus) {
      board.reported('audit', consumer, status)
      account.reported('audit', status)
    },
    sample: history.sample,
    pass: (ms: number) => {
      nowMs += ms
    },
    status: () =>
      statusOf({
        version: '1',
        instance: 'box',
        startedAt: new Date(0),
        board,
        account,
        conditions,
        history,
        events,
        sources: () => [{ ...SOURCE, ...source }],
        isStopping: () => false,
        cpuRatio: () => 0.5,
        reload: { time: null, ok: true, text: '' },
      }),
  }
}

describe('the status document', () => {
  it('has every consumer and every shard, with what came of their logs', () => {
    const { tell, status } = setUp()
    const since = {
      cpuSeconds: 0.1,
      shards: [shardDelta(0, { readBytes: 3e6, readEvents: 9, deliveredEvents: 7 })],
    }
    tell('c1', workerStatus({ shards: [heldShard(0, { inFlightEvents: 2 })], since }))
    tell('c2', workerStatus())
    const { sources, state, ...document } = status()
    expect(state).toBe('ok')
    expect(document).toMatchObject({
      throughput_bytes_per_second: 3e6,
      delivered_events_per_second: 7,
      lag_seconds: 1,
    })
    expect(sources).toMatchObject([
      {
        name: 'audit',
        project: 'prj',
        logstore: 'trail',
        state: 'ok',
        consumers: [
          { name: 'c1', state: 'working', shards: [0], target_met: true, throughput_bytes_per_second: 3e6 },
          { name: 'c2', state: 'standby', shards: [], target_met: null },
        ],
        shards: [
          {
            shard: 0,
            owner: 'c1',
            read_events: 9,
            delivered_events: 7,
            in_flight_events: 2,
            state: 'reading',
          },
        ],
      },
    ])
  })

  it('says what is wrong, since when, and which shards are held', () => {
    const { tell, status, conditions, pass } = setUp()
    tell('c1', workerStatus({ splunkUp: false, shards: [heldShard(0), heldShard(1)] }))
    const refused = {
      code: 'splunk-index-refused',
      text: 'Splunk refuses it',
      remedy: 'mend it',
      count: 3,
      shards: [1],
    }
    conditions.update([{ ...refused, source: 'audit' }])
    pass(5_000)
    const { reasons, sources, state } = status()
    expect(state).toBe('down')
    expect(reasons[0]).toMatchObject({
      code: 'splunk-index-refused',
      remedy: 'mend it',
      tries: 3,
      needs_person: true,
      runbook: 'runbook.md#splunk-index-refused',
    })
    expect(Date.now() - Date.parse(reasons[0]?.since ?? '')).toBeGreaterThanOrEqual(5_000)
    expect(sources[0]?.shards.map(shard => shard.state)).toEqual(['reading', 'held'])
  })

  it('puts a shard that is far behind into the sentence, and says when it will have caught up', () => {
    const { tell, status, sample, pass } = setUp()
    for (let lagSeconds = 900; lagSeconds > 600; lagSeconds -= 10) {
      tell('c1', workerStatus({ shards: [heldShard(2, { lagSeconds })] }))
      tell('c2', workerStatus())
      sample()
      pass(5_000)
    }
    const { summary, advice, sources, state } = status()
    expect(state).toBe('degraded')
    expect(summary).toContain('shard 2 of audit is 10m 10s behind')
    expect(sources[0]?.shards[0]?.catch_up_seconds).toBe(305)
    expect(advice).toMatchObject([{ code: 'catching-up', shard: 2 }])
  })

  it('warns of logs that will expire before they are read', () => {
    const { tell, status, sample, pass } = setUp({ facts: { shards: 4, retentionSeconds: 1_200 } })
    for (let lagSeconds = 600; lagSeconds < 900; lagSeconds += 10) {
      tell('c1', workerStatus({ shards: [heldShard(2, { lagSeconds })] }))
      sample()
      pass(5_000)
    }
    const { advice, sources } = status()
    expect(sources[0]?.shards[0]?.retention_overrun_seconds).toBe(155)
    expect(advice).toMatchObject([{ code: 'retention-overrun', shard: 2 }])
  })

  it('advises on consumers without work', () => {
    const { status } = setUp({ consumers: 6 })
    expect(status().advice).toMatchObject([{ code: 'spare-consumers', source: 'audit' }])
  })

  it('draws the last minutes, all series of one length, from when a shard was there', () => {
    const { tell, status, sample, pass } = setUp()
    sample()
    pass(5_000)
    tell(
      'c1',
      workerStatus({ shards: [heldShard(0)], since: { shards: [shardDelta(0, { readBytes: 10 })] } }),
    )
    sample()
    const { history } = status()
    expect(history).toMatchObject({
      interval_seconds: 5,
      throughput_bytes_per_second: [0, 10],
      lag_seconds: [null, 1],
      cpu_ratio: [0.5, 0.5],
      shards: { 'audit/0': [0, 10] },
      consumers: { c1: [0, 10], c2: [0, 0] },
    })
  })

  it('calls a source without consumers paused', () => {
    expect(setUp({ consumers: 0 }).status().sources[0]?.state).toBe('paused')
  })
})
