/**
 * One request to Log Service: signed, sent, read. Two failures are fixed on the spot, because the request never really
 * began: a clock that is off (signed again with the server's time) and expired credentials (asked for again, once).
 */

import { messageOf } from '../base/failure.ts'
import type { SlsConfig } from '../config/types.ts'
import type { CreateHttpClient, HttpOutcome, HttpRequest } from '../http/client.ts'
import { type ProjectAddress, projectAddress } from './address.ts'
import { type Read, readAnswer } from './answer.ts'
import type { Call, SlsCall } from './call.ts'
import { type Credentials, type CredentialsProvider, createCredentials } from './credentials.ts'
import { failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { HEADROOM_BYTES } from './page.ts'
import { createServerClock } from './server-clock.ts'
import { type SignedCall, signCall } from './sign-call.ts'

export interface TransportOptions {
  readonly sls: SlsConfig
  readonly project: string
  readonly createHttp: CreateHttpClient
  readonly maxSockets: number
  readonly onCall?: (call: SlsCall) => void
}

/** Limits an answer that never ends. One log group may be 10 MB, and a page several times that. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024

export interface Transport {
  /** Makes a call. An answer that `read` rejects counts as a failed request, in the metrics too. */
  call<T>(call: Call, read: Read<T>, signal: AbortSignal): Promise<SlsResult<T>>
  close(): void
}

export function createTransport(options: TransportOptions): Transport {
  const { sls, project, onCall } = options
  const address = projectAddress(sls.endpoint, project)
  const http = createHttpTo(address, options)
  const credentials = createCredentials(sls.credentials)
  const clock = createServerClock()

  async function attempt<T>(call: Call, read: Read<T>, signal: AbortSignal): Promise<SlsResult<T>> {
    const keys = await currentKeys(credentials, call.timeoutMs, signal)
    if (keys.kind === 'failed') return keys
    const signed = signCall(call, { sls, address, keys: keys.value, now: clock.now() })
    const outcome = await http.send(requestOf(call, signed), signal)
    // Counted before the answer is read: a page gives its memory back while it is decompressed.
    const receivedBytes = bytesIn(outcome)
    const result = resultOf(outcome, read)
    if (outcome.kind === 'answer') clock.observe(outcome.headers.date)
    onCall?.({
      operation: call.operation,
      code: result.kind === 'ok' ? 'ok' : result.failure.code,
      durationMs: outcome.durationMs,
      receivedBytes,
    })
    return result
  }

  function fix({ action }: SlsFailure): Fix {
    if (action === 'credentials') return credentials.refresh() ? 'fixed' : 'unfixed'
    if (action !== 'clock') return 'unfixed'
    const objection = clock.adopt()
    return objection === undefined ? 'fixed' : { objection }
  }

  return {
    close: http.close,
    async call(call, read, signal) {
      const result = await attempt(call, read, signal)
      if (result.kind === 'ok') return result
      const fixed = fix(result.failure)
      if (fixed === 'fixed') return attempt(call, read, signal)
      return fixed === 'unfixed' ? result : withReason(result, fixed.objection)
    },
  }
}

/** `fixed`: the request can be made again at once. An objection says why a clock that is off cannot be fixed. */
type Fix = 'fixed' | 'unfixed' | { readonly objection: string }

function createHttpTo({ serverName }: ProjectAddress, { sls, createHttp, maxSockets }: TransportOptions) {
  const { tls, proxy } = sls
  return createHttp({ tls, maxSockets, serverName, ...(proxy && { proxy }) })
}

function requestOf({ method, timeoutMs }: Call, signed: SignedCall): HttpRequest {
  const limits = { maxAnswerBytes: MAX_ANSWER_BYTES, headroomBytes: HEADROOM_BYTES }
  return { ...signed, ...limits, method, timeoutMs }
}

/** Rejects with the signal's reason alone. */
async function currentKeys(
  credentials: CredentialsProvider,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<SlsResult<Credentials>> {
  try {
    return { kind: 'ok', value: await credentials.current(timeoutMs, signal) }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'failed', failure: failureOf('NoCredentials', 401, messageOf(error)) }
  }
}

const bytesIn = (outcome: HttpOutcome) =>
  outcome.kind === 'answer' ? outcome.body.length - HEADROOM_BYTES : 0

function resultOf<T>(outcome: HttpOutcome, read: Read<T>): SlsResult<T> {
  if (outcome.kind === 'answer') return readAnswer(outcome.status, outcome, read)
  return { kind: 'failed', failure: failureOf(outcome.code, 0, outcome.message) }
}

type Failed = Extract<SlsResult<never>, { kind: 'failed' }>

function withReason({ kind, failure }: Failed, reason: string): Failed {
  return { kind, failure: { ...failure, message: `${failure.message}; ${reason}` } }
}
