import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Channel, createChannels } from '../../../src/splunk/channels.ts'

describe('request channels', () => {
  it('are GUIDs, and two requests at once never share one', () => {
    const channels = createChannels()
    const taken = Array.from({ length: 50 }, () => channels.take())
    expect(new Set(taken.map(({ id }) => id)).size).toBe(50)
    for (const { id } of taken) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it('serve the next request after the one before is acknowledged, and not before', () => {
    const channels = createChannels()
    const first = channels.take()
    expect(channels.take().id).not.toBe(first.id)
    channels.giveBack(first, 0)
    expect(channels.take()).toEqual({ ...first, lastAckId: 0 })
    expect(channels.take().id).not.toBe(first.id)
  })

  it('are not used again when they were taken before the server may have forgotten', () => {
    const channels = createChannels()
    const [idle, busy] = [channels.take(), channels.take()]
    channels.giveBack(idle, 0)
    channels.rotate()
    channels.giveBack(busy, 0)
    const later = [channels.take(), channels.take()].map(({ id }) => id)
    expect(later).not.toContain(idle.id)
    expect(later).not.toContain(busy.id)
  })

  it('do not trust an id that does not grow, and serve one request each from then on', () => {
    const channels = createChannels()
    const first = channels.take()
    expect(channels.trusts(first, 5)).toBe(true)
    channels.giveBack(first, 5)
    const again = channels.take()
    expect([4, 5, 6].map(ackId => channels.trusts(again, ackId))).toEqual([false, false, true])
    const other = channels.take()
    channels.giveBack(other, 0)
    expect(channels.take().id).not.toBe(other.id)
  })
})

/** Indexers behind one address: each counts ids for each channel by itself, and forgets them when it is restarted. */
function createIndexers(count: number) {
  const memories = Array.from({ length: count }, () => new Map<string, (number | undefined)[]>())
  const pendingOf = (at: number, channel: string) => {
    const pending = memories[at]?.get(channel) ?? []
    memories[at]?.set(channel, pending)
    return pending
  }
  return {
    /** Takes request `number`; answers with its id. */
    take: (at: number, channel: string, number: number) => pendingOf(at, channel).push(number) - 1,
    /** The request that the indexer means when it says "indexed": it says so once. */
    poll(at: number, channel: string, ackId: number): number | undefined {
      const pending = pendingOf(at, channel)
      const meant = pending[ackId]
      pending[ackId] = undefined
      return meant
    },
    restart: (at: number) => memories[at]?.clear(),
  }
}

const indexer = fc.nat({ max: 2 })
const steps = fc.array(
  fc.oneof(
    // `lost`: one that took the request as well, without its answer ever arriving: a proxy has sent it twice.
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('send' as const), at: indexer, lost: fc.option(indexer) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('poll' as const), at: indexer, which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: indexer }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rotate' as const) }) },
  ),
  { maxLength: 60 },
)

it('an indexer that says "indexed" means the request that is asked for, whichever of them is asked', () => {
  fc.assert(
    fc.property(steps, run => {
      const channels = createChannels()
      const indexers = createIndexers(3)
      const open: { readonly channel: Channel; readonly ackId: number; readonly number: number }[] = []
      let sent = 0
      for (const step of run) {
        if (step.kind === 'rotate') channels.rotate()
        else if (step.kind === 'restart') indexers.restart(step.at)
        else if (step.kind === 'send') {
          const [channel, number] = [channels.take(), sent++]
          if (step.lost !== null && step.lost !== step.at) indexers.take(step.lost, channel.id, number)
          const ackId = indexers.take(step.at, channel.id, number)
          if (channels.trusts(channel, ackId)) open.push({ channel, ackId, number })
        } else {
          const [asked] = open.slice(step.which % Math.max(1, open.length))
          if (!asked) continue
          const meant = indexers.poll(step.at, asked.channel.id, asked.ackId)
          if (meant === undefined) continue
          expect(meant).toBe(asked.number)
          open.splice(open.indexOf(asked), 1)
          channels.giveBack(asked.channel, asked.ackId)
        }
      }
    }),
    { numRuns: 2_000 },
  )
})
