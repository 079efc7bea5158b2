import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBoard } from '../../../../src/supervisor/state/board.ts'
import type { ShardDelta, WorkerStatus } from '../../../../src/thread/protocol.ts'

const SHARD = 7

interface Events {
  readonly read: number
  readonly delivered: number
  readonly abandoned: number
}

/** The status of a worker that holds the shard, after so many events. */
function statusOf({ read, delivered, abandoned }: Events, inFlightEvents: number): WorkerStatus {
  const delta: ShardDelta = {
    shard: SHARD,
    readBytes: 0,
    readEvents: read,
    deliveredBytes: 0,
    deliveredEvents: delivered,
    droppedEvents: 0,
    expiredSeconds: 0,
    cpuSeconds: 0,
    ...(abandoned > 0 && { abandonedEvents: abandoned }),
  }
  return {
    joined: true,
    splunkUp: true,
    endpoints: [],
    inFlightBytes: 0,
    memoryBytes: 0,
    shards: [{ shard: SHARD, state: 'reading', inFlightEvents }],
    reasons: [],
    since: { cpuSeconds: 0, shards: [delta], slsCalls: [], hecCalls: [], hecRetries: [] },
  }
}

/** What a holder does until its next status, each as far as there are events for it; or its thread dies. */
const step = fc.oneof(
  { weight: 9, arbitrary: fc.record({ read: fc.nat(50), delivered: fc.nat(50), abandoned: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.constant('dies' as const) },
)

describe('the account of a shard', () => {
  it('balances at every status: read = delivered + in flight, and what is read again counts once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const board = createBoard(() => 0)
        board.consumerExpected('logs', 'c1')
        let inFlight = 0
        let read = 0
        let delivered = 0
        for (const each of steps) {
          if (each === 'dies') {
            board.threadEnded('logs', 'c1')
            inFlight = 0
            continue
          }
          const done = Math.min(each.delivered, inFlight + each.read)
          const abandoned = Math.min(each.abandoned, inFlight + each.read - done)
          inFlight += each.read - done - abandoned
          const told = board.reported(
            'logs',
            'c1',
            statusOf({ read: each.read, delivered: done, abandoned }, inFlight),
          )
          const newlyRead = told?.since.shards[0]?.readEvents ?? -1
          expect(newlyRead).toBeGreaterThanOrEqual(0)
          read += newlyRead
          delivered += done
          expect(read).toBe(delivered + (board.shards()[0]?.inFlightEvents ?? -1))
        }
      }),
    )
  })
})
