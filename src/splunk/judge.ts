/** What an answer, or the lack of one, means for the events of a request. Pure: `answers.ts` has the tables. */

import { isCertificateProblem } from '../base/tls.ts'
import { EARLY_SUCCESS } from '../http/client.ts'
import { DELIVERED, HEALTHY, type Meaning, meaningOf } from './answers.ts'
import type { Payload } from './packed.ts'
import type { Reason } from './reasons.ts'
import type { Reply } from './reply.ts'
import type { Verdict } from './verdict.ts'

/** What was asked of HEC, as far as it matters for what an answer means. */
export type Asked = Pick<Payload, 'events' | 'rawBytes' | 'gzip'>

/** Returns what the answer to events means; `reply` is undefined for a body that is not HEC's. */
export function judge(status: number, reply: Reply | undefined, asked: Asked): Verdict {
  const meaning = meaningOf(status, reply)
  const ack = reply?.ackId === undefined ? {} : { ackId: reply.ackId }
  switch (meaning.kind) {
    case 'delivered':
      return { ...meaning, ...ack }
    case 'again':
      return {
        kind: 'again',
        reason: meaning.reason,
        accepted: meaning.counts ? countOf(reply, asked) : 0,
        ...ack,
      }
    case 'refused':
      return refusal(meaning, reply, asked)
    case 'encoding':
      return asked.gzip ? { ...meaning, kind: 'uncompressed' } : refusedUncompressed(meaning)
    default:
      return meaning
  }
}

const NOTHING: Asked = { events: 0, rawBytes: 0, gzip: false }

/** Returns what the answer to a health probe means; `delivered` is healthy. */
export function judgeProbe(status: number, reply: Reply | undefined): Verdict {
  return status === 200 && reply?.code === HEALTHY ? DELIVERED : judge(status, reply, NOTHING)
}

/** HEC refuses a longer event as malformed (`maxEventSize`); Splunk Cloud refuses longer requests so, too. */
const MAX_EVENT_BYTES = 5 * 1024 * 1024

function refusal(
  { reason, names }: Extract<Meaning, { kind: 'refused' }>,
  reply: Reply | undefined,
  { events, rawBytes }: Asked,
): Verdict {
  const number = reply?.invalidEventNumber
  const unlocated: Verdict = { kind: 'divide', reason, sure: true }
  if (number === undefined) return unlocated
  const at = names === 'the-bad-one' ? number : number - 1
  if (at < 0 || at >= events) return unlocated
  // The request as a whole may be too long, and then the number says nothing.
  if (at === 0 && events > 1 && rawBytes > MAX_EVENT_BYTES) return unlocated
  return { kind: 'refused', reason, at, ...(reply?.ackId !== undefined && { ackId: reply.ackId }) }
}

/** The number may count the events taken, or name the next one (not measured): one less is right for both. */
function countOf(reply: Reply | undefined, { events }: Asked): number {
  const accepted = (reply?.invalidEventNumber ?? 0) - 1
  return accepted > 0 && accepted < events ? accepted : 0
}

function refusedUncompressed({ reason, always }: Extract<Meaning, { kind: 'encoding' }>): Verdict {
  return always ? { kind: 'hold', reason } : { kind: 'divide', reason, sure: false }
}

/** Returns what it means that a request ended without a whole answer, by Node's error code. */
export function judgeUnanswered(code: string): Verdict {
  if (isCertificateProblem(code)) return { kind: 'hold', reason: 'certificate' }
  if (isHandshakeProblem(code)) return { kind: 'hold', reason: 'handshake-refused' }
  if (isForeignAnswer(code)) return { kind: 'hold', reason: 'not-hec' }
  return { kind: 'again', reason: PASSING[code] ?? 'unreachable', accepted: 0 }
}

const PASSING: Readonly<Record<string, Reason>> = { ETIMEDOUT: 'timeout', [EARLY_SUCCESS]: 'answered-early' }

/** No TLS is spoken there, or a client certificate is asked for; OpenSSL's code does not say which. */
function isHandshakeProblem(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_')
}

/** The answer is much longer than any of HEC's, or is not HTTP. */
function isForeignAnswer(code: string): boolean {
  return code === 'ANSWER_TOO_LARGE' || code.startsWith('HPE_')
}
