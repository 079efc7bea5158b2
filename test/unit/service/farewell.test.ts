import { describe, expect, it } from 'vitest'
import { farewellOf } from '../../../src/service/farewell.ts'

const NOTHING = { unconfirmed: [], unsaved: [], killed: [], deadLettered: 0 }
const page = { source: 'logs', shard: 3, events: 7, repeated: 2, from: 'MTA=', to: 'MjA=' }

describe('the last line', () => {
  it('is quiet when nothing is left', () => {
    expect(farewellOf(NOTHING)).toEqual({ level: 'info', text: 'stopped; every event is confirmed' })
  })

  it('does not call confirmed what went to the dead letters', () => {
    expect(farewellOf({ ...NOTHING, deadLettered: 12 }).text).toContain('or among the dead letters (12 since')
  })

  it('names what is not confirmed, and the ranges that come again', () => {
    const unsaved = [{ source: 'logs', shard: 4, from: '', to: 'MTU=' }]
    expect(farewellOf({ ...NOTHING, unconfirmed: [page], unsaved })).toEqual({
      level: 'warn',
      text: 'stopped; 7 events are not confirmed; will be sent again: shard 4 of logs from its start to MTU=; shard 3 of logs from MTA= to MjA=',
    })
  })

  it('counts one event as one, and none of a page that was delivered in part', () => {
    const text = (events: number) => farewellOf({ ...NOTHING, unconfirmed: [{ ...page, events }] }).text
    expect(text(1)).toContain('; 1 event is not confirmed;')
    expect(text(0)).toContain('; every event is confirmed; will be sent again: shard 3')
  })

  it('does not call confirmed what nobody could say anything of', () => {
    const { level, text } = farewellOf({ ...NOTHING, killed: ['box-logs-1'] })
    expect([level, text.includes('every event is confirmed')]).toEqual(['warn', false])
    expect(text).toContain('box-logs-1 sent since the last checkpoints')
  })
})
