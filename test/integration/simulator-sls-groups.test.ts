import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor, type SlsSimulatorOptions } from '../../src/simulator/sls/index.ts'
import { refusal, startSls } from './simulator-sls-setup.ts'

const newGroup = { consumerGroup: 'cg', timeout: 60, order: false }
const groups = '/logstores/logs/consumergroups'

/** Four shards and the group `cg` with a timeout of 60 s. */
async function startWithGroup(options: Partial<SlsSimulatorOptions> = {}, inOrder = false) {
  const setup = await startSls(options)
  setup.sls.createGroup('test-project', 'logs', 'cg', { inOrder })
  return {
    ...setup,
    answer: async (consumer: string, reported: number[]) => (await setup.beat(consumer, reported)).json,
    rows: async (query: Record<string, string> = {}) => (await setup.call(`${groups}/cg`, { query })).json,
    state: (shard: number) => setup.sls.holders('test-project', 'logs', 'cg').get(shard)?.state,
  }
}

describe('consumer groups', () => {
  it('are created, listed, changed and deleted', async () => {
    const { call, createGroup } = await startSls()
    const created = await createGroup(newGroup)
    expect([created.status, created.body.length]).toEqual([200, 0])
    expect((await call(groups)).json).toEqual([{ name: 'cg', timeout: 60, order: false }])
    expect(refusal(await createGroup(newGroup))).toEqual([400, 'ConsumerGroupAlreadyExist'])
    await call(`${groups}/cg`, { method: 'PUT', body: '{"order":true}' })
    await call(`${groups}/cg`, { method: 'PUT', body: '{"timeout":30}' })
    expect((await call(groups)).json).toEqual([{ name: 'cg', timeout: 30, order: true }])
    expect((await call(`${groups}/cg`, { method: 'DELETE' })).status).toBe(200)
    expect((await call(groups)).json).toEqual([])
  })

  it.each([
    ['no JSON', '{'],
    ['no name', '{"timeout":60,"order":false}'],
    ['a timeout of text', '{"consumerGroup":"cg","timeout":"60","order":false}'],
  ])('are not created from %s', async (_name, body) => {
    const { createGroup } = await startSls()
    expect(refusal(await createGroup(body))).toEqual([400, 'JsonInfoInvalid'])
  })

  it('are not changed without a change, or when they are not there', async () => {
    const { call } = await startWithGroup()
    expect(refusal(await call(`${groups}/cg`, { method: 'PUT', body: '{}' }))).toEqual([
      400,
      'JsonInfoInvalid',
    ])
    const missing = await call(`${groups}/other`, { method: 'PUT', body: '{"order":true}' })
    expect(refusal(missing)).toEqual([404, 'ConsumerGroupNotExist'])
  })

  it('fit into a logstore thirty times', async () => {
    const { createGroup } = await startSls()
    for (let count = 0; count < 30; count++)
      expect((await createGroup({ ...newGroup, consumerGroup: `cg-${count}` })).status).toBe(200)
    expect(refusal(await createGroup(newGroup))).toEqual([403, 'ConsumerGroupQuotaExceed'])
  })

  it('that are not there can be deleted where the option says so', async () => {
    const strict = await startSls()
    const missing = await strict.call(`${groups}/cg`, { method: 'DELETE' })
    expect(refusal(missing)).toEqual([404, 'ConsumerGroupNotExist'])
    const lenient = await startSls({ deleteMissingGroup: 'accept' })
    expect((await lenient.call(`${groups}/cg`, { method: 'DELETE' })).status).toBe(200)
  })
})

describe('HeartBeat', () => {
  it('hands shards over as trace A has it, with the old holder’s last checkpoints', async () => {
    const { answer, append, commit, cursor, rows } = await startWithGroup()
    append(2, 'one')
    const end = await cursor('end', 2)
    expect(await answer('a', [])).toEqual([0, 1, 2, 3])
    expect(await answer('b', [])).toEqual([])
    expect(await answer('a', [0, 1, 2, 3])).toEqual([0, 1])
    expect(await answer('b', [])).toEqual([])
    expect((await commit('a', 2, end)).status).toBe(200)
    expect(await answer('a', [0, 1])).toEqual([0, 1])
    expect(await answer('b', [])).toEqual([2, 3])
    expect(await rows({ shard: '2' })).toMatchObject([{ shard: 2, checkpoint: end, consumer: 'a' }])
    expect(refusal(await commit('a', 2, end))).toEqual([400, 'ConsumerNotMatch'])
  })

  it('forgets a silent consumer as trace C has it', async () => {
    const { answer, beat, clock } = await startWithGroup()
    await answer('a', [])
    clock.advance(60_001)
    expect(await answer('b', [])).toEqual([0, 1, 2, 3])
    expect(refusal(await beat('a', [0, 1, 2, 3]))).toEqual([400, 'NotExistConsumerWithBody'])
    expect(await answer('a', [])).toEqual([])
  })

  it('is refused for a group that is not there, or has no name', async () => {
    const { beat } = await startWithGroup()
    expect(refusal(await beat('a', [], 'other'))).toEqual([404, 'ConsumerGroupNotExist'])
    expect(refusal(await beat('a', [], ''))).toEqual([405, 'InvalidMethod'])
  })

  it.each(['', '{}', '["0"]', '[0.5]'])('is refused with the body %s', async body => {
    const { call } = await startWithGroup()
    const query = { type: 'heartbeat', consumer: 'a' }
    const answer = await call(`${groups}/cg`, { method: 'POST', query, body })
    expect(refusal(answer)).toEqual([400, 'JsonInfoInvalid'])
  })

  it('ignores shards of others, or refuses them where the option says so', async () => {
    const lenient = await startWithGroup()
    await lenient.answer('a', [])
    await lenient.answer('b', [])
    expect(await lenient.answer('b', [0])).toEqual([])
    const strict = await startWithGroup({ foreignShards: 'refuse' })
    await strict.answer('a', [])
    await strict.answer('b', [])
    expect(refusal(await strict.beat('b', [0]))).toEqual([400, 'ParameterInvalid'])
  })

  it('is refused when it comes too soon, where there is a limit', async () => {
    const { beat, clock } = await startWithGroup({ minHeartbeatIntervalMs: 1_000 })
    await beat('a', [])
    expect(refusal(await beat('a', []))).toEqual([403, 'MetaOperationQpsLimitExceeded'])
    clock.advance(1_000)
    expect((await beat('a', [])).status).toBe(200)
  })
})

describe('UpdateCheckPoint', () => {
  it.each(['false', 'False', '', 'no'])('with forceSuccess=%s is for the holder alone', async force => {
    const { answer, commit, cursor } = await startWithGroup()
    const end = await cursor('end')
    expect(refusal(await commit('a', 0, end, force))).toEqual([404, 'ConsumerNotExist'])
    await answer('a', [])
    await answer('b', [])
    expect(refusal(await commit('b', 0, end, force))).toEqual([400, 'ConsumerNotMatch'])
    expect((await commit('a', 0, end, force)).status).toBe(200)
  })

  it.each(['true', 'True'])('with forceSuccess=%s always writes', async force => {
    const { commit, cursor, rows } = await startWithGroup()
    const end = await cursor('end')
    expect((await commit('', 0, end, force)).status).toBe(200)
    expect(await rows({ shard: '0' })).toMatchObject([{ checkpoint: end, consumer: '' }])
  })

  it('is still the holder’s while a shard moves', async () => {
    const { answer, commit, cursor, state } = await startWithGroup()
    await answer('a', [])
    await answer('b', [])
    expect(state(3)).toBe('transfer')
    expect((await commit('a', 3, await cursor('end', 3))).status).toBe(200)
  })

  it('is refused when it is not Base64, or of no shard', async () => {
    const { answer, commit, cursor } = await startWithGroup()
    await answer('a', [])
    expect(refusal(await commit('a', 0, 'not base64!'))).toEqual([400, 'InvalidShardCheckPoint'])
    expect(refusal(await commit('a', 9, await cursor('end')))).toEqual([404, 'ShardNotExist'])
  })

  it('stores a checkpoint of another shard, or refuses it where the option says so', async () => {
    const lenient = await startWithGroup()
    await lenient.answer('a', [])
    const foreign = await lenient.cursor('end', 1)
    expect((await lenient.commit('a', 0, foreign)).status).toBe(200)
    const strict = await startWithGroup({ foreignCheckpoint: 'refuse' })
    await strict.answer('a', [])
    expect(refusal(await strict.commit('a', 0, foreign))).toEqual([400, 'InvalidShardCheckPoint'])
  })

  it('at the end of a read-only shard finishes it, and anywhere else by force revives it', async () => {
    const { answer, append, commit, cursor, sls, state } = await startWithGroup({}, true)
    append(0, 'one')
    await answer('a', [])
    sls.splitShard('test-project', 'logs', 0)
    expect(await answer('a', [0, 1, 2, 3])).toEqual([0, 1, 2, 3])
    expect(state(4)).toBe('wait')
    const end = await cursor('end')
    const before = encodeCursor((decodeCursor(end) ?? 0n) - 1n)
    await commit('a', 0, before)
    expect(state(0)).toBe('already_alloc')
    await commit('a', 0, end)
    expect(state(0)).toBe('over')
    expect(await answer('a', [0, 1, 2, 3])).toEqual([1, 2, 3, 4, 5])
    await commit('', 0, before, 'true')
    expect(state(0)).toBe('not_alloc')
  })

  it('at the end of a shard that takes writes finishes nothing', async () => {
    const { answer, commit, cursor, sls, state } = await startWithGroup()
    await answer('a', [])
    const end = await cursor('end')
    await commit('a', 0, end)
    sls.splitShard('test-project', 'logs', 0)
    expect(state(0)).toBe('already_alloc')
    await commit('a', 0, end)
    expect(state(0)).toBe('over')
  })
})

describe('GetCheckPoint', () => {
  it('has a row for every shard, with the time in microseconds', async () => {
    const { answer, clock, commit, cursor, rows } = await startWithGroup()
    await answer('a', [])
    const end = await cursor('end', 1)
    await commit('a', 1, end)
    expect(await rows()).toEqual([
      { shard: 0, checkpoint: '', updateTime: 0, consumer: '' },
      { shard: 1, checkpoint: end, updateTime: clock.nowMs() * 1_000, consumer: 'a' },
      { shard: 2, checkpoint: '', updateTime: 0, consumer: '' },
      { shard: 3, checkpoint: '', updateTime: 0, consumer: '' },
    ])
    expect(await rows({ shard: '9' })).toEqual([])
  })

  it('leaves out untouched shards where the option says so', async () => {
    const { rows } = await startWithGroup({ untouchedCheckpoints: 'no-row' })
    expect(await rows()).toEqual([])
  })
})

it('turning the order off releases the shards that wait; turning it on holds back later ones only', async () => {
  const { answer, call, sls, state } = await startWithGroup({}, true)
  const order = (on: boolean) => call(`${groups}/cg`, { method: 'PUT', body: JSON.stringify({ order: on }) })
  sls.splitShard('test-project', 'logs', 0)
  await answer('a', [])
  expect(state(4)).toBe('wait')
  await order(false)
  expect(state(4)).toBe('not_alloc')
  await order(true)
  expect(state(4)).toBe('not_alloc')
  sls.splitShard('test-project', 'logs', 1)
  expect(state(6)).toBe('wait')
})

it('a deleted group knows nobody and nothing any more', async () => {
  const { answer, beat, commit, createGroup, cursor, sls } = await startWithGroup()
  await answer('a', [])
  sls.deleteGroup('test-project', 'logs', 'cg')
  expect(refusal(await beat('a', [0]))).toEqual([404, 'ConsumerGroupNotExist'])
  expect(refusal(await commit('a', 0, await cursor('end')))).toEqual([404, 'ConsumerGroupNotExist'])
  await createGroup(newGroup)
  expect(refusal(await beat('a', [0]))).toEqual([400, 'NotExistConsumerWithBody'])
})
