/**
 * Something on the way may take the note off that a request is compressed; then HEC finds nonsense where the first event
 * should be, and calls that event malformed: every first event of every request. So it is never believed of a compressed
 * request; the same events are asked about once more, uncompressed.
 */

import type { Verdict } from './answers.ts'
import type { Payload } from './client.ts'

/** The verdict, or that the request is to be sent once more uncompressed. */
export function doubtGzip({ gzip }: Payload, verdict: Verdict): Verdict {
  if (!gzip || !blamesTheFirst(verdict)) return verdict
  return { kind: 'uncompressed', reason: 'event-refused', always: false }
}

function blamesTheFirst(verdict: Verdict): boolean {
  if (verdict.kind === 'divide') return verdict.sure && verdict.reason === 'event-refused'
  return verdict.kind === 'refused' && verdict.reason === 'event-refused' && verdict.at === 0
}
