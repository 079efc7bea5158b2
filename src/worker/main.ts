/** The task of a worker thread: builds its parts, runs the consumer until it is drained, reports once a second. */

import { toFailure } from '../base/failure.ts'
import { sleep } from '../base/wait.ts'
import type { Drained, FromWorker, WorkerInput } from '../thread/protocol.ts'
import { openInbox } from './inbox.ts'
import { createStop } from './stop.ts'
import { buildWorker, type Worker } from './wiring.ts'

type Send = (message: FromWorker) => void

const REPORT_INTERVAL_MS = 1_000

/** Resolves when drained. When the worker cannot go on it tells the supervisor why and ends the thread. */
export default async function work(input: WorkerInput): Promise<Drained> {
  const send: Send = message => input.port.postMessage(message)
  try {
    return await run(buildWorker(input, send), input, send)
  } catch (error) {
    send({ type: 'failed', failure: toFailure(error) })
    // A fresh thread for the next run: nothing of this one may be left.
    process.exit(1)
  }
}

async function run(worker: Worker, { port, worker: config }: WorkerInput, send: Send): Promise<Drained> {
  const { consumer } = worker
  const stop = createStop(config.drainTimeoutMs)
  const over = new AbortController()
  const report = () => send({ type: 'status', status: worker.report() })
  openInbox(port, { ...worker.receivers, drain: stop.drain })
  send({ type: 'ready' })
  const background = Promise.all([keepReporting(report, over.signal), worker.keepInTouch(over.signal)])
  await Promise.race([consumer.run(stop.soft, stop.hard), stop.settled])
  over.abort()
  await background
  report()
  worker.close()
  stop.close()
  port.close()
  return { kind: 'drained', unconfirmed: consumer.unconfirmed(), unsaved: consumer.unsaved() }
}

async function keepReporting(report: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    report()
    await sleep(REPORT_INTERVAL_MS, signal)
  }
}
