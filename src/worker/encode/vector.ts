/**
 * The encoder's inner loop in WebAssembly: takes runs of usual logs, several times as fast as the loop in TypeScript, and
 * leaves all others to it. The bytes are the same either way.
 *
 * Pages and bodies that lie in the module's memory are worked on where they are. Of others, what a call works on is copied
 * in, and out again; only bytes that are there from the call before are not copied in once more. No part writes to a
 * page that is being encoded.
 */

import { type EncoderModule, INPUT_BYTES, MAX_EVENTS, OUTPUT_BYTES, PLAN_BYTES } from './module.ts'
import type { GroupPlan } from './plan.ts'

export interface Vector {
  /**
   * Encodes logs from `page[from, to)`, which lies within one group, as far as it knows them and they fit. The answer is
   * good until the next call.
   */
  encode(page: Uint8Array, from: number, to: number, target: Target): Run
  /** Returns where in `page[from, to)`, which lies within one group, the first field begins that is no usual log. */
  check(page: Uint8Array, from: number, to: number): number
  /** Returns the same, whatever is in the logs. */
  skip(page: Uint8Array, from: number, to: number): number
}

export type SendPlan = Extract<GroupPlan, { kind: 'send' }>

export interface Target {
  readonly plan: SendPlan
  /** Written to from `at` on. */
  readonly out: Uint8Array
  readonly at: number
}

export interface Run {
  readonly events: number
  /** Position of the next log or another field of the group. */
  readonly position: number
  /** Behind the last event. */
  readonly at: number
  /** Positions of the events, counted from the first one: `events` numbers; what follows them is of no meaning. */
  readonly offsets: Uint32Array
}

export function createVector(module: EncoderModule): Vector {
  const { memory, places } = module
  const offsets = new Uint32Array(memory.buffer, places.offsets, MAX_EVENTS)
  let planned: SendPlan | undefined
  let loaded: Loaded | undefined

  const isInside = ({ buffer }: Uint8Array) => buffer === memory.buffer

  function usePlan(plan: SendPlan): boolean {
    const { head, tail, tailAlone } = plan
    if (head.length + tail.length + tailAlone.length > PLAN_BYTES) return false
    if (planned === plan) return true
    memory.set(head, places.plan)
    memory.set(tail, places.plan + head.length)
    memory.set(tailAlone, places.plan + head.length + tail.length)
    module.setPlan(places.plan, head.length, tail.length, tailAlone.length)
    planned = plan
    return true
  }

  /** Makes `page[from, to)` or the front of it the input: where it lies in the module's memory. */
  function useInput(page: Uint8Array, from: number, to: number): Span {
    if (isInside(page)) return { at: page.byteOffset + from, end: page.byteOffset + to }
    const bytesWanted = Math.min(to - from, INPUT_BYTES)
    if (loaded?.page !== page || from < loaded.from || from + bytesWanted > loaded.to) {
      memory.set(page.subarray(from, from + bytesWanted), places.input)
      loaded = { page, from, to: from + bytesWanted }
    }
    const at = places.input + from - loaded.from
    return { at, end: at + bytesWanted }
  }

  function useOutput(out: Uint8Array, at: number): Span {
    if (isInside(out)) return { at: out.byteOffset + at, end: out.byteOffset + out.length }
    return { at: places.output, end: places.output + Math.min(OUTPUT_BYTES, out.length - at) }
  }

  return {
    encode(page, from, to, { plan, out, at }) {
      if (!usePlan(plan)) return { events: 0, position: from, at, offsets }
      const input = useInput(page, from, to)
      const output = useOutput(out, at)
      const events = module.encode(input.at, input.end, output.at, output.end, places.offsets, MAX_EVENTS)
      const written = module.written()
      if (!isInside(out)) out.set(memory.subarray(output.at, written), at)
      return { events, position: from + module.position() - input.at, at: at + written - output.at, offsets }
    },
    check(page, from, to) {
      const input = useInput(page, from, to)
      return from + module.check(input.at, input.end) - input.at
    },
    skip(page, from, to) {
      const input = useInput(page, from, to)
      return from + module.skip(input.at, input.end) - input.at
    },
  }
}

/** The part of a page that has been copied in. */
interface Loaded {
  readonly page: Uint8Array
  readonly from: number
  readonly to: number
}

/** Positions in the module's memory. */
interface Span {
  readonly at: number
  readonly end: number
}
