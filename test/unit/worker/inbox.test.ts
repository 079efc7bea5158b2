import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import type { ToWorker } from '../../../src/thread/protocol.ts'
import { openInbox } from '../../../src/worker/inbox.ts'

const ENTRY = { shard: 1, cursor: 'MTA=', next: 'MTE=', how: 'bury' } as const
const POSITIONS = new Map([[0, 'MTA=']])

const MESSAGES: readonly (readonly [ToWorker, readonly unknown[]])[] = [
  [{ type: 'drain' }, ['drain']],
  [{ type: 'positions', positions: POSITIONS }, ['positions', POSITIONS]],
  [{ type: 'quarantine', entries: [ENTRY] }, ['quarantine', [ENTRY]]],
  [{ type: 'group-restored' }, ['groupRestored']],
]

/** An inbox that notes who is told what. */
function setUp() {
  const { port1: supervisor, port2: port } = new MessageChannel()
  const told: unknown[][] = []
  const note =
    (name: string) =>
    (...what: unknown[]) =>
      void told.push([name, ...what])
  const open = () =>
    openInbox(port, {
      drain: note('drain'),
      positions: note('positions'),
      quarantine: note('quarantine'),
      groupRestored: note('groupRestored'),
    })
  return { supervisor, port, told, open }
}

it.each(MESSAGES)('gives %j to its receiver and to no other', async (message, expected) => {
  const { supervisor, port, told, open } = setUp()
  open()
  const received = once(port, 'message')
  supervisor.postMessage(message)
  await received
  expect(told).toEqual([expected])
  port.close()
})

it('gives on what came before it was opened, in order', async () => {
  const { supervisor, port, told, open } = setUp()
  for (const [message] of MESSAGES) supervisor.postMessage(message)
  open()
  supervisor.close()
  await once(port, 'close')
  expect(told).toEqual(MESSAGES.map(([, expected]) => expected))
})
