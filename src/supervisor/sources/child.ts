/**
 * One run of one worker thread. Never rejects: how the run ended is the answer. A run is a pool of one thread with one
 * task, so that nothing of an earlier run can be left in it and killing it touches no other.
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { type Failure, messageOf } from '../../base/failure.ts'
import type { Drained, FromWorker, ToWorker, WorkerInput } from '../../thread/protocol.ts'

export type ChildExit =
  | Drained
  /** The worker said why it cannot go on. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The thread ended without a word: out of memory, `process.exit`, a module that does not load. */
  | { readonly kind: 'died'; readonly message: string }
  /** No status for too long; it was killed. */
  | { readonly kind: 'stalled' }
  | { readonly kind: 'never-ready' }
  /** Not drained by the deadline; it was killed. */
  | { readonly kind: 'undrained' }
  /** Somebody asked for its death: too much memory, or a test. */
  | { readonly kind: 'killed'; readonly why: string }

export interface ChildOptions {
  readonly workerFile: string
  readonly input: Omit<WorkerInput, 'port'>
  /** Of the heap; buffers are watched by the supervisor. */
  readonly heapLimitBytes: number
  readonly readyWithinMs: number
  readonly silentAtMostMs: number
  readonly drainWithinMs: number
  /** Take nothing new, finish what is held. */
  readonly drain: AbortSignal
  /** End now; the signal's reason says why. */
  readonly kill: AbortSignal
  readonly onMessage: (message: FromWorker, reply: (answer: ToWorker) => void) => void
}

export async function runChild(options: ChildOptions): Promise<ChildExit> {
  const { port1: mine, port2: theirs } = new MessageChannel()
  const death = new AbortController()
  const deadline = createDeadline(death)
  const pool = createPool(options)
  let failure: Failure | undefined

  const reply = (answer: ToWorker) => mine.postMessage(answer)
  const onDrain = () => {
    reply({ type: 'drain' })
    deadline.arm(options.drainWithinMs, { kind: 'undrained' })
  }
  const onKill = () => deadline.strike({ kind: 'killed', why: String(options.kill.reason) })
  const receive = (message: FromWorker) => {
    if (message.type === 'failed') failure = message.failure
    else if (!options.drain.aborted) deadline.arm(options.silentAtMostMs, { kind: 'stalled' })
    options.onMessage(message, reply)
  }
  mine.on('message', receive)
  deadline.arm(options.readyWithinMs, { kind: 'never-ready' })
  if (options.drain.aborted) onDrain()
  else options.drain.addEventListener('abort', onDrain)
  if (options.kill.aborted) onKill()
  else options.kill.addEventListener('abort', onKill)
  try {
    const task: WorkerInput = { ...options.input, port: theirs }
    const run: Promise<Drained> = pool.run(task, { transferList: [theirs], signal: death.signal })
    return await run.finally(() => receiveRest(mine, receive))
  } catch (error) {
    const struck = deadline.struck()
    if (struck) return struck
    return failure ? { kind: 'failed', failure } : { kind: 'died', message: messageOf(error) }
  } finally {
    deadline.disarm()
    options.drain.removeEventListener('abort', onDrain)
    options.kill.removeEventListener('abort', onKill)
    mine.close()
    await pool.destroy()
  }
}

/** Last words and the end of the task come by different ways: what is behind the end would be lost with the port. */
function receiveRest(port: MessagePort, receive: (message: FromWorker) => void): void {
  for (let rest = receiveMessageOnPort(port); rest; rest = receiveMessageOnPort(port)) receive(rest.message)
}

/**
 * `atomics: 'disabled'`: otherwise the thread's event loop sleeps between tasks. The young generation gets its share on
 * top, or short-lived pages would push the old one over its limit.
 */
function createPool({ workerFile, heapLimitBytes }: ChildOptions): Piscina {
  const pool = new Piscina({
    filename: workerFile,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: 'disabled',
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapLimitBytes / 2 ** 20) },
  })
  // A thread that dies between tasks is reported here; without a listener it would end the process.
  pool.on('error', () => {})
  // Its one thread is there. From now on the pool would replace it when it is gone, also after it was destroyed itself:
  // by a thread that nobody ever ends.
  pool.options.minThreads = 0
  return pool
}

/** A main thread is never as late as this unless the process or the machine was stopped. */
const STOPPED_MS = 1_000

/** A timer that kills, remembering why. */
function createDeadline(death: AbortController) {
  let timer: NodeJS.Timeout | undefined
  let reason: ChildExit | undefined
  const strike = (exit: ChildExit) => {
    reason ??= exit
    death.abort()
  }
  const disarm = () => clearTimeout(timer)
  /** A timer that fires far too late was stopped with the whole process: then the silence is not the worker's. */
  const arm = (ms: number, exit: ChildExit) => {
    disarm()
    const dueAt = performance.now() + ms
    timer = setTimeout(() => (performance.now() - dueAt > STOPPED_MS ? arm(ms, exit) : strike(exit)), ms)
  }
  return {
    strike,
    disarm,
    struck: () => reason,
    arm,
  }
}
