/** A worker thread that does one thing, good or bad: the consumer's name says which. */

import { setImmediate as turn } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import type { Drained, FromWorker, ToWorker, WorkerInput } from '../../../src/thread/protocol.ts'

export type Behaviour = keyof typeof BEHAVIOURS

const DRAINED: Drained = { kind: 'drained', unconfirmed: [], unsaved: [] }

const BEHAVIOURS = {
  /** Says again and again that it is alive, until it is told to drain. */
  async 'does its work'(port: MessagePort): Promise<Drained> {
    const alive = setInterval(() => say(port, 'alive'), 20)
    await told(port)
    clearInterval(alive)
    return { ...DRAINED, unconfirmed: [{ shard: 3, events: 7, repeated: 0, from: 'MTIz', to: 'MTI0' }] }
  },

  'says much and ends'(port: MessagePort): Drained {
    for (let i = 1; i <= 5_000; i++) say(port, String(i))
    return DRAINED
  },

  'says why and ends'(port: MessagePort): never {
    send(port, { type: 'failed', failure: { code: 'ENOSPC', message: 'the disk is full' } })
    process.exit(1)
  },

  'gets ready late'(): Promise<never> {
    return forever()
  },

  throws(): never {
    throw new TypeError('a bug')
  },

  exits(): never {
    process.exit(7)
  },

  'leaves a rejection alone'(): Promise<never> {
    void Promise.reject(new Error('nobody looks at this'))
    return forever()
  },

  async 'throws in a listener'(port: MessagePort): Promise<never> {
    port.on('message', () => {
      throw new Error('a bug while draining')
    })
    return forever()
  },

  'turns in a circle'(): never {
    for (;;);
  },

  'falls silent'(): Promise<never> {
    return forever()
  },

  async 'eats memory'(): Promise<never> {
    for (const eaten: object[] = []; ; await turn()) {
      for (let i = 0; i < 100_000; i++) eaten.push({ i })
    }
  },

  'does not drain'(port: MessagePort): Promise<never> {
    setInterval(() => say(port, 'alive'), 20)
    return forever()
  },
} as const satisfies Readonly<Record<string, (port: MessagePort) => Drained | Promise<Drained>>>

export default function behave({ consumer, port }: WorkerInput): Drained | Promise<Drained> {
  if (!isBehaviour(consumer)) throw new Error(`no behaviour ${consumer}`)
  if (consumer !== 'gets ready late') send(port, { type: 'ready' })
  return BEHAVIOURS[consumer](port)
}

function isBehaviour(name: string): name is Behaviour {
  return name in BEHAVIOURS
}

function send(port: MessagePort, message: FromWorker): void {
  port.postMessage(message)
}

function say(port: MessagePort, message: string): void {
  send(port, { type: 'log', line: { level: 'info', message, fields: {} } })
}

function told(port: MessagePort): Promise<void> {
  return new Promise(resolve => {
    port.on('message', (message: ToWorker) => {
      if (message.type === 'drain') resolve()
    })
  })
}

function forever(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 60_000))
}
