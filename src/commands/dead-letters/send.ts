/** Sends dead letters again: one event a request, so that every answer is one event's. */

import { backoffMs } from '../../backoff.ts'
import type { SplunkConfig } from '../../config/types.ts'
import { isAbort } from '../../failure.ts'
import { createHecClient, type Attempt, type HecClient } from '../../splunk/client.ts'
import { describe } from '../../splunk/describe.ts'
import { sleep } from '../../wait.ts'

export type Sent =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused'
      readonly reason: string
      readonly status: number
      readonly code: number | null
      readonly answer: string
    }
  /** Nothing was said about this event: Splunk cannot be reached, refuses the token, … */
  | { readonly kind: 'unsent'; readonly why: string }

/** One answer for each event, in order. Does not reject. */
export type SendAll = (events: readonly string[], signal: AbortSignal) => Promise<readonly Sent[]>

export interface Sender {
  readonly sendAll: SendAll
  close(): void
}

const REFUSALS = new Set(['event-refused', 'too-large', 'index-refused'])
const TRIES = 5
const PACE = { minMs: 500, maxMs: 10_000 }

export function createSender(splunk: SplunkConfig): Sender {
  const client = createHecClient({ splunk, maxSockets: 1 })
  return {
    close: client.close,
    async sendAll(events, signal) {
      const sent: Sent[] = []
      for (const event of events) {
        const last = sent.at(-1)
        sent.push(last?.kind === 'unsent' ? last : await sendOne(client, event, signal))
      }
      return sent
    },
  }
}

async function sendOne(client: HecClient, event: string, signal: AbortSignal): Promise<Sent> {
  const payload = { bytes: Buffer.from(event), gzip: false, events: 1 }
  try {
    for (let tries = 1; ; tries++) {
      const attempt = await client.post(payload, signal)
      const { verdict } = attempt
      if (verdict.kind !== 'again' || tries === TRIES) return judge(attempt, client.endpoint)
      await sleep(verdict.afterMs ?? backoffMs(tries, PACE), signal)
    }
  } catch (error) {
    if (isAbort(error, signal)) return { kind: 'unsent', why: 'stopped by a signal' }
    throw error
  }
}

function judge({ verdict, detail }: Attempt, endpoint: string): Sent {
  if (verdict.kind === 'delivered') return { kind: 'accepted' }
  if (!REFUSALS.has(verdict.reason))
    return { kind: 'unsent', why: describe(verdict.reason, endpoint, detail).text }
  const [, status, answer = detail, code] = /^(?:HTTP )?(\d+) ?(.*?)(?: \(code (\d+)\))?$/.exec(detail) ?? []
  return {
    kind: 'refused',
    reason: verdict.reason,
    status: Number(status ?? 0),
    code: code === undefined ? null : Number(code),
    answer,
  }
}
