/** The HTTP client of the workers' data path, on Node's own: what it does for each request costs CPU at full speed. */

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Agents, connectTimeoutMs } from './agents.ts'
import type { CreateHttpClient, HttpRequest } from './client.ts'
import { createCollector } from './collector.ts'
import { clientOf } from './exchange.ts'
import { answered, type Ended, tooLarge, tooLate, trouble, troubleOf } from './outcome.ts'

export const createNodeClient: CreateHttpClient = options => clientOf(exchange, options)

/**
 * Ends with the first of these: the whole answer, an error, a limit, the signal. Later events are ignored, and the
 * connection is closed unless the answer has ended with nothing of the request left to send.
 */
function exchange(request: HttpRequest, agents: Agents, signal: AbortSignal): Promise<Ended> {
  const started = startRequest(request, agents)
  if ('kind' in started) return Promise.resolve(started)
  const sent = started
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const { timeoutMs } = request

  function end(ended: Ended): void {
    clearTimeout(deadline)
    stopConnecting()
    signal.removeEventListener('abort', giveUp)
    const isWhole = ended.kind === 'answer' && !ended.isEarly
    if (!isWhole) sent.destroy()
    resolve(ended)
  }
  const giveUp = () => end(trouble('ABORTED', 'given up'))
  const deadline = setTimeout(() => end(tooLate(timeoutMs, 'answer')), timeoutMs)
  const stopConnecting = limitConnecting(sent, connectTimeoutMs(timeoutMs), end)

  signal.addEventListener('abort', giveUp)
  sent.on('error', error => end(troubleOf(error)))
  sent.once('response', answer => readAnswer(answer, { request, sent, end }))
  sent.end(request.body)
  return promise
}

/** Starts the request. Returns trouble for an invalid URL. */
function startRequest({ method, url, headers, body }: HttpRequest, agents: Agents): ClientRequest | Ended {
  const length = body ? { 'content-length': String(body.length) } : {}
  const options = { method, headers: { ...headers, ...length } }
  try {
    return url.startsWith('https:')
      ? httpsRequest(url, { ...options, agent: agents.https })
      : httpRequest(url, { ...options, agent: agents.http })
  } catch (error) {
    return troubleOf(error)
  }
}

/** Ends an exchange whose connection takes longer than `ms`. Returns a function that stops the clock. */
function limitConnecting(sent: ClientRequest, ms: number, end: (ended: Ended) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  sent.once('socket', socket => {
    if (!socket.connecting) return
    timer = setTimeout(() => end(tooLate(ms, 'connection')), ms)
    socket.once('connect', () => clearTimeout(timer))
  })
  return () => clearTimeout(timer)
}

interface Reading {
  readonly request: HttpRequest
  readonly sent: ClientRequest
  readonly end: (ended: Ended) => void
}

function readAnswer(answer: IncomingMessage, { request, sent, end }: Reading): void {
  const { maxAnswerBytes, headroomBytes = 0 } = request
  const { statusCode: status = 0, headers } = answer
  const announced = headers['content-length']
  answer.on('error', () => end(trouble('ECONNRESET', 'the connection ended within the answer')))
  if (Number(announced) > maxAnswerBytes) {
    end(tooLarge(maxAnswerBytes))
    return
  }
  const body = createCollector(headroomBytes, announced)
  answer.on('data', (chunk: Buffer) => {
    body.add(chunk)
    if (body.length() > maxAnswerBytes) end(tooLarge(maxAnswerBytes))
  })
  answer.once('end', () => {
    const isEarly = !sent.writableFinished
    end(answered({ kind: 'answer', status, headers, body: body.finish(), isEarly }))
  })
}
