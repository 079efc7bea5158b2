/**
 * The encoder's inner loop in WebAssembly (`assembly/`): takes runs of usual logs, three to four times as fast as the
 * loop in TypeScript, and leaves all others to it. The bytes are the same either way; without the module, which
 * `npm run build` makes, everything is done in TypeScript.
 *
 * What a call works on is copied into the module's memory, and out again; only bytes that are there from the call before
 * are not copied in once more. Nobody writes to a page that is being encoded.
 */

import { existsSync, readFileSync } from 'node:fs'
import type { GroupPlan } from './plan.ts'

export interface Vector {
  /**
   * Encodes logs from `page[from, to)`, which lies within one group, as far as it knows them and they fit. The answer is
   * good until the next call.
   */
  encode(page: Uint8Array, from: number, to: number, target: Target): Run
  /** Where in `page[from, to)`, which lies within one group, something begins that is no usual, well-formed log. */
  check(page: Uint8Array, from: number, to: number): number
  /** The same, whatever is in the logs. */
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
  /** Where the next log or another field of the group begins. */
  readonly position: number
  /** Behind the last event. */
  readonly at: number
  /** Where the events begin, counted from where the first does; more than `events` are no longer true. */
  readonly offsets: Uint32Array
}

/**
 * What is copied in at once: more would leave the processor's nearest memory, and is in vain where a log has to be left
 * to TypeScript.
 */
const INPUT_BYTES = 64 * 1024
const OUTPUT_BYTES = 256 * 1024
/** Head and tails of the events of a group. */
const PLAN_BYTES = 16 * 1024
const MAX_EVENTS = 4_096
/** Vectors reach beyond what they are to read or write. */
const SLACK_BYTES = 64
const WASM_PAGE_BYTES = 64 * 1024

/** At the same depth from `src` and from `dist`. */
const FILE = new URL('../../../wasm/encoder.wasm', import.meta.url)

export const isModuleThere = () => existsSync(FILE)

/** Undefined where there is no module. */
export function loadVector(): Vector | undefined {
  if (!isModuleThere()) return undefined
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILE)))
  return createVector(exports)
}

function createVector(exports: WebAssembly.Exports): Vector {
  const setPlan = callable(exports.setPlan)
  const encode = callable(exports.encode)
  const check = callable(exports.check)
  const skip = callable(exports.skip)
  const position = counter(exports.position)
  const written = counter(exports.written)
  const { memory, bytes, places } = layOut(exports)
  const offsets = new Uint32Array(memory.buffer, places.offsets, MAX_EVENTS)
  let planned: SendPlan | undefined
  let loaded: Loaded | undefined

  function usePlan(plan: SendPlan): boolean {
    const { head, tail, tailAlone } = plan
    if (head.length + tail.length + tailAlone.length > PLAN_BYTES) return false
    if (planned === plan) return true
    bytes.set(head, places.plan)
    bytes.set(tail, places.plan + head.length)
    bytes.set(tailAlone, places.plan + head.length + tail.length)
    setPlan(places.plan, head.length, tail.length, tailAlone.length)
    planned = plan
    return true
  }

  /** Makes `page[from, to)` or the front of it the input: where it lies in the module's memory, and how long it is. */
  function useInput(page: Uint8Array, from: number, to: number): Input {
    const bytesWanted = Math.min(to - from, INPUT_BYTES)
    if (loaded?.page !== page || from < loaded.from || from + bytesWanted > loaded.to) {
      bytes.set(page.subarray(from, from + bytesWanted), places.input)
      loaded = { page, from, to: from + bytesWanted }
    }
    const at = places.input + from - loaded.from
    return { at, end: at + bytesWanted }
  }

  return {
    encode(page, from, to, { plan, out, at }) {
      if (!usePlan(plan)) return { events: 0, position: from, at, offsets }
      const input = useInput(page, from, to)
      const outputEnd = places.output + Math.min(OUTPUT_BYTES, out.length - at)
      const events = encode(input.at, input.end, places.output, outputEnd, places.offsets, MAX_EVENTS)
      out.set(bytes.subarray(places.output, written()), at)
      return {
        events,
        position: from + position() - input.at,
        at: at + written() - places.output,
        offsets,
      }
    },
    check(page, from, to) {
      const input = useInput(page, from, to)
      return from + check(input.at, input.end) - input.at
    },
    skip(page, from, to) {
      const input = useInput(page, from, to)
      return from + skip(input.at, input.end) - input.at
    },
  }
}

/** What of which page is in the module's memory. */
interface Loaded {
  readonly page: Uint8Array
  readonly from: number
  readonly to: number
}

interface Input {
  readonly at: number
  readonly end: number
}

/** Areas one behind the other, behind what the module has for itself. */
function layOut({ memory, freeFrom }: WebAssembly.Exports) {
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('the encoder module has no memory')
  const plan = callable(freeFrom)()
  const offsets = aligned(plan + PLAN_BYTES + SLACK_BYTES)
  const output = offsets + MAX_EVENTS * Uint32Array.BYTES_PER_ELEMENT
  const input = aligned(output + OUTPUT_BYTES + SLACK_BYTES)
  const bytes = input + INPUT_BYTES + SLACK_BYTES
  memory.grow(Math.ceil(bytes / WASM_PAGE_BYTES))
  return { memory, bytes: new Uint8Array(memory.buffer), places: { plan, offsets, output, input } }
}

function aligned(at: number): number {
  return Math.ceil(at / 16) * 16
}

function callable(value: unknown): (...args: number[]) => number {
  if (typeof value !== 'function') throw new TypeError('the encoder module lacks a function')
  return (...args) => Number(value(...args))
}

function counter(value: unknown): () => number {
  if (!(value instanceof WebAssembly.Global)) throw new TypeError('the encoder module lacks a counter')
  return () => Number(value.value)
}
