/**
 * A proxy may drop the header that says that a request is compressed. Then HEC finds nonsense where the first event should
 * be, and calls that event malformed: the first event of every request. So a verdict on the first event of a compressed
 * request is not believed; the same events are posted again, uncompressed.
 */

import type { Payload } from './packed.ts'
import type { Verdict } from './verdict.ts'

/** Returns the verdict, or that the events are to be posted again uncompressed. */
export function doubtGzip({ gzip }: Pick<Payload, 'gzip'>, verdict: Verdict): Verdict {
  if (!gzip || !blamesTheFirst(verdict)) return verdict
  return { kind: 'uncompressed', reason: 'event-refused', always: false }
}

function blamesTheFirst(verdict: Verdict): boolean {
  if (verdict.kind === 'divide') return verdict.sure && verdict.reason === 'event-refused'
  return verdict.kind === 'refused' && verdict.reason === 'event-refused' && verdict.at === 0
}
