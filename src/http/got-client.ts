/** The HTTP client of the main thread and the commands, on got. No worker loads it: it takes 11 MB in each thread. */

import type { ClientRequest } from 'node:http'
import got, { type PlainResponse, TimeoutError } from 'got'
import { type Agents, connectTimeoutMs } from './agents.ts'
import type { CreateHttpClient, HttpPhases, HttpRequest } from './client.ts'
import { clientOf } from './exchange.ts'
import { answered, type Ended, tooLarge, tooLate, troubleOf } from './outcome.ts'

export const createGotClient: CreateHttpClient = options => clientOf(exchange, options)

/** got without all that makes it more than one request and one answer. */
const plain = got.extend({
  retry: { limit: 0 },
  followRedirect: false,
  decompress: false,
  throwHttpErrors: false,
  // Node itself notices an answer that is cut; got's own check has another code for it.
  strictContentLength: false,
  responseType: 'buffer',
  headers: { 'user-agent': undefined },
})

async function exchange(request: HttpRequest, agent: Agents, signal: AbortSignal): Promise<Ended> {
  const { url, timeoutMs, maxAnswerBytes, headroomBytes = 0 } = request
  const limits = createLimits()
  // got's own `timeout.request` does not end a request that waits for a free connection.
  const deadline = setTimeout(limits.pass, timeoutMs, tooLate(timeoutMs, 'answer'))
  const asked = plain(url, { ...optionsOf(request), agent, signal: AbortSignal.any([signal, limits.signal]) })
  let sent: ClientRequest | undefined
  asked.on('request', started => {
    sent = started
    // got listens for `upgrade`, so Node leaves the connection to us.
    started.once('upgrade', (_, socket) => socket.destroy())
  })
  // `total` is the announced length; got tells it before the body comes.
  asked.on('downloadProgress', ({ transferred, total = 0 }) => {
    if (Math.max(transferred, total) > maxAnswerBytes) limits.pass(tooLarge(maxAnswerBytes))
  })
  try {
    const answer = await asked
    return limits.passed() ?? answerIn(answer, headroomBytes, sent?.writableFinished === false)
  } catch (error) {
    return limits.passed() ?? failureOf(error, request)
  } finally {
    clearTimeout(deadline)
  }
}

/** Creates a signal that ends a request at the first limit that it passes, and remembers the limit. */
function createLimits() {
  const over = new AbortController()
  let first: Ended | undefined
  return {
    signal: over.signal,
    passed: () => first,
    pass(limit: Ended): void {
      first ??= limit
      over.abort()
    },
  }
}

function optionsOf({ method, headers, body, timeoutMs }: HttpRequest) {
  const connect = connectTimeoutMs(timeoutMs)
  return {
    method,
    headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
    // As a list: got cuts any other body into pieces, and loses an answer that comes between the last one and the end.
    ...(body && { body: [body] }),
    timeout: { lookup: connect, connect },
  }
}

function answerIn(answer: PlainResponse, headroomBytes: number, isEarly: boolean): Ended {
  const { statusCode: status, headers, rawBody = EMPTY } = answer
  const body = Buffer.concat([Buffer.alloc(headroomBytes), rawBody])
  return answered({ kind: 'answer', status, headers, body, isEarly, phases: phasesOf(answer) })
}

const EMPTY = new Uint8Array()

function phasesOf({ timings }: PlainResponse): HttpPhases {
  const { wait = 0, dns = 0, tcp = 0, tls, firstByte } = timings?.phases ?? {}
  return { waitMs: wait, dnsMs: dns, tcpMs: tcp, tlsMs: tls, firstByteMs: firstByte }
}

function failureOf(error: unknown, { timeoutMs }: HttpRequest): Ended {
  const isLate = error instanceof TimeoutError
  return isLate ? tooLate(connectTimeoutMs(timeoutMs), 'connection') : troubleOf(error)
}
