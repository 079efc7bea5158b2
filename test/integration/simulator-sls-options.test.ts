import { describe, expect, it } from 'vitest'
import { decodeCursor } from '../../src/simulator/sls/index.ts'
import { refusal, startSls } from './simulator-sls-setup.ts'

describe('what nobody has confirmed about the service is an option', () => {
  it('the status of the consumer-group quota', async () => {
    const { createGroup } = await startSls({
      maxConsumerGroups: 0,
      statuses: { ConsumerGroupQuotaExceed: 400 },
    })
    const answer = await createGroup({ consumerGroup: 'cg', timeout: 60, order: false })
    expect(refusal(answer)).toEqual([400, 'ConsumerGroupQuotaExceed'])
  })

  it('the status of a checkpoint by a stranger', async () => {
    const { beat, commit, cursor, sls } = await startSls({ statuses: { ConsumerNotMatch: 403 } })
    sls.createGroup('test-project', 'logs', 'cg')
    await beat('a', [])
    await beat('b', [])
    expect(refusal(await commit('b', 0, await cursor('end')))).toEqual([403, 'ConsumerNotMatch'])
  })

  it('the status of a pull from a shard that is gone', async () => {
    const { pull, cursor, sls } = await startSls({ statuses: { ShardNotExist: 404 } })
    const begin = await cursor('begin')
    sls.removeShard('test-project', 'logs', 0)
    expect(refusal(await pull(begin))).toEqual([404, 'ShardNotExist'])
  })

  it('the status of a busy server', async () => {
    const { call, sls } = await startSls({ statuses: { ServerBusy: 500 } })
    sls.faults.add({ fault: { kind: 'error', code: 'ServerBusy' } })
    expect(refusal(await call('/logstores/logs/shards'))).toEqual([500, 'ServerBusy'])
  })

  it('the bounds of a group’s timeout', async () => {
    const { createGroup } = await startSls({ groupTimeoutSeconds: { min: 10, max: 300 } })
    const create = (timeout: number) => createGroup({ consumerGroup: `cg-${timeout}`, timeout, order: false })
    expect([(await create(10)).status, (await create(300)).status]).toEqual([200, 200])
    expect(refusal(await create(9))).toEqual([400, 'ParameterInvalid'])
    expect(refusal(await create(301))).toEqual([400, 'ParameterInvalid'])
  })

  it('the type and the compression of a pull that asks for none', async () => {
    const options = { pullContentType: 'application/json', missingAcceptEncoding: 'lz4' } as const
    const { append, cursor, pull } = await startSls(options)
    append(0, 'one')
    expect((await pull(await cursor('begin'))).headers).toMatchObject({
      'content-type': 'application/json',
      'x-log-compresstype': 'lz4',
    })
  })

  it('whether an expired read-only shard stays', async () => {
    const ids = async (expiredReadonlyShard: 'vanish' | 'stay') => {
      const { append, sls } = await startSls({ expiredReadonlyShard }, 1)
      append(0, 'one')
      sls.splitShard('test-project', 'logs', 0)
      sls.expire('test-project', 'logs', 0)
      return sls.positions('test-project', 'logs').map(({ shard }) => shard)
    }
    expect(await ids('vanish')).toEqual([1, 2])
    expect(await ids('stay')).toEqual([0, 1, 2])
  })

  it('whether cursors begin with a time', async () => {
    const seconds = async (firstCursor: 'opaque' | 'unix-seconds') => {
      const { clock, cursor } = await startSls({ firstCursor })
      const digits = decodeCursor(await cursor('begin', 3))
        ?.toString()
        .slice(0, 10)
      return Number(digits) - Math.floor(clock.nowMs() / 1_000)
    }
    expect(await seconds('unix-seconds')).toBe(0)
    expect(await seconds('opaque')).not.toBe(0)
  })
})
