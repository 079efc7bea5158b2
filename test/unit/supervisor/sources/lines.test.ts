import { describe, expect, it } from 'vitest'
import { createLines, type Sender } from '../../../../src/supervisor/sources/lines.ts'
import type { Observer } from '../../../../src/supervisor/sources/observer.ts'
import type { ToWorker } from '../../../../src/thread/protocol.ts'
import { workerStatus } from '../../../support/worker-status.ts'

const POSITIONS = new Map([[0, 'A']])
const ENTRY = { shard: 0, cursor: 'A', next: 'B', how: 'bury' } as const

/** Lines of the source `logs`; `happened` has what follows from the messages, in order. */
function setUp(reported: Observer['reported'] = () => {}) {
  const happened: unknown[] = []
  const say = (level: string) => (text: string) => void happened.push(`${level}: ${text.split('\n')[0]}`)
  const log = {
    write: (level: string, text: string, fields: object = {}) => void happened.push([level, text, fields]),
    ...{ debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
  }
  const restored = Promise.withResolvers<void>()
  const nothing = () => {}
  const lines = createLines({
    source: 'logs',
    observer: {
      reported,
      consumerExpected: nothing,
      threadEnded: nothing,
      restarting: nothing,
      consumerGone: nothing,
      sourceGone: nothing,
      forgetGoneShards: nothing,
    },
    log,
    positions: () => POSITIONS,
    quarantined: () => [ENTRY],
    onReport: () => void happened.push('news'),
    restoreGroup: () => restored.promise,
  })
  const worker = (consumer: string): Sender => ({
    consumer,
    memoryLimitBytes: 1_000,
    reply: ({ type }: ToWorker) => void happened.push(`${type} to ${consumer}`),
    kill: why => void happened.push(`kill ${consumer}: ${why}`),
    begun: () => void happened.push(`begun ${consumer}`),
  })
  const [c1, c2] = [worker('c1'), worker('c2')]
  return { lines, happened, c1, c2, restore: restored.resolve, take: () => happened.splice(0) }
}

describe('the lines to the workers of a source', () => {
  it('are open from when a worker is ready, until it has ended', () => {
    const { lines, take, c1, c2 } = setUp()
    lines.tell({ type: 'drain' })
    expect(take()).toEqual([])
    lines.take({ type: 'ready' }, c1)
    expect(take()).toEqual(['positions to c1', 'quarantine to c1', 'begun c1'])
    lines.take({ type: 'ready' }, c2)
    expect(take()).toEqual(['positions to c1', 'positions to c2', 'quarantine to c2', 'begun c2'])
    lines.close('c1')
    lines.tell({ type: 'quarantine', entries: [ENTRY] })
    expect(take()).toEqual(['quarantine to c2'])
  })

  it('carry lines of the log, with source and consumer', () => {
    const { lines, happened, c1 } = setUp()
    lines.take({ type: 'log', line: { level: 'warn', message: 'odd', fields: { shard: 3 } } }, c1)
    expect(happened).toEqual([['warn', 'odd', { source: 'logs', consumer: 'c1', shard: 3 }]])
  })

  it('tell all where the shards stand before a group that is gone is made again', async () => {
    const { lines, take, restore, c1, c2 } = setUp()
    for (const worker of [c1, c2]) lines.take({ type: 'ready' }, worker)
    take()
    lines.take({ type: 'group-gone' }, c2)
    expect(take()).toEqual(['positions to c1', 'positions to c2'])
    restore()
    await expect.poll(take).toEqual(['group-restored to c2'])
  })

  it('leave it to the run to take why a worker failed', () => {
    const { lines, happened, c1 } = setUp()
    lines.take({ type: 'failed', failure: { code: 'Error', message: 'x' } }, c1)
    expect(happened).toEqual([])
  })
})

describe('a report', () => {
  it.each([
    [1_000, ['news']],
    [1_001, ['news', 'kill c1: memory-limit']],
  ])('of %d bytes of memory is handed on; above the limit it ends its worker', (memoryBytes, expected) => {
    const told: unknown[] = []
    const { lines, happened, c1 } = setUp((...report) => void told.push(report))
    const report = workerStatus({ memoryBytes })
    lines.take({ type: 'status', status: report }, c1)
    expect(told).toEqual([['logs', 'c1', report]])
    expect(happened).toEqual(expected)
  })

  it('that the supervisor stumbles over ends its worker alone', () => {
    const { lines, happened, c1 } = setUp(() => {
      throw new TypeError('a bug')
    })
    lines.take({ type: 'status', status: workerStatus() }, c1)
    expect(happened).toEqual([
      'error: c1: taking its status message failed unexpectedly: TypeError: a bug',
      'kill c1: bad-message',
    ])
  })
})
