/** The points at which a service waits for somebody, as the far ends see them: where a kill can hurt. */

import type { SlsFaultRule } from '../../../src/simulator/sls/index.ts'
import { eventually } from '../../support/eventually.ts'
import type { FarEnds } from '../../support/far-ends.ts'

/**
 * Calls `strike` each time that the moment is there, before the far end does anything more. `strike` answers whether
 * it has struck. Answers with what ends the watch.
 */
export type Moment = (far: FarEnds, strike: () => boolean) => () => void

export interface Strike {
  /** Which of the moments, from 1. */
  readonly nth: number
  readonly act: () => void
}

/** Resolves when `act` has been called, at that moment. */
export async function strikeAt(far: FarEnds, moment: Moment, { nth, act }: Strike): Promise<void> {
  let seen = 0
  const disarm = moment(far, () => {
    if (++seen !== nth) return false
    act()
    return true
  })
  await eventually(() => seen >= nth, { withinMs: 40_000, what: 'the moment comes', state: () => ({ seen }) })
  disarm()
}

export const pageIsAnswered: Moment = ({ sls }, strike) =>
  sls.journal.onPull(({ groups }) => void (groups > 0 && strike()))

/** Its head has arrived; of the body not a byte has been read. */
export const requestHasBegun: Moment = ({ hec }, strike) =>
  hec.faults.add({ fault: { kind: 'reset-before-read' }, match: strike }).remove

export const requestIsNotStored: Moment = ({ hec }, strike) =>
  hec.faults.add({ fault: { kind: 'reset-before-store' }, match: strike }).remove

export const requestIsStored: Moment = ({ hec }, strike) =>
  hec.faults.add({ fault: { kind: 'reset-before-reply' }, match: strike }).remove

/** Stored, and answered after a second and a half. */
export const requestIsAnsweredLate: Moment = ({ hec }, strike) =>
  hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 1_500 }, match: strike }).remove

export const checkpointIsStored: Moment = ({ sls }, strike) =>
  sls.onCheckpoint(({ consumer }) => void (consumer !== '' && strike()))

export const heartbeatIsAnswered: Moment = ({ sls }, strike) =>
  sls.journal.onHeartbeat(({ reported }) => void (reported.length > 0 && strike()))

/** The heartbeat after which somebody else may have a shard: it does not report what the one before did. */
export const shardIsReleased: Moment = ({ sls }, strike) => {
  const reports = new Map<string, readonly number[]>()
  return sls.journal.onHeartbeat(({ consumer, reported }) => {
    const before = reports.get(consumer) ?? []
    reports.set(consumer, reported)
    if (before.some(shard => !reported.includes(shard))) strike()
  })
}

const POLL_MS = 5

/** The call is with Log Service, which neither does it nor answers. */
export function waitsFor(whose: Pick<SlsFaultRule, 'call' | 'consumer' | 'shard'>): Moment {
  return ({ sls }, strike) => {
    const fault = sls.faults.add({ ...whose, fault: { kind: 'hang' }, times: 1 })
    const timer = setInterval(() => fault.hits() > 0 && strike(), POLL_MS)
    return () => {
      clearInterval(timer)
      fault.remove()
    }
  }
}
