/** Moments at which an endpoint has accepted requests lately, in monotonic milliseconds. */

export interface Acceptances {
  /** Notes that a request sent at `sentAtMs` was accepted at `atMs`, all of it or a part. */
  add(sentAtMs: number, atMs: number): void
  /** Says whether a request was accepted in the second before `ms`. */
  inSecondBefore(ms: number): boolean
  /** Says whether a request that was sent in the second after `ms` has been accepted. */
  inSecondAfter(ms: number): boolean
}

export const SECOND_MS = 1_000
/** Questions are about the last seconds. */
const KEPT_MS = 10_000

export function createAcceptances(): Acceptances {
  const kept: { readonly sentAtMs: number; readonly atMs: number }[] = []
  const isIn = (at: number, from: number) => at >= from && at <= from + SECOND_MS
  return {
    add(sentAtMs, atMs) {
      kept.push({ sentAtMs, atMs })
      const old = kept.findIndex(each => each.atMs > atMs - KEPT_MS)
      if (old > 0) kept.splice(0, old)
    },
    inSecondBefore: ms => kept.some(({ atMs }) => isIn(atMs, ms - SECOND_MS)),
    inSecondAfter: ms => kept.some(({ sentAtMs }) => isIn(sentAtMs, ms)),
  }
}
