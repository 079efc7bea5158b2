/** One request to the running service for its status document. */

import { parseJson } from '../../base/json.ts'
import { isCertificateProblem } from '../../base/tls.ts'
import type { HttpOutcome } from '../../http/client.ts'
import { createGotClient } from '../../http/got-client.ts'
import type { Address } from './address.ts'
import { type Answer, readAnswer } from './answer.ts'

export type Asked =
  | {
      readonly kind: 'answered'
      readonly answer: Answer
      /** The document as it came. */
      readonly text: string
    }
  | { readonly kind: 'failed'; readonly message: string }

export interface Question {
  /** Asks once. Rejects when the signal is aborted. */
  ask(signal: AbortSignal): Promise<Asked>
  close(): void
}

const TIMEOUT_MS = 5_000
const MAX_ANSWER_BYTES = 64 * 1_048_576

export function createQuestion(address: Address): Question {
  const { url, token, isLocal, ca, serverName } = address
  const client = createGotClient({
    tls: { verify: true, ...(ca !== undefined && { ca }) },
    maxSockets: 1,
    ...(isLocal && { proxy: '' }),
    ...(serverName !== undefined && { serverName }),
  })
  const request = {
    method: 'GET',
    url: `${url}/api/status`,
    headers: { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  } as const
  return {
    ask: async signal => meaningOf(await client.send(request, signal), address),
    close: () => client.close(),
  }
}

function meaningOf(outcome: HttpOutcome, address: Address): Asked {
  if (outcome.kind === 'trouble') return failed(troubleText(outcome.code, outcome.message, address))
  const { status, body } = outcome
  if (status === 401) return failed(tokenText(address))
  const answer = status === 200 ? readAnswer(parseJson(body)) : undefined
  if (answer) return { kind: 'answered', answer, text: body.toString('utf8') }
  return failed(
    `${address.url} answers (HTTP ${status}), but not as this version of sls2splunk: look at what listens there (http.listen)`,
  )
}

const failed = (message: string): Asked => ({ kind: 'failed', message })

function tokenText({ url, token }: Address): string {
  return token === undefined
    ? `the service at ${url} asks for a token: name its configuration with --config, which has http.bearer_token`
    : `the service at ${url} refuses the token: it runs with another http.bearer_token than this configuration has`
}

/** By Node's codes. */
function troubleText(code: string, message: string, { url, isLocal }: Address): string {
  if (code === 'ECONNREFUSED')
    return `the service is not running: nothing listens at ${url} (${code}); ${startHint(isLocal)}`
  if (code === 'ETIMEDOUT') return `the service at ${url} does not answer: ${message}; look at its log`
  if (isCertificateProblem(code))
    return `the certificate of ${url} is not trusted (${code}): let NODE_EXTRA_CA_CERTS name its authority's file`
  return `the service at ${url} cannot be asked: ${message} (${code}); check the address and whether it is http or https`
}

function startHint(isLocal: boolean): string {
  return isLocal
    ? 'start it (systemctl start sls2splunk, or sls2splunk run), or name its address with --url'
    : 'start it there, or check the address (http.listen there)'
}
