/** What becomes of a body: which events are stored, and what is said about it. */

import type { HecCode } from './answers.ts'
import { type Envelope, type EnvelopeLimits, judge } from './envelope.ts'
import { countObjects, splitObjects } from './split.ts'

export interface Intake {
  /** Empty when the objects were only counted. */
  readonly envelopes: readonly Envelope[]
  readonly events: number
  readonly code: HecCode
  readonly invalidEventNumber?: number
}

/** Everything before the first refused object is stored: HEC's 400 is a partial success. */
export function takeEvents(body: Uint8Array, limits: EnvelopeLimits): Intake {
  const envelopes: Envelope[] = []
  let position = 0
  for (const piece of splitObjects(body)) {
    const verdict = judge(piece, limits)
    if (verdict.kind === 'store') envelopes.push(verdict.envelope)
    if (verdict.kind === 'refuse')
      return { ...taken(envelopes, verdict.code), invalidEventNumber: position + verdict.numberOffset }
    if (verdict.kind === 'drop-rest')
      return taken(envelopes, position === 0 && piece.kind === 'object' && piece.last ? 5 : 0)
    position++
  }
  return taken(envelopes, position === 0 ? 5 : 0)
}

function taken(envelopes: readonly Envelope[], code: HecCode): Intake {
  return { envelopes, events: envelopes.length, code }
}

/** For load: the objects are counted, not looked into. */
export function countEvents(body: Uint8Array): Intake {
  const { objects, complete } = countObjects(body)
  if (!complete) return { envelopes: [], events: objects, code: 6, invalidEventNumber: objects }
  return { envelopes: [], events: objects, code: objects === 0 ? 5 : 0 }
}

/** `/raw`: every line that is not blank is an event. What the sourcetype would do to them is not played. */
export function takeLines(body: Uint8Array): Intake {
  const lines = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString().split(/\r?\n/)
  const envelopes = lines.filter(line => line.trim() !== '').map(event => ({ event }))
  return taken(envelopes, envelopes.length === 0 ? 5 : 0)
}

/** A full queue that took the first events before it said so. */
export function firstOf(intake: Intake, events: number): Intake {
  return { ...intake, envelopes: intake.envelopes.slice(0, events), events: Math.min(events, intake.events) }
}
