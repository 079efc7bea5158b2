import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLogId } from '../../../src/simulator/generator/log-id.ts'
import { createLedger, type ShardAccount } from '../../../src/simulator/ledger.ts'

const nothing: ShardAccount = {
  issued: 0,
  delivered: 0,
  lost: 0,
  duplicated: 0,
  unknown: 0,
  orderViolations: 0,
}

describe('the ledger', () => {
  it('is balanced when every log arrived once and in order', () => {
    const ledger = createLedger()
    ledger.issue(0, 0, 3)
    ledger.issue(7, 0, 1)
    for (const sequence of [0, 1, 2]) ledger.deliver(0, sequence)
    ledger.deliver(7, 0)
    expect(ledger.report()).toEqual({
      ...nothing,
      issued: 4,
      delivered: 4,
      shards: new Map([
        [0, { ...nothing, issued: 3, delivered: 3 }],
        [7, { ...nothing, issued: 1, delivered: 1 }],
      ]),
    })
  })

  it('names what was lost, the earliest of each shard first', () => {
    const ledger = createLedger()
    ledger.issue(0, 0, 5)
    ledger.deliver(0, 1)
    ledger.deliver(0, 3)
    expect(ledger.report()).toMatchObject({ issued: 5, delivered: 2, lost: 3 })
    const lost = [0, 2, 4].map(sequence => ({ shard: 0, sequence }))
    expect(ledger.lostIds(10)).toEqual(lost)
    expect(ledger.lostIds(2)).toEqual(lost.slice(0, 2))
  })

  it('knows of a single log whether it has arrived', () => {
    const ledger = createLedger()
    ledger.issue(3, 0, 2)
    ledger.deliver(3, 1)
    expect([0, 1, 2].map(sequence => ledger.hasArrived(3, sequence))).toEqual([false, true, false])
    expect(ledger.hasArrived(4, 0)).toBe(false)
  })

  it('counts every arrival beyond the first as a duplicate, which breaks no order', () => {
    const ledger = createLedger()
    ledger.issue(0, 0, 2)
    for (const sequence of [0, 1, 0, 0, 1]) ledger.deliver(0, sequence)
    expect(ledger.report()).toMatchObject({ delivered: 2, duplicated: 3, orderViolations: 0, lost: 0 })
  })

  it('counts a log that arrives first behind a later one of its shard', () => {
    const ledger = createLedger()
    ledger.issue(0, 0, 4)
    ledger.issue(1, 0, 1)
    for (const sequence of [0, 3, 1, 2]) ledger.deliver(0, sequence)
    ledger.deliver(1, 0)
    expect(ledger.report()).toMatchObject({ orderViolations: 2 })
  })

  it('does not know what was never issued, nor what is no id', () => {
    const ledger = createLedger()
    ledger.issue(0, 0, 1)
    ledger.deliver(0, 1)
    ledger.deliver(9, 9_999_999_999)
    ledger.deliverId('no id')
    ledger.deliverId(formatLogId({ shard: 0, sequence: 0 }))
    expect(ledger.report()).toMatchObject({ issued: 1, delivered: 1, unknown: 3, lost: 0 })
  })

  it('takes an issue that is told after the arrival', () => {
    const ledger = createLedger()
    ledger.deliver(0, 5)
    expect(ledger.report()).toMatchObject({ unknown: 1, delivered: 0 })
    ledger.issue(0, 5, 1)
    expect(ledger.report()).toMatchObject({ issued: 1, delivered: 1, unknown: 0, lost: 0 })
  })

  it('agrees with a plain count of ids, whatever arrives in whatever order', () => {
    const id = fc.record({ shard: fc.nat(2), sequence: fc.nat(20_000) })
    fc.assert(
      fc.property(fc.nat(20_000), fc.array(id), (issued, arrivals) => {
        const ledger = createLedger()
        ledger.issue(0, 0, issued)
        for (const { shard, sequence } of arrivals) ledger.deliver(shard, sequence)
        const known = arrivals.filter(({ shard, sequence }) => shard === 0 && sequence < issued)
        const delivered = new Set(known.map(({ sequence }) => sequence)).size
        expect(ledger.report()).toMatchObject({
          issued,
          delivered,
          lost: issued - delivered,
          duplicated: known.length - delivered,
          unknown: arrivals.length - known.length,
        })
      }),
    )
  })
})
