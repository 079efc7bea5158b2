import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLogGroupList, type LogGroup } from '../../../../src/simulator/wire.ts'
import type { Deliver, Delivered } from '../../../../src/splunk/deliver.ts'
import type { Events } from '../../../../src/splunk/pieces.ts'
import { createBuffers } from '../../../../src/worker/deliver/buffers.ts'
import { deliverPage, type PageDelivery } from '../../../../src/worker/deliver/deliver-page.ts'
import { createEncode } from '../../../../src/worker/encode/page-encoder.ts'
import { createPlanner } from '../../../../src/worker/encode/plan.ts'
import { createMeter } from '../../../../src/worker/report/meter.ts'
import { ROUTED } from '../encode/pages.ts'
import { heldPage } from '../read/held-page.ts'

const BUFFERS = 3
/** Room for two events or so. */
const BUFFER_BYTES = 400

interface Send {
  readonly accept: () => void
}

/** Splunk, whose every answer the test decides about. */
function createSplunk() {
  const open: Send[] = []
  const accepted: string[] = []
  let most = 0
  function deliver({ bytes, numbers }: Events, signal: AbortSignal): Promise<Delivered> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const close = () => open.splice(open.indexOf(send), 1)
      const send: Send = {
        accept() {
          close()
          // Read as late as can be: a buffer that was given away too early would show.
          accepted.push(Buffer.from(bytes).toString())
          resolve({ accepted: numbers.length, refused: 0, held: [] })
        },
      }
      open.push(send)
      most = Math.max(most, open.length)
      signal.addEventListener('abort', () => {
        if (open.includes(send)) close()
        reject(signal.reason)
      })
    })
  }
  return { deliver, open, accepted, mostAtOnce: () => most }
}

function start(page: Uint8Array, options: Partial<PageDelivery> = {}) {
  const splunk = createSplunk()
  const meter = createMeter()
  const buffers = createBuffers(BUFFERS, BUFFER_BYTES)
  const stop = new AbortController()
  const shard = meter.shard(0)
  const parts = {
    encode: createEncode(createPlanner(ROUTED)),
    deliver: splunk.deliver,
    buffers,
    meter: shard,
    inOrder: false,
    uninterrupted: <T>(work: () => T) => work(),
    ending: new AbortController().signal,
    ...options,
  }
  const done = deliverPage(heldPage(page), parts, stop.signal)
  done.catch(() => undefined)
  return { splunk, buffers, shard, stop, done, counts: () => meter.take().shards[0] }
}

const settle = () => new Promise(resolve => setImmediate(resolve))

function pageOf(topics: readonly string[], logs: number): Buffer {
  let next = 0
  const log = () => ({ timeSeconds: 1, contents: [{ key: 'n', value: String(next++) }] })
  const group = (topic: string): LogGroup => ({ topic, tags: [], logs: Array.from({ length: logs }, log) })
  return encodeLogGroupList(topics.map(group))
}

const numbersIn = (texts: readonly string[]) =>
  texts.flatMap(text => [...text.matchAll(/"n":"(\d+)"/g)].map(match => Number(match[1])))
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Makes bodies until one cannot be made: a bug, or memory that has run out. */
function encodeUntil(bodies: number): PageDelivery['encode'] {
  const encode = createEncode(createPlanner(ROUTED))
  return (page, select) => {
    const encoder = encode(page, select)
    let made = 0
    return {
      next(buffer) {
        if (made++ === bodies) throw new RangeError('no such body')
        return encoder.next(buffer)
      },
      droppedEvents: () => encoder.droppedEvents(),
      droppedBytes: () => encoder.droppedBytes(),
    }
  }
}

describe('delivery of a page', () => {
  it.each([0, 1, 2])('gives up what is under way when a body cannot be made, after %i', async bodies => {
    let underWay = 0
    /** Takes its time to give up: by then the page must still be there. */
    const deliver: Deliver = (_, signal) =>
      new Promise((_resolve, reject) => {
        underWay++
        signal.addEventListener('abort', async () => {
          await settle()
          underWay--
          reject(signal.reason)
        })
      })
    const { buffers, shard, done } = start(pageOf(['a'], 12), { encode: encodeUntil(bodies), deliver })
    await expect(done).rejects.toThrow('no such body')
    expect([underWay, buffers.lentBytes(), shard.inFlightEvents()]).toEqual([0, 0, 0])
    // None is given back twice.
    const never = new AbortController().signal
    const all = await Promise.all(Array.from({ length: BUFFERS }, () => buffers.take(never)))
    expect(new Set(all).size).toBe(BUFFERS)
  })

  it('ends when Splunk has every event, in whichever order its answers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        async (picks, inOrder) => {
          const { splunk, buffers, shard, done, counts } = start(pageOf(['a', 'b'], 12), { inOrder })
          let over = false
          void done.then(() => {
            over = true
          })
          for (let step = 0; ; step++) {
            await settle()
            if (splunk.open.length === 0) break
            expect(over).toBe(false)
            splunk.open[(picks[step % picks.length] ?? 0) % splunk.open.length]?.accept()
          }
          await expect(done).resolves.toEqual({ kind: 'delivered' })
          const numbers = numbersIn(splunk.accepted)
          expect(inOrder ? numbers : numbers.toSorted((a, b) => a - b)).toEqual(upTo(24))
          expect(splunk.mostAtOnce()).toBe(inOrder ? 1 : BUFFERS)
          expect([buffers.lentBytes(), shard.inFlightEvents()]).toEqual([0, 0])
          expect(counts()).toMatchObject({ readEvents: 24, deliveredEvents: 24, droppedEvents: 0 })
        },
      ),
      { numRuns: 50 },
    )
  })

  it('counts what routes drop, and all bytes that were not dropped as delivered', async () => {
    const page = pageOf(['dropped', 'a', 'dropped'], 2)
    const { splunk, done, counts } = start(page)
    await settle()
    for (const send of [...splunk.open]) send.accept()
    await done
    const oneLog = encodeLogGroupList([
      { tags: [], logs: [{ timeSeconds: 1, contents: [{ key: 'n', value: '0' }] }] },
    ])
    const framing = 4
    expect(counts()).toMatchObject({
      readEvents: 6,
      deliveredEvents: 2,
      droppedEvents: 4,
      deliveredBytes: page.length - 4 * (oneLog.length - framing),
    })
  })

  it.each([
    ['an empty page', []],
    ['groups without logs', [0]],
  ])('ends at once for %s, nothing sent', async (_, groups) => {
    const page = encodeLogGroupList(groups.map(() => ({ topic: 'a', tags: [], logs: [] })))
    const { splunk, done, counts } = start(page)
    await expect(done).resolves.toEqual({ kind: 'delivered' })
    expect(splunk.accepted).toEqual([])
    expect(counts()).toMatchObject({ readEvents: 0, deliveredEvents: 0, deliveredBytes: page.length })
  })

  it('sends nothing of a page that is corrupt, however much of it is not', async () => {
    const page = pageOf(['a'], 4)
    const { splunk, buffers, done, counts } = start(Buffer.concat([page, Buffer.from('0a050a0308', 'hex')]))
    await expect(done).resolves.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining('announced'),
    })
    expect([splunk.open, splunk.accepted, buffers.lentBytes(), counts()]).toEqual([[], [], 0, undefined])
  })

  it.each([0, 1, 2, 3])(
    'rejects when aborted after %d answers, with nothing under way and no buffer lent',
    async answers => {
      const { splunk, buffers, shard, stop, done, counts } = start(pageOf(['a', 'b'], 12))
      for (let i = 0; i < answers; i++) {
        await settle()
        splunk.open[0]?.accept()
      }
      stop.abort('enough')
      await expect(done).rejects.toBe('enough')
      expect([splunk.open.length, buffers.lentBytes(), shard.inFlightEvents()]).toEqual([0, 0, 0])
      expect(counts()?.deliveredEvents ?? 0).toBe(numbersIn(splunk.accepted).length)
    },
  )

  it('rejects also when the last answer and the abort come together: whoever is stopped may not go on', async () => {
    const { splunk, stop, done } = start(pageOf(['a'], 1))
    await settle()
    splunk.open[0]?.accept()
    stop.abort('enough')
    await expect(done).rejects.toBe('enough')
  })

  it('rejects when a delivery fails, which only a bug can make it do, after the others have ended', async () => {
    const bug = new Error('a bug')
    const failing = createSplunk()
    let sends = 0
    const deliver: Deliver = (events, signal) =>
      ++sends === 2 ? Promise.reject(bug) : failing.deliver(events, signal)
    const { buffers, done } = start(pageOf(['a'], 12), { deliver })
    let over = false
    done.catch(() => {
      over = true
    })
    await settle()
    expect([over, failing.open.length > 0]).toEqual([false, true])
    while (!over) {
      for (const send of [...failing.open]) send.accept()
      await settle()
    }
    await expect(done).rejects.toBe(bug)
    expect(buffers.lentBytes()).toBe(0)
  })

  it('sends nothing for a signal that is aborted already', async () => {
    const sent: Events[] = []
    const stop = AbortSignal.abort('before')
    const parts: PageDelivery = {
      encode: createEncode(createPlanner(ROUTED)),
      deliver: async events => {
        sent.push(events)
        return { accepted: 1, refused: 0, held: [] }
      },
      buffers: createBuffers(BUFFERS, BUFFER_BYTES),
      meter: createMeter().shard(0),
      inOrder: false,
      uninterrupted: work => work(),
      ending: new AbortController().signal,
    }
    await expect(deliverPage(heldPage(pageOf(['a'], 1)), parts, stop)).rejects.toBe('before')
    expect(sent).toEqual([])
  })
})
