/** What scenarios of Splunk share: answers, waits, and how many events a fault may have made to come twice. */

import { eachLogId } from '../../../src/simulator/generator/log-id.ts'
import type { Fault } from '../../../src/simulator/hec/faults.ts'
import type { HecReceiver } from '../../../src/simulator/hec/receiver.ts'
import { eventually } from '../../support/eventually.ts'
import type { FarEnds } from '../../support/far-ends.ts'
import type { RunningService } from '../../support/service.ts'
import type { Bound } from './scenario.ts'

const WITHIN_MS = 40_000

/** HEC's own answer; `number` is its `invalid-event-number`. */
export function hec(status: number, code: number, number?: number): Fault {
  const body = JSON.stringify({ text: `code ${code}`, code, 'invalid-event-number': number })
  return { kind: 'reply', status, body }
}

export function html(status: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return { kind: 'reply', status, body: `<html><h1>${status}</h1></html>`, headers }
}

/** Events that all receivers have stored. */
export function storedIn({ hecs }: FarEnds): number {
  return hecs.reduce((all, { counters }) => all + counters.events, 0)
}

/** So many more events than now are stored, whoever stores them. */
export async function moreStored(far: FarEnds, more = 1): Promise<void> {
  const before = storedIn(far)
  await eventually(() => storedIn(far) >= before + more, {
    withinMs: WITHIN_MS,
    what: `${more} more events in Splunk`,
  })
}

/** `/readyz` says that it is not ready, and that this is why. */
export async function notReady({ service }: RunningService, code: string): Promise<void> {
  await eventually(() => service.readiness().reasons.some(reason => reason.code === code), {
    withinMs: WITHIN_MS,
    what: `not ready because of ${code}`,
    state: () => service.readiness(),
  })
}

export async function ready({ service }: RunningService): Promise<void> {
  await eventually(() => service.readiness().ready, {
    withinMs: WITHIN_MS,
    what: 'ready again',
    state: () => service.readiness(),
  })
}

/** Strikes so many requests with events, then resolves; answers with the events in them. */
export async function strikeEvents({ faults }: HecReceiver, fault: Fault, times: number): Promise<number> {
  let events = 0
  const { strikes } = faults.add({
    fault,
    times,
    match({ body }) {
      events += eachLogId(body, () => {})
      return true
    },
  })
  await eventually(() => strikes() >= times, {
    withinMs: WITHIN_MS,
    what: `${fault.kind} has struck ${times} times`,
    state: strikes,
  })
  return events
}

/** A count that a fault keeps while it strikes, for its bound. */
export interface Counted {
  add(events: number): void
  /** Connections break now: what was stored just before may not have been heard of. */
  addUnheard(far: FarEnds): void
  readonly bound: Bound
}

export type Outage = ReturnType<typeof createOutage>

/** Splunk is taken away, and with its connections the answers that were on their way. */
export function createOutage() {
  const { addUnheard, bound } = createCounted('requests under way in the moment in which connections broke')
  return {
    bound,
    begin(far: FarEnds): Promise<void> {
      addUnheard(far)
      return far.hec.down()
    },
  }
}

/** Longest time from "stored" until the service has the answer, on a busy machine. */
const UNHEARD_MS = 1_000

export function createCounted(because: string): Counted {
  let atMost = 0
  const add = (events: number) => {
    atMost += events
  }
  return {
    add,
    addUnheard: far => add(far.arrivedLately(UNHEARD_MS)),
    bound: { atMost: () => atMost, because },
  }
}
