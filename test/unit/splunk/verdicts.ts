/** Verdicts for tests: on a request of ten events, and in few words. */

import { judge } from '../../../src/splunk/judge.ts'
import { readReply } from '../../../src/splunk/reply.ts'
import type { Verdict } from '../../../src/splunk/verdict.ts'

export const ASKED = { events: 10, rawBytes: 5_000, gzip: true }

/** Returns what an answer to a request of ten events means. */
export const verdictOn = (status: number, body: string, asked = ASKED) =>
  judge(status, readReply(Buffer.from(body)), asked)

/** Returns the body of a HEC answer. */
export const hec = (code: number, number?: number) =>
  JSON.stringify({ text: 'any text', code, 'invalid-event-number': number })

/** Returns `delivered`, or kind and reason, and how many events of the front are Splunk's where an answer can say so. */
export function short(verdict: Verdict): string {
  if (verdict.kind === 'delivered') return verdict.nearlyFull ? 'delivered, nearly full' : 'delivered'
  const { kind, reason } = verdict
  if (kind === 'again') return `again ${reason} ${verdict.accepted}`
  if (kind === 'refused') return `refused ${reason} ${verdict.at}`
  if (kind === 'divide') return `divide ${reason}${verdict.sure ? '' : ', perhaps'}`
  if (kind === 'uncompressed') return `uncompressed ${reason}${verdict.always ? ', always' : ''}`
  return `hold ${reason}`
}
