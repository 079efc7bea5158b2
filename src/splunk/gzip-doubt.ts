/**
 * Something on the way may take the note off that a request is compressed; then HEC finds nonsense where the first event
 * should be, and calls that event malformed: every first event of every request. So the first event of a compressed
 * request is believed to be at fault only when this endpoint has unpacked another one since the last time.
 */

import type { Verdict } from './answers.ts'
import type { Payload } from './client.ts'

export interface GzipDoubt {
  /** The verdict, or that the request is to be sent once more uncompressed. */
  judge(payload: Payload, verdict: Verdict): Verdict
}

export function createGzipDoubt(): GzipDoubt {
  let hasUnpacked = false
  return {
    judge({ gzip }, verdict) {
      if (!gzip) return verdict
      if (!blamesTheFirst(verdict)) {
        hasUnpacked ||= showsUnpacking(verdict)
        return verdict
      }
      const isBelieved = hasUnpacked
      hasUnpacked = false
      return isBelieved ? verdict : { kind: 'uncompressed', reason: 'event-refused', always: false }
    },
  }
}

function blamesTheFirst(verdict: Verdict): boolean {
  if (verdict.kind === 'divide') return verdict.sure && verdict.reason === 'event-refused'
  return verdict.kind === 'refused' && verdict.reason === 'event-refused' && verdict.at === 0
}

/** Whoever has taken events of it, or names a later one, has read it. */
function showsUnpacking(verdict: Verdict): boolean {
  return verdict.kind === 'delivered' || (verdict.kind === 'refused' && verdict.at > 0)
}
