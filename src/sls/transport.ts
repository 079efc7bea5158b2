/**
 * Signs, sends and reads one request. Two things are mended on the spot, because the request never really began: a
 * clock that is off (signed again with the server's time) and credentials that have run out (asked for again once).
 */

import { messageOf } from '../base/failure.ts'
import type { SlsConfig } from '../config/types.ts'
import type { CreateHttpClient } from '../http/client.ts'
import { projectAddress } from './address.ts'
import { type Read, readAnswer } from './answer.ts'
import type { Call, SlsCall } from './call.ts'
import { type Credentials, createCredentials } from './credentials.ts'
import { failureOf, type SlsResult } from './errors.ts'
import { HEADROOM_BYTES } from './page.ts'
import { createServerClock } from './server-clock.ts'
import { signCall } from './sign-call.ts'

export interface TransportOptions {
  readonly sls: SlsConfig
  readonly project: string
  readonly createHttp: CreateHttpClient
  readonly maxSockets: number
  readonly onCall?: (call: SlsCall) => void
}

/** One log group may be 10 MB and a page several times that; this only stops an answer that never ends. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024

export interface Transport {
  /** An answer that `read` refuses counts as a failed request, in the metrics too. */
  call<T>(request: Call, read: Read<T>, signal: AbortSignal): Promise<SlsResult<T>>
  close(): void
}

export async function createTransport({
  sls,
  project,
  createHttp,
  maxSockets,
  onCall,
}: TransportOptions): Promise<Transport> {
  const address = projectAddress(sls.endpoint, project)
  const credentials = await createCredentials(sls.credentials)
  const { tls, proxy } = sls
  const { serverName } = address
  const http = createHttp({ tls, maxSockets, serverName, ...(proxy && { proxy }) })
  const clock = createServerClock()

  async function attempt<T>(request: Call, read: Read<T>, signal: AbortSignal): Promise<SlsResult<T>> {
    const keys = await currentKeys(within(request.timeoutMs, credentials.current()))
    if (keys.kind === 'failed') return keys
    const signed = signCall(request, { sls, address, keys: keys.value, now: clock.now() })
    const outcome = await http.send(
      {
        ...signed,
        method: request.method,
        timeoutMs: request.timeoutMs,
        maxAnswerBytes: MAX_ANSWER_BYTES,
        headroomBytes: HEADROOM_BYTES,
      },
      signal,
    )
    // Before it is read: a page gives its memory back while it is decompressed.
    const receivedBytes = outcome.kind === 'answer' ? outcome.body.length - HEADROOM_BYTES : 0
    const result: SlsResult<T> =
      outcome.kind === 'trouble'
        ? { kind: 'failed', failure: failureOf(outcome.code, 0, outcome.message) }
        : readAnswer(outcome.status, outcome, read)
    if (outcome.kind === 'answer') clock.observe(outcome.headers.date)
    onCall?.({
      operation: request.operation,
      code: result.kind === 'ok' ? 'ok' : result.failure.code,
      durationMs: outcome.durationMs,
      receivedBytes,
    })
    return result
  }

  return {
    close: http.close,
    async call(request, read, signal) {
      const result = await attempt(request, read, signal)
      if (result.kind === 'ok') return result
      const { action } = result.failure
      if (action === 'clock') {
        const objection = clock.adopt()
        return objection === undefined ? attempt(request, read, signal) : withReason(result, objection)
      }
      if (action === 'credentials' && (await credentials.refresh())) return attempt(request, read, signal)
      return result
    },
  }
}

function withReason({ kind, failure }: Failed, reason: string): Failed {
  return { kind, failure: { ...failure, message: `${failure.message}; ${reason}` } }
}

type Failed = Extract<SlsResult<never>, { kind: 'failed' }>

async function currentKeys(asking: Promise<Credentials>): Promise<SlsResult<Credentials>> {
  try {
    return { kind: 'ok', value: await asking }
  } catch (error) {
    return { kind: 'failed', failure: failureOf('NoCredentials', 401, messageOf(error)) }
  }
}

/** A credential service that hangs must not hang the heartbeat with it. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the credential provider has not answered for ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
