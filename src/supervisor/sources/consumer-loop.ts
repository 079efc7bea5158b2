/**
 * The life of one consumer: runs its thread, looks at how the run ended, waits, and runs it again, until it is told to
 * stop. A renewal is a run that is drained so that the next one begins with other settings.
 */

import type { BackoffRange } from '../../base/backoff.ts'
import { toFailure } from '../../base/failure.ts'
import { sleep } from '../../base/wait.ts'
import type { ChildExit } from './child.ts'
import { FIRST_RUN, nextRestart } from './restart.ts'

export interface ConsumerLoop {
  readonly consumer: string
  /** Settles when no thread of it runs any more and none will; how the last run ended, undefined when there was none. */
  readonly ended: Promise<ChildExit | undefined>
  /** Drains its thread, for good. */
  stop(): void
  /** Drains its thread and runs it again; resolves when the new one has begun or failed, or when the loop has ended. */
  renew(): Promise<void>
}

export interface ConsumerLoopOptions {
  readonly consumer: string
  /** One run with the settings of now; calls `begun` when the thread is ready. One that rejects is one that failed. */
  readonly run: (drain: AbortSignal, begun: () => void) => Promise<ChildExit>
  readonly restartBackoff: () => BackoffRange
  /** The run ended by itself; the next one begins after so long. */
  readonly onRestart: (exit: ChildExit, afterMs: number) => void
  /** The run ended because it was asked to, for a renewal or for good. */
  readonly onDrained: (exit: ChildExit) => void
}

export function startConsumerLoop(options: ConsumerLoopOptions): ConsumerLoop {
  const stopping = new AbortController()
  let renewal = new AbortController()
  let renewed = Promise.withResolvers<void>()

  async function loop(): Promise<ChildExit | undefined> {
    let last: ChildExit | undefined
    for (let history = FIRST_RUN; !stopping.signal.aborted; ) {
      renewal = new AbortController()
      const over = AbortSignal.any([stopping.signal, renewal.signal])
      const startedAt = performance.now()
      last = await options.run(over, () => renewed.resolve()).catch(failedRun)
      if (over.aborted) {
        options.onDrained(last)
        continue
      }
      // Nobody waits for a thread that may never become ready: it is tried again like any other.
      renewed.resolve()
      const restart = nextRestart(history, performance.now() - startedAt, options.restartBackoff())
      history = restart.history
      options.onRestart(last, restart.afterMs)
      await sleep(restart.afterMs, over)
    }
    return last
  }

  const ended = loop()
  return {
    consumer: options.consumer,
    ended,
    stop: () => stopping.abort(),
    async renew() {
      renewed = Promise.withResolvers()
      renewal.abort()
      await Promise.race([renewed.promise, ended])
    },
  }
}

/** A bug on this side of the thread: the run has failed, the service goes on. */
const failedRun = (error: unknown): ChildExit => ({ kind: 'failed', failure: toFailure(error) })
