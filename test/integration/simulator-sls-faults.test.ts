import { describe, expect, it } from 'vitest'
import type { SlsFault, SlsFaultRule } from '../../src/simulator/sls/index.ts'
import { refusal, startSls } from './simulator-sls-setup.ts'

const shards = '/logstores/logs/shards'

/** Four shards, a group in shard 0, and the consumer group `cg`. */
async function start() {
  const setup = await startSls()
  setup.sls.createGroup('test-project', 'logs', 'cg')
  setup.append(0, 'one', 'two')
  const begin = await setup.cursor('begin')
  const checkpoint = () => setup.sls.checkpoints('test-project', 'logs', 'cg').get(0)?.cursor
  return { ...setup, begin, checkpoint }
}

const onPull = (fault: SlsFault): SlsFaultRule => ({ call: 'PullLogs', fault })

describe('answers in place of the real one', () => {
  it.each([
    ['ServerBusy', 503],
    ['InternalServerError', 500],
    ['ShardReadQuotaExceed', 403],
    ['ProjectForbidden', 403],
    ['SecurityTokenExpired', 401],
    ['ShardNotExist', 400],
  ])('an error: %s with %i', async (code, status) => {
    const { begin, pull, sls } = await start()
    sls.faults.add(onPull({ kind: 'error', code }))
    expect(refusal(await pull(begin))).toEqual([status, code])
  })

  it('an error with a status of its own, a page, nothing, and something of another shape', async () => {
    const { begin, pull, sls } = await start()
    const answerTo = async (fault: SlsFault) => {
      const handle = sls.faults.add(onPull(fault))
      const { status, body } = await pull(begin)
      handle.remove()
      return [status, body.toString()]
    }
    expect((await answerTo({ kind: 'error', code: 'ServerBusy', status: 500 }))[0]).toBe(500)
    expect(await answerTo({ kind: 'html' })).toEqual([502, expect.stringContaining('<html>')])
    expect(await answerTo({ kind: 'empty' })).toEqual([200, ''])
    expect(await answerTo({ kind: 'wrong-shape', value: { shards: [1] } })).toEqual([200, '{"shards":[1]}'])
    expect((await pull(begin)).headers['x-log-count']).toBe('2')
  })

  it('the answer of before', async () => {
    const { beat, sls } = await start()
    await beat('a', [])
    sls.faults.add({ call: 'HeartBeat', consumer: 'a', times: 1, fault: { kind: 'stale' } })
    await beat('b', [])
    expect((await beat('a', [0, 1, 2, 3])).json).toEqual([0, 1, 2, 3])
    expect((await beat('a', [0, 1, 2, 3])).json).toEqual([0, 1])
  })
})

describe('a connection that breaks', () => {
  it('before processing leaves everything as it was, after it does not', async () => {
    const { begin, checkpoint, commit, sls } = await start()
    sls.faults.add({ call: 'UpdateCheckPoint', times: 1, fault: { kind: 'reset-before' } })
    await expect(commit('', 0, begin, 'true')).rejects.toThrow()
    expect(checkpoint()).toBeUndefined()
    sls.faults.add({ call: 'UpdateCheckPoint', times: 1, fault: { kind: 'reset-after' } })
    await expect(commit('', 0, begin, 'true')).rejects.toThrow()
    expect(checkpoint()).toBe(begin)
  })

  it('in the middle of the body', async () => {
    const { begin, pull, sls } = await start()
    sls.faults.add(onPull({ kind: 'truncated' }))
    await expect(pull(begin)).rejects.toThrow()
  })

  it('may never answer', async () => {
    const { begin, checkpoint, commit, sls } = await start()
    const fault = sls.faults.add({ call: 'UpdateCheckPoint', fault: { kind: 'hang', processed: true } })
    const waiting = commit('', 0, begin, 'true').then(
      () => 'answered',
      () => 'broken',
    )
    await expect.poll(fault.hits).toBe(1)
    await expect.poll(checkpoint).toBe(begin)
    await sls.close()
    expect(await waiting).toBe('broken')
  })
})

describe('damage on the way', () => {
  it('wrong numbers in the headers', async () => {
    const { begin, pull, sls } = await start()
    sls.faults.add({ ...onPull({ kind: 'wrong-count' }), times: 1 })
    sls.faults.add({ ...onPull({ kind: 'wrong-raw-size' }), times: 1 })
    const [count, size] = [await pull(begin), await pull(begin)]
    expect(count.headers['x-log-count']).toBe('3')
    expect(size.headers['x-log-bodyrawsize']).toBe(String(size.body.length + 1))
  })

  it('a body of rubbish', async () => {
    const { begin, pull, sls } = await start()
    sls.faults.add(onPull({ kind: 'corrupt' }))
    expect((await pull(begin)).body.every(byte => byte === 0xff)).toBe(true)
  })

  it('a body that drips', async () => {
    const { begin, pull, sls } = await start()
    const whole = await pull(begin)
    sls.faults.add(onPull({ kind: 'slow', bytesPerSecond: whole.body.length * 5 }))
    expect((await pull(begin)).body).toEqual(whole.body)
  })

  it('a request that arrives twice', async () => {
    const { begin, commit, sls } = await start()
    sls.faults.add({ call: 'UpdateCheckPoint', fault: { kind: 'duplicate' } })
    expect((await commit('', 0, begin, 'true')).status).toBe(200)
    expect(sls.journal.checkpoints()).toHaveLength(2)
  })
})

describe('a rule', () => {
  it('hits what it names alone', async () => {
    const { beat, call, commit, begin, pull, sls } = await start()
    const fault = { kind: 'error', code: 'ServerBusy' } as const
    sls.faults.add({ call: 'HeartBeat', consumer: 'a', fault })
    sls.faults.add({ call: 'PullLogs', shard: 1, fault })
    sls.faults.add({ call: 'UpdateCheckPoint', shard: 2, fault })
    sls.faults.add({ call: 'PullLogs', consumer: 'worker-7', fault })
    expect((await beat('a', [])).status).toBe(503)
    expect((await beat('b', [])).status).toBe(200)
    expect((await pull(begin, 1)).status).toBe(503)
    expect((await pull(begin, 0)).status).toBe(200)
    expect((await pull(begin, 0, { 'user-agent': 'x/worker-7' })).status).toBe(503)
    expect((await commit('', 2, begin, 'true')).status).toBe(503)
    expect((await commit('', 0, begin, 'true')).status).toBe(200)
    expect((await call(shards)).status).toBe(200)
  })

  it('waits, hits so many times, and goes', async () => {
    const { call, sls } = await start()
    const rule = sls.faults.add({ after: 1, times: 2, fault: { kind: 'error', code: 'ServerBusy' } })
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await call(shards)).status)
    expect(statuses).toEqual([200, 503, 503, 200])
    expect(rule.hits()).toBe(2)
    sls.faults.add({ fault: { kind: 'empty' } })
    sls.faults.clear()
    expect((await call(shards)).body.length).toBeGreaterThan(0)
  })
})

describe('read quotas', () => {
  it.each([
    ['reads of a shard', { shardReadsPerSecond: 2 }, 'ShardReadQuotaExceed'],
    ['bytes of a shard', { shardReadBytesPerSecond: 60 }, 'ShardReadQuotaExceed'],
    ['reads of a project', { projectReadsPerSecond: 2 }, 'ReadQuotaExceed'],
  ])('count %s in a second', async (_name, options, code) => {
    const { append, clock, cursor, pull } = await startSls(options)
    append(0, 'x'.repeat(20))
    const begin = await cursor('begin')
    expect([(await pull(begin)).status, (await pull(begin)).status]).toEqual([200, 200])
    expect(refusal(await pull(begin))).toEqual([403, code])
    clock.advance(1_000)
    expect((await pull(begin)).status).toBe(200)
  })
})
