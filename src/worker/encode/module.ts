/**
 * The WebAssembly module of `assembly/`, which `npm run build` makes, and its memory. Pages are decompressed in it and
 * bodies written in it, so that nothing is copied on the way from the one to the other; both are also welcome elsewhere.
 * The memory never grows: what was made of it stays good. The operating system gives it only as it is written to.
 */

import { existsSync, readFileSync } from 'node:fs'

export interface EncoderModule {
  /** `assembly/index.ts` says what these do; all work on positions in `memory`. */
  readonly setPlan: Numeric
  readonly encode: Numeric
  readonly check: Numeric
  readonly skip: Numeric
  readonly decompress: Numeric
  readonly position: () => number
  readonly written: () => number
  readonly memory: Uint8Array
  readonly places: Places
  /** Areas for bodies, as many as were asked for. */
  readonly bodies: readonly Uint8Array[]
  /** The area for pages. */
  readonly pages: Uint8Array
}

type Numeric = (...args: number[]) => number

/** Where in the memory what belongs to no page and no body has its place. */
interface Places {
  readonly plan: number
  readonly offsets: number
  readonly output: number
  readonly input: number
}

/** All of it together is at most a gibibyte: bodies that need more lie elsewhere, pages have what is left. */
export interface ModuleOptions {
  readonly bodies?: { readonly count: number; readonly bytesEach: number }
  readonly pagesBytes?: number
}

/**
 * What is copied in at once where a page lies elsewhere: more would leave the processor's nearest memory, and is in vain
 * where a log has to be left to TypeScript.
 */
export const INPUT_BYTES = 64 * 1024
/** What is written at once where a body lies elsewhere. */
export const OUTPUT_BYTES = 256 * 1024
/** Head and tails of the events of a group. */
export const PLAN_BYTES = 16 * 1024
export const MAX_EVENTS = 4_096
/** Vectors reach beyond what they are to read or write, and keys are looked for where they may not be. */
const SLACK_BYTES = 256
const WASM_PAGE_BYTES = 64 * 1024
const MAX_AREAS_BYTES = 1024 * 1024 * 1024

/** At the same depth from `src` and from `dist`. */
const FILE = new URL('../../../wasm/encoder.wasm', import.meta.url)

export const isModuleThere = () => existsSync(FILE)

/** Undefined where there is no module. */
export function loadModule(options: ModuleOptions = {}): EncoderModule | undefined {
  if (!isModuleThere()) return undefined
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILE)))
  return {
    setPlan: callable(exports.setPlan),
    encode: callable(exports.encode),
    check: callable(exports.check),
    skip: callable(exports.skip),
    decompress: callable(exports.decompress),
    position: counter(exports.position),
    written: counter(exports.written),
    ...layOut(exports, options),
  }
}

/** Areas one behind the other, behind what the module has for itself. */
function layOut({ memory, freeFrom }: WebAssembly.Exports, options: ModuleOptions) {
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('the encoder module has no memory')
  let free = callable(freeFrom)()
  const take = (bytes: number): number => {
    const at = Math.ceil(free / SLACK_BYTES) * SLACK_BYTES
    free = at + bytes + SLACK_BYTES
    return at
  }
  const places = {
    plan: take(PLAN_BYTES),
    offsets: take(MAX_EVENTS * Uint32Array.BYTES_PER_ELEMENT),
    output: take(OUTPUT_BYTES),
    input: take(INPUT_BYTES),
  }
  const { bodies, pagesBytes } = affordable(options)
  const bodyPlaces = Array.from({ length: bodies.count }, () => take(bodies.bytesEach))
  const pagesPlace = take(pagesBytes)
  memory.grow(Math.ceil(free / WASM_PAGE_BYTES) - memory.buffer.byteLength / WASM_PAGE_BYTES)
  const area = (at: number, bytes: number) => new Uint8Array(memory.buffer, at, bytes)
  return {
    memory: new Uint8Array(memory.buffer),
    places,
    bodies: bodyPlaces.map(at => area(at, bodies.bytesEach)),
    pages: area(pagesPlace, pagesBytes),
  }
}

const NO_BODIES = { count: 0, bytesEach: 0 }

function affordable({ bodies: wanted = NO_BODIES, pagesBytes = 0 }: ModuleOptions) {
  const bodies = wanted.count * wanted.bytesEach <= MAX_AREAS_BYTES ? wanted : NO_BODIES
  const left = MAX_AREAS_BYTES - bodies.count * bodies.bytesEach
  return { bodies, pagesBytes: Math.min(pagesBytes, left) }
}

function callable(value: unknown): Numeric {
  if (typeof value !== 'function') throw new TypeError('the encoder module lacks a function')
  return (...args) => Number(value(...args))
}

function counter(value: unknown): () => number {
  if (!(value instanceof WebAssembly.Global)) throw new TypeError('the encoder module lacks a counter')
  return () => Number(value.value)
}
