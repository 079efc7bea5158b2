/** Requests that are under way, in the order in which they were made, until the test says what becomes of each. */

import { failureOf, type SlsResult } from '../../../../src/sls/errors.ts'

/** `pick` decides what is left open: how large, which code. */
export interface Outcome {
  readonly how: /** Done and answered. */
    | 'ok'
    /** Done; the answer is still on its way. */
    | 'done'
    /** Done, but the answer is lost. */
    | 'unheard'
    /** Not done, and told so. */
    | 'failed'
    /** Nobody knows: the caller gives up, and the request may still arrive. */
    | 'timed-out'
  readonly pick: number
}

export interface OpenCall {
  readonly what: string
  settle(outcome: Outcome): void
}

export interface OpenCalls {
  list(): readonly OpenCall[]
  add(call: OpenCall): void
  remove(call: OpenCall): void
}

export function createOpenCalls(): OpenCalls {
  const open: OpenCall[] = []
  return {
    list: () => open,
    add: call => void open.push(call),
    remove(call) {
      const at = open.indexOf(call)
      if (at >= 0) open.splice(at, 1)
    },
  }
}

/** One call to Log Service. */
export interface Request<T> {
  readonly what: string
  /** The server does it, once. */
  readonly act: (pick: number) => SlsResult<T>
  /** The caller has given it up while it may still be on its way to the server. */
  readonly onStray?: (arrive: () => void) => void
}

const PASSING: readonly (readonly [code: string, status: number])[] = [
  ['InternalServerError', 500],
  ['ECONNRESET', 0],
  ['ReadQuotaExceed', 403],
  ['Unauthorized', 401],
  ['BadResponse', 200],
]

/** As the transport does it: failures are values, an aborted signal rejects. */
export function ask<T>(calls: OpenCalls, request: Request<T>, signal: AbortSignal): Promise<SlsResult<T>> {
  if (signal.aborted) return Promise.reject(signal.reason)
  let done: SlsResult<T> | undefined
  const perform = (pick: number): SlsResult<T> => {
    done ??= request.act(pick)
    return done
  }
  const stray = () => {
    if (!done) request.onStray?.(() => void perform(0))
  }
  return new Promise((resolve, reject) => {
    const end = () => {
      calls.remove(call)
      signal.removeEventListener('abort', giveUp)
    }
    const giveUp = () => {
      end()
      stray()
      reject(signal.reason)
    }
    const call: OpenCall = {
      what: request.what,
      settle({ how, pick }) {
        if (how === 'done') return void perform(pick)
        end()
        if (how === 'ok') return resolve(perform(pick))
        if (how === 'unheard') perform(pick)
        if (how === 'timed-out') stray()
        resolve(how === 'failed' ? passing(pick) : failed('ETIMEDOUT', 0))
      },
    }
    calls.add(call)
    signal.addEventListener('abort', giveUp)
  })
}

export function failed<T>(code: string, status: number): SlsResult<T> {
  return { kind: 'failed', failure: failureOf(code, status, 'as the test wants it') }
}

function passing<T>(pick: number): SlsResult<T> {
  const [code, status] = PASSING[pick % PASSING.length] ?? ['InternalServerError', 500]
  return failed(code, status)
}
