import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../src/supervisor/metrics/metrics.ts'
import { createObserver } from '../../../src/supervisor/observer.ts'
import { createAccount } from '../../../src/supervisor/state/account.ts'
import { createBoard } from '../../../src/supervisor/state/board.ts'
import { createHistory } from '../../../src/supervisor/state/history.ts'
import type { ShardDelta } from '../../../src/thread/protocol.ts'
import { callDelta, heldShard, shardDelta, workerStatus } from '../../support/worker-status.ts'

const SHARD = 0

/** An observer with all that stands behind it, which is told of the source `logs` and its consumer `c1`. */
function setUp() {
  let nowMs = 0
  const now = () => nowMs
  const [board, account] = [createBoard(now), createAccount(now)]
  const metrics = createMetrics(board, '0')
  const history = createHistory({ board, account, cpuRatio: () => 0, now })
  const parts = { board, account, metrics, history }
  const observer = createObserver(parts)
  return {
    add: () => observer.consumerExpected('logs', 'c1'),
    /** A second passes; then the consumer, which holds the shard, reports. */
    report(since: Partial<ShardDelta>, inFlightEvents: number) {
      nowMs += 1_000
      const shards = [heldShard(SHARD, { inFlightEvents, lagSeconds: 90, position: 'A' })]
      const delta = shardDelta(SHARD, { cpuSeconds: 0.1, ...since })
      const calls = { hecCalls: [callDelta({ durationsSeconds: [0.1] })], slsCalls: [callDelta()] }
      observer.reported('logs', 'c1', workerStatus({ shards, since: { ...calls, shards: [delta] } }))
      history.sample()
    },
    /** The thread dies and starts again. */
    end() {
      observer.threadEnded('logs', 'c1')
      observer.restarting('logs', 'c1', 'died')
    },
    pass(ms: number) {
      nowMs += ms
      observer.forgetGoneShards()
    },
    /** As a reload does it: the thread is drained, which leaves what could not be delivered in flight. */
    remove() {
      observer.threadEnded('logs', 'c1')
      observer.consumerGone('logs', 'c1')
      observer.sourceGone('logs')
    },
    /** What the status shows of the shard's logs. */
    shown: () => ({
      ...account.shard('logs', SHARD),
      inFlightEvents: board.shards().find(({ shard }) => shard === SHARD)?.inFlightEvents,
    }),
    answers: () => account.endpoint('logs', 'splunk:8088').answers,
    lags: () => history.lagsOf('logs', SHARD).map(({ lagSeconds }) => lagSeconds),
    throughput: () => history.series().shards[`logs/${SHARD}`],
    /** Every series about the source. */
    async series() {
      const { text } = await metrics.render(undefined)
      return text.split('\n').filter(line => line.includes('source="logs"'))
    },
  }
}

type Shown = ReturnType<ReturnType<typeof setUp>['shown']>

/** read = delivered + dropped + dead letters + in flight */
function expectBalance({ readEvents, inFlightEvents = Number.NaN, ...counts }: Shown): void {
  const { deliveredEvents, droppedEvents, deadLetterEvents } = counts
  expect(deliveredEvents + droppedEvents + deadLetterEvents + inFlightEvents).toBe(readEvents)
}

describe('a source that is removed with events in flight and added again under its name', () => {
  function removedAndAdded() {
    const world = setUp()
    world.add()
    const deadLetters = { 'too-large': 3 }
    world.report(
      { readEvents: 100, deliveredEvents: 50, droppedEvents: 7, deadLetters, readBytes: 9_000 },
      40,
    )
    expectBalance(world.shown())
    world.remove()
    world.add()
    return world
  }

  it('counts from zero: read = delivered + dropped + dead letters + in flight', () => {
    const { report, shown } = removedAndAdded()
    report({ readEvents: 40, deliveredEvents: 10 }, 30)
    expect(shown()).toEqual({
      readEvents: 40,
      deliveredEvents: 10,
      droppedEvents: 0,
      deadLetterEvents: 0,
      inFlightEvents: 30,
    })
    expectBalance(shown())
  })

  it('has the answers of its own requests to Splunk', () => {
    const { report, answers } = removedAndAdded()
    report({}, 0)
    expect(answers()).toEqual({ 0: 1 })
  })

  it('has a past of its own: no lag and no throughput of the one before', () => {
    const { report, lags, throughput } = removedAndAdded()
    expect(lags()).toEqual([])
    report({ readBytes: 1_000 }, 0)
    expect(lags()).toEqual([90])
    expect(throughput()).toEqual([0, 1_000])
  })

  it('has counters of its own: none before its first report', async () => {
    const { report, series } = removedAndAdded()
    expect((await series()).filter(line => /_(total|count|sum|bucket)\{/.test(line))).toEqual([])
    report({ readEvents: 40, deliveredEvents: 10 }, 30)
    expect(await series()).toEqual(
      expect.arrayContaining([
        'sls2splunk_shard_read_events_total{source="logs",shard="0"} 40',
        'sls2splunk_shard_delivered_events_total{source="logs",shard="0"} 10',
        'sls2splunk_shard_dropped_events_total{source="logs",shard="0"} 0',
        'sls2splunk_hec_request_duration_seconds_count{source="logs",endpoint="splunk:8088",operation="event"} 1',
      ]),
    )
  })
})

describe('a shard that no consumer has held for two minutes', () => {
  it('counts from zero when one holds it again, in the status and in metrics, with nothing owed', async () => {
    const { add, report, end, pass, shown, series } = setUp()
    add()
    report({ readEvents: 100, deliveredEvents: 60 }, 40)
    end()
    pass(120_001)
    expect(await series()).not.toContainEqual(expect.stringContaining('shard="0"'))
    report({ readEvents: 40, deliveredEvents: 10 }, 30)
    expect(shown()).toMatchObject({ readEvents: 40, deliveredEvents: 10, inFlightEvents: 30 })
    expect(await series()).toContain('sls2splunk_shard_read_events_total{source="logs",shard="0"} 40')
  })

  it('is not one whose holder is silent: its events in flight are not forgotten', () => {
    const { add, report, pass, shown } = setUp()
    add()
    report({ readEvents: 100, deliveredEvents: 60 }, 40)
    pass(600_000)
    expectBalance(shown())
    report({ readEvents: 0, deliveredEvents: 40 }, 0)
    expect(shown()).toMatchObject({ readEvents: 100, deliveredEvents: 100, inFlightEvents: 0 })
  })
})

describe('a consumer that is not expected', () => {
  it.each(['of a source that has ended', 'of a source that was never there'])(
    'has its report ignored: %s',
    async how => {
      const { add, remove, report, shown, series } = setUp()
      if (how.endsWith('ended')) {
        add()
        remove()
      }
      report({ readEvents: 100, deliveredEvents: 60 }, 40)
      expect(shown()).toMatchObject({ readEvents: 0, deliveredEvents: 0, inFlightEvents: undefined })
      expect(await series()).toEqual([])
    },
  )
})
