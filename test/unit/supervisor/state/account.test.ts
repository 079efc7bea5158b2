import { describe, expect, it } from 'vitest'
import { createAccount } from '../../../../src/supervisor/state/account.ts'
import { callDelta, shardDelta, workerStatus } from '../../../support/worker-status.ts'

function setUp() {
  let nowMs = 0
  const account = createAccount(() => nowMs)
  return {
    account,
    call: (code: string, ...durationsSeconds: number[]) =>
      account.reported(
        'audit',
        workerStatus({ since: { hecCalls: [callDelta({ code, durationsSeconds })] } }),
      ),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

describe('the account', () => {
  it('adds up the logs of a shard, whoever held it', () => {
    const { account } = setUp()
    const delta = shardDelta(3, {
      readEvents: 10,
      deliveredEvents: 6,
      droppedEvents: 1,
      deadLetters: { 'too-large': 1, 'event-refused': 2 },
    })
    for (let i = 0; i < 2; i++) account.reported('audit', workerStatus({ since: { shards: [delta] } }))
    const expected = { readEvents: 20, deliveredEvents: 12, droppedEvents: 2, deadLetterEvents: 6 }
    expect(account.shard('audit', 3)).toEqual(expected)
    expect(account.shard('other', 3)).toEqual(account.shard('audit', 4))
    expect(account.deliveredEventsPerSecond()).toBe(12)
  })

  it('counts answers by their code, and nothing but requests with events', () => {
    const { account, call } = setUp()
    call('0', 0.1, 0.2)
    call('0', 0.1)
    call('9', 0.1)
    account.reported(
      'audit',
      workerStatus({ since: { hecCalls: [callDelta({ operation: 'health', code: '17' })] } }),
    )
    expect(account.endpoint('audit', 'splunk:8088').answers).toEqual({ 0: 3, 9: 1 })
    expect(account.endpoint('audit', 'elsewhere:1').answers).toEqual({})
  })

  it('knows how long the requests of the last minute took', () => {
    const { account, call, pass } = setUp()
    const latency = () => account.endpoint('audit', 'splunk:8088').latencySeconds
    expect(latency()).toBeUndefined()
    call('0', 9, 9, 9)
    pass(50_000)
    call('0', ...Array.from({ length: 100 }, (_, i) => (i + 1) / 100))
    pass(20_000)
    expect(latency()).toEqual({ p50: 0.51, p99: 1 })
    pass(60_000)
    expect(latency()).toBeUndefined()
  })

  it('keeps a bounded number of durations', () => {
    const { account, call } = setUp()
    for (let i = 0; i < 20; i++) call('0', ...Array<number>(500).fill(i))
    expect(account.endpoint('audit', 'splunk:8088').latencySeconds).toEqual({ p50: 19, p99: 19 })
  })
})
