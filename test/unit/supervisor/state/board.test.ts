import { describe, expect, it } from 'vitest'
import { createBoard } from '../../../../src/supervisor/state/board.ts'
import type { ShardDelta, ShardStatus, WorkerStatus } from '../../../../src/thread/protocol.ts'

interface Told {
  /** Shards that are held, with their positions. */
  readonly held?: Readonly<Record<number, string | undefined>>
  /** Bytes read, by shard. */
  readonly read?: Readonly<Record<number, number>>
  readonly cpuSeconds?: number
  /** What it says of the only endpoint. */
  readonly endpointUp?: boolean
  readonly pendingAcks?: number
}

function statusOf({ held = {}, read = {}, cpuSeconds = 0, endpointUp, pendingAcks = 0 }: Told): WorkerStatus {
  const shards = Object.entries(held).map(([shard, position]): ShardStatus => {
    const place = position === undefined ? {} : { position }
    return { shard: Number(shard), state: 'reading', inFlightEvents: 3, lagSeconds: 5, ...place }
  })
  const deltas = Object.entries(read).map(([shard, readBytes]): ShardDelta => {
    const nothing = {
      readEvents: 0,
      deliveredBytes: 0,
      deliveredEvents: 0,
      droppedEvents: 0,
      expiredSeconds: 0,
    }
    return { shard: Number(shard), readBytes, cpuSeconds: cpuSeconds / Object.keys(read).length, ...nothing }
  })
  return {
    joined: true,
    splunkUp: true,
    endpoints: endpointUp === undefined ? [] : [{ endpoint: 'idx:8088', up: endpointUp, pendingAcks }],
    inFlightBytes: 100,
    memoryBytes: 1,
    shards,
    reasons: [],
    since: { cpuSeconds, shards: deltas, slsCalls: [], hecCalls: [], hecRetries: [] },
  }
}

function setUp() {
  let nowMs = 1_000
  const board = createBoard(() => nowMs)
  board.consumerExpected('logs', 'c1')
  board.consumerExpected('logs', 'c2')
  return {
    board,
    tell: (consumer: string, told: Told, source = 'logs') => board.reported(source, consumer, statusOf(told)),
    pass: (ms: number) => {
      nowMs += ms
    },
    consumer: (name: string) => board.consumers().find(({ consumer }) => consumer === name),
    positions: () => Object.fromEntries(board.positions('logs')),
    owners: () => board.shards().map(({ shard, owner }) => [shard, owner]),
  }
}

describe('a consumer on the board', () => {
  it('is there from when it is expected, and up from its first status on', () => {
    const { tell, consumer } = setUp()
    expect(consumer('c1')).toEqual({
      source: 'logs',
      consumer: 'c1',
      busy: false,
      up: false,
      joined: false,
      splunkUp: undefined,
      restarts: 0,
      silentMs: undefined,
      sinceRestartMs: undefined,
      bytesPerSecond: 0,
      cpuRatio: 0,
      inFlightBytes: 0,
      memoryBytes: 0,
      reasons: [],
    })
    tell('c1', {})
    expect(consumer('c1')).toMatchObject({ up: true, joined: true, splunkUp: true, inFlightBytes: 100 })
  })

  it('is down when it has ended, holds nothing, and keeps the count of its restarts', () => {
    const { board, tell, consumer, owners } = setUp()
    tell('c1', { held: { 0: 'A' } })
    board.threadEnded('logs', 'c1')
    board.restarting('logs', 'c1')
    expect(consumer('c1')).toMatchObject({ up: false, joined: false, inFlightBytes: 0, restarts: 1 })
    expect(owners()).toEqual([])
    tell('c1', {})
    expect(consumer('c1')).toMatchObject({ up: true, restarts: 1 })
  })

  it('is not forgotten when it is expected again', () => {
    const { board, consumer } = setUp()
    board.restarting('logs', 'c1')
    board.consumerExpected('logs', 'c1')
    expect(consumer('c1')?.restarts).toBe(1)
    expect(board.consumers()).toHaveLength(2)
  })

  it('has the name of a consumer of another source, and is another one', () => {
    const { board, tell } = setUp()
    board.consumerExpected('more', 'c1')
    tell('c1', { held: { 0: 'A' } })
    tell('c1', { held: { 0: 'Z' } }, 'more')
    board.restarting('more', 'c1')
    board.consumerGone('logs', 'c1')
    expect(board.consumers().map(({ source, consumer, restarts }) => [source, consumer, restarts])).toEqual([
      ['logs', 'c2', 0],
      ['more', 'c1', 1],
    ])
    expect(board.shards()).toMatchObject([{ source: 'more', owner: 'c1', position: 'Z' }])
  })

  it('that nobody expects is not taken up', () => {
    const { board, tell } = setUp()
    tell('stranger', { held: { 0: 'A' } })
    board.threadEnded('logs', 'stranger')
    board.restarting('logs', 'stranger')
    expect([board.consumers().length, board.shards()]).toEqual([2, []])
  })

  it('has the throughput of all its shards and the CPU of its thread', () => {
    const { tell, consumer, pass } = setUp()
    for (let second = 0; second < 20; second++) {
      tell('c1', { read: { 0: 1_000_000, 1: 500_000 }, cpuSeconds: 0.15 })
      pass(1_000)
    }
    expect(consumer('c1')?.bytesPerSecond).toBeCloseTo(1_500_000 * 0.9, -6)
    expect(consumer('c1')?.cpuRatio).toBeCloseTo(0.15, 1)
    expect(consumer('c2')).toMatchObject({ bytesPerSecond: 0, cpuRatio: 0 })
  })
})

describe('a shard on the board', () => {
  it('is shown with its holder, and sorted by number', () => {
    const { tell, owners } = setUp()
    tell('c2', { held: { 10: 'A', 2: 'B' } })
    tell('c1', { held: { 9: 'C' } })
    expect(owners()).toEqual([
      [2, 'c2'],
      [9, 'c1'],
      [10, 'c2'],
    ])
  })

  it('is shown as its holder tells of it', () => {
    const { board, tell } = setUp()
    tell('c1', { held: { 3: 'A' }, read: { 3: 1_000 }, cpuSeconds: 0.5 })
    expect(board.shards()).toEqual([
      {
        source: 'logs',
        shard: 3,
        owner: 'c1',
        state: 'reading',
        bytesPerSecond: 1_000,
        cpuRatio: 0.5,
        lagSeconds: 5,
        inFlightEvents: 3,
        position: 'A',
      },
    ])
  })

  it('keeps its throughput when it goes from one consumer to the next', () => {
    const { board, tell, pass } = setUp()
    tell('c1', { held: { 0: 'A' }, read: { 0: 1_000 } })
    pass(1_000)
    tell('c1', {})
    tell('c2', { held: { 0: 'B' }, read: { 0: 1_000 } })
    expect(board.shards()).toMatchObject([{ owner: 'c2', bytesPerSecond: 1_000, position: 'B' }])
  })

  it('of one source is another one than that of the same number in another source', () => {
    const { board, tell, positions } = setUp()
    board.consumerExpected('more', 'm1')
    tell('c1', { held: { 0: 'A' } })
    tell('m1', { held: { 0: 'Z' } }, 'more')
    expect(board.shards().map(({ source, position }) => [source, position])).toEqual([
      ['logs', 'A'],
      ['more', 'Z'],
    ])
    expect([positions(), Object.fromEntries(board.positions('more'))]).toEqual([{ 0: 'A' }, { 0: 'Z' }])
  })

  it('that moves is one row: the new holder, and the events in flight of both', () => {
    const { board, tell, pass, owners } = setUp()
    tell('c2', { held: { 0: 'A' } })
    pass(1_000)
    tell('c1', { held: { 0: 'B' } })
    expect(board.shards()).toMatchObject([{ owner: 'c1', position: 'B', inFlightEvents: 6 }])
    tell('c2', { held: { 0: 'A' } })
    expect(owners()).toEqual([[0, 'c1']])
    tell('c2', {})
    expect(board.shards()).toMatchObject([{ owner: 'c1', inFlightEvents: 3 }])
  })

  it('is named once when nobody has held it for two minutes', () => {
    const { board, tell, pass } = setUp()
    tell('c1', { held: { 0: 'A', 1: 'B' } })
    expect(board.takeGone()).toEqual([])
    pass(60_000)
    tell('c1', { held: { 1: 'C' } })
    pass(60_001)
    expect(board.takeGone()).toEqual([{ source: 'logs', shard: 0 }])
    expect(board.takeGone()).toEqual([])
    tell('c1', { held: { 0: 'D' } })
    board.threadEnded('logs', 'c1')
    pass(120_001)
    expect(board.takeGone()).toEqual([
      { source: 'logs', shard: 1 },
      { source: 'logs', shard: 0 },
    ])
  })
})

describe('an endpoint on the board', () => {
  it('is up when it is so for one consumer, and has the acknowledgements of all', () => {
    const { board, tell } = setUp()
    tell('c1', { held: { 0: 'A' }, endpointUp: false, pendingAcks: 2 })
    tell('c2', { held: { 1: 'A' }, endpointUp: true, pendingAcks: 3 })
    expect(board.endpoints()).toEqual([{ source: 'logs', endpoint: 'idx:8088', up: true, pendingAcks: 5 }])
  })

  it('is down when only those with nothing to deliver find it healthy', () => {
    const { board, tell } = setUp()
    tell('c1', { held: { 0: 'A' }, endpointUp: false })
    tell('c2', { endpointUp: true })
    expect(board.endpoints()).toMatchObject([{ up: false }])
  })

  it('is what its probes say while nobody has anything to deliver', () => {
    const { board, tell } = setUp()
    tell('c1', { endpointUp: true })
    tell('c2', { endpointUp: true })
    expect(board.endpoints()).toMatchObject([{ up: true }])
  })

  it('of one source says nothing of the same one in another', () => {
    const { board, tell } = setUp()
    board.consumerExpected('more', 'm1')
    tell('c1', { held: { 0: 'A' }, endpointUp: false })
    tell('m1', { endpointUp: true }, 'more')
    expect(board.endpoints()).toMatchObject([
      { source: 'logs', up: false },
      { source: 'more', up: true },
    ])
  })
})

describe('positions', () => {
  it('are the last ones known, also of a shard whose holder has ended or has let it go', () => {
    const { board, tell, positions } = setUp()
    tell('c1', { held: { 0: 'A', 1: 'B' } })
    tell('c1', { held: { 0: 'C' } })
    board.threadEnded('logs', 'c1')
    expect(positions()).toEqual({ 0: 'C', 1: 'B' })
  })

  it('are not forgotten while a shard has a new holder that has not found its start yet', () => {
    const { tell, positions } = setUp()
    tell('c1', { held: { 0: 'A' } })
    tell('c2', { held: { 0: undefined } })
    expect(positions()).toEqual({ 0: 'A' })
  })

  it('are kept however long nobody holds the shard: a group that comes back after hours goes on where it was', () => {
    const { board, tell, pass, positions } = setUp()
    tell('c1', { held: { 0: 'A' } })
    board.threadEnded('logs', 'c1')
    pass(7_200_000)
    expect(board.takeGone()).toHaveLength(1)
    expect(positions()).toEqual({ 0: 'A' })
  })
})
