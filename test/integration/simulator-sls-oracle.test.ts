import { describe, expect, it } from 'vitest'
import {
  type CheckpointEntry,
  createOracle,
  decodeCursor,
  encodeCursor,
} from '../../src/simulator/sls/index.ts'
import { startSls } from './simulator-sls-setup.ts'

async function start() {
  const setup = await startSls({ journalEntries: 3 })
  setup.sls.createGroup('test-project', 'logs', 'cg')
  setup.append(0, 'one', 'two', 'three')
  const begin = await setup.cursor('begin')
  const at = (offset: bigint) => encodeCursor((decodeCursor(begin) ?? 0n) + offset)
  await setup.beat('a', [])
  return { ...setup, at }
}

describe('the journal', () => {
  it('has pulls, heartbeats and checkpoints with their consumers and times', async () => {
    const { at, clock, commit, pull, sls } = await start()
    await pull(at(0n), 0, { 'user-agent': 'sls2splunk cg/a' })
    await commit('a', 0, at(1n))
    await commit('b', 0, at(2n))
    const place = { atMs: clock.nowMs(), project: 'test-project', logstore: 'logs' }
    expect(sls.journal.pulls()).toMatchObject([
      { ...place, shard: 0, userAgent: 'sls2splunk cg/a', cursor: at(0n), nextCursor: at(3n), groups: 3 },
    ])
    expect(sls.journal.heartbeats()).toEqual([
      { ...place, group: 'cg', consumer: 'a', reported: [], answer: [0, 1, 2, 3] },
    ])
    const checkpoint = { ...place, group: 'cg', shard: 0, force: false }
    expect(sls.journal.checkpoints()).toEqual([
      { ...checkpoint, consumer: 'a', cursor: at(1n), previous: '', refused: undefined },
      { ...checkpoint, consumer: 'b', cursor: at(2n), previous: at(1n), refused: 'ConsumerNotExist' },
    ])
  })

  it('keeps the last entries and all totals', async () => {
    const { at, pull, sls } = await start()
    for (let count = 0; count < 10; count++) await pull(at(2n))
    const { bytes = 0 } = sls.journal.pulls()[0] ?? {}
    expect(sls.journal.pulls()).toHaveLength(3)
    expect(sls.journal.served('test-project', 'logs', 0)).toEqual({
      pulls: 10,
      groups: 10,
      bytes: bytes * 10,
    })
  })

  it('tells of a checkpoint as it happens, until nobody listens', async () => {
    const { at, commit, sls } = await start()
    const heard: CheckpointEntry[] = []
    const stop = sls.onCheckpoint(entry => heard.push(entry))
    await commit('a', 0, at(1n))
    stop()
    await commit('a', 0, at(2n))
    expect(heard.map(({ cursor }) => cursor)).toEqual([at(1n)])
  })
})

describe('the oracle', () => {
  async function startWatched() {
    const setup = await start()
    const settled = new Set<string>()
    const oracle = createOracle(setup.sls, {
      isSettled: group => [...settled].some(message => group.includes(message)),
    })
    return { ...setup, settled, oracle }
  }

  it('is content with checkpoints that only pass what is settled', async () => {
    const { at, commit, oracle, settled } = await startWatched()
    settled.add('one')
    await commit('a', 0, at(1n))
    settled.add('two').add('three')
    await commit('a', 0, at(3n))
    expect(oracle.violations()).toEqual([])
    expect(oracle.unsettled('test-project', 'logs')).toEqual([])
  })

  it('reports a checkpoint that is ahead of delivery, and what was lost by it', async () => {
    const { at, commit, oracle, settled } = await startWatched()
    settled.add('one').add('three')
    await commit('a', 0, at(3n))
    expect(oracle.violations()).toMatchObject([
      { kind: 'premature-commit', checkpoint: { shard: 0, consumer: 'a' }, groupCursor: at(1n) },
    ])
    expect(oracle.unsettled('test-project', 'logs')).toEqual([{ shard: 0, cursor: at(1n) }])
  })

  it('does not mind a checkpoint that was refused', async () => {
    const { at, commit, oracle } = await startWatched()
    await commit('stranger', 0, at(3n))
    expect(oracle.violations()).toEqual([])
  })

  it('asks for nothing before the first pull of a consumer that starts later', async () => {
    const { at, commit, oracle, pull, settled } = await startWatched()
    settled.add('three')
    await pull(at(2n))
    await commit('a', 0, at(3n))
    expect(oracle.violations()).toEqual([])
  })

  it('reports two consumers that work on one shard', async () => {
    const { beat, oracle } = await startWatched()
    await beat('b', [])
    await beat('a', [0, 1, 2, 3])
    await beat('b', [2])
    expect(oracle.violations()).toMatchObject([{ kind: 'double-holding', other: 'a' }])
  })

  it('does not take a heartbeat that comes late for what its consumer does now', async () => {
    const { beat, oracle } = await startWatched()
    const sent = (second: number) => ({ 'x-log-date': `20230102T03040${second}Z` })
    await beat('b', [], 'cg', sent(1))
    await beat('a', [0, 1, 2, 3], 'cg', sent(1))
    await beat('a', [], 'cg', sent(3))
    await beat('b', [2], 'cg', sent(3))
    await beat('a', [0, 1, 2, 3], 'cg', sent(2))
    expect(oracle.violations()).toEqual([])
    await beat('a', [0, 1, 2, 3], 'cg', sent(3))
    expect(oracle.violations()).toMatchObject([{ kind: 'double-holding', other: 'b' }])
  })

  it('hears nothing any more once it is stopped', async () => {
    const { at, commit, oracle } = await startWatched()
    oracle.stop()
    await commit('a', 0, at(3n))
    expect(oracle.violations()).toEqual([])
  })
})
