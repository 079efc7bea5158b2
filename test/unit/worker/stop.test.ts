import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openInbox } from '../../../src/worker/inbox.ts'
import { createStop } from '../../../src/worker/stop.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const DRAIN_MS = 30_000
const SETTLE_MS = 12_000

function setUp() {
  const { port1: supervisor, port2: port } = new MessageChannel()
  const stop = createStop(DRAIN_MS)
  const ignore = () => {}
  openInbox(port, { drain: stop.drain, positions: ignore, quarantine: ignore, groupRestored: ignore })
  let settled = false
  void stop.settled.then(() => {
    settled = true
  })
  return {
    close() {
      stop.close()
      port.close()
    },
    state: () => [stop.soft.aborted, stop.hard.aborted, settled],
    async say(message: unknown) {
      const received = once(port, 'message')
      supervisor.postMessage(message)
      await received
    },
    closed: () => once(supervisor, 'close'),
  }
}

it('takes nothing new when told to drain, cuts short when the time is up, and settles a while later', async () => {
  const { close, state, say } = setUp()
  await say({ type: 'drain' })
  expect(state()).toEqual([true, false, false])
  await vi.advanceTimersByTimeAsync(DRAIN_MS - 1)
  expect(state()).toEqual([true, false, false])
  await vi.advanceTimersByTimeAsync(1)
  expect(state()).toEqual([true, true, false])
  await vi.advanceTimersByTimeAsync(SETTLE_MS)
  expect(state()).toEqual([true, true, true])
  close()
})

it('counts from the first time it is told', async () => {
  const { close, state, say } = setUp()
  await say({ type: 'drain' })
  await vi.advanceTimersByTimeAsync(DRAIN_MS - 1_000)
  await say({ type: 'drain' })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(state()).toEqual([true, true, false])
  close()
})

it.each([[{ type: 'group-restored' }], ['drain'], [{ type: 'drained' }], [{ kind: 'drain' }]])(
  'does not stop for %j',
  async message => {
    const { close, state, say } = setUp()
    await say(message)
    await vi.advanceTimersByTimeAsync(DRAIN_MS + SETTLE_MS)
    expect(state()).toEqual([false, false, false])
    close()
  },
)

it('leaves no timer and no open port when it is closed', async () => {
  const { close, say, closed } = setUp()
  await say({ type: 'drain' })
  const gone = closed()
  close()
  await gone
  await vi.advanceTimersByTimeAsync(0)
  expect(vi.getTimerCount()).toBe(0)
})
