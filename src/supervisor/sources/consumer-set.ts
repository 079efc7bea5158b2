/** The consumers of one source: which are there, and which of them run. */

import type { ChildExit } from './child.ts'
import { type ConsumerLoop, type ConsumerLoopOptions, startConsumerLoop } from './consumer-loop.ts'

export interface ConsumerSet {
  /** Announces consumers that are to run. */
  expect(names: readonly string[]): void
  /** Runs every consumer that was announced and does not run yet. */
  startMissing(): void
  /** Drains all but these, for good; resolves when they have ended. */
  retain(names: readonly string[]): Promise<void>
  /** The consumers that run now. */
  running(): readonly ConsumerLoop[]
  /** Drains those that are still there and runs them again; `oneByOne`: so that the others go on meanwhile. */
  renew(loops: readonly ConsumerLoop[], oneByOne: boolean): Promise<void>
  /** Drains all, for good. */
  stop(): Promise<readonly StoppedConsumer[]>
}

export interface StoppedConsumer {
  readonly consumer: string
  /** How its last run ended, which may have been before the stop; undefined when there was none. */
  readonly exit: ChildExit | undefined
}

export interface ConsumerSetParts {
  readonly loopOf: (consumer: string) => ConsumerLoopOptions
  readonly onExpected: (consumer: string) => void
  /** Called when a consumer that is not wanted any more has ended. */
  readonly onGone: (consumer: string) => void
}

export function createConsumerSet({ loopOf, onExpected, onGone }: ConsumerSetParts): ConsumerSet {
  const expected = new Set<string>()
  const loops = new Map<string, ConsumerLoop>()
  let isStopping = false

  async function end(consumer: string): Promise<void> {
    expected.delete(consumer)
    const loop = loops.get(consumer)
    loop?.stop()
    await loop?.ended
    loops.delete(consumer)
    onGone(consumer)
  }

  return {
    expect(names) {
      for (const name of names) {
        expected.add(name)
        onExpected(name)
      }
    },
    startMissing() {
      for (const name of expected) if (!loops.has(name)) loops.set(name, startConsumerLoop(loopOf(name)))
    },
    async retain(names) {
      await Promise.all([...expected].filter(name => !names.includes(name)).map(end))
    },
    running: () => [...loops.values()],
    async renew(begun, oneByOne) {
      const staying = begun.filter(({ consumer }) => loops.has(consumer))
      if (!oneByOne) return void (await Promise.all(staying.map(loop => loop.renew())))
      for (const loop of staying) if (!isStopping) await loop.renew()
    },
    stop() {
      isStopping = true
      for (const loop of loops.values()) loop.stop()
      return Promise.all([...loops.values()].map(ended))
    },
  }
}

async function ended(loop: ConsumerLoop): Promise<StoppedConsumer> {
  return { consumer: loop.consumer, exit: await loop.ended }
}
