/** The memory that pages and bodies share: half of it at most is for bodies, the rest for pages. */

import { type Budget, createBudget } from '../base/budget.ts'
import type { SplunkConfig, WorkerConfig } from '../config/types.ts'
import type { Unpack } from '../sls/page.ts'
import { type Buffers, createBuffers } from './deliver/buffers.ts'
import { loadModule } from './encode/module.ts'
import { createVector, type Vector } from './encode/vector.ts'
import { createPageMemory, regionBytes } from './read/page-memory.ts'
import { threadMemoryBytes } from './report/thread-memory.ts'

export interface WorkerMemory {
  /** Lends bytes to pages. */
  readonly budget: Budget
  /** Lends buffers to bodies. */
  readonly buffers: Buffers
  /** Undefined, as `unpack` is, when the WebAssembly module is not there: then TypeScript encodes all. */
  readonly vector: Vector | undefined
  readonly unpack: Unpack | undefined
  /** Bytes of pages and bodies that are held now. */
  inFlightBytes(): number
  /** Heap and buffers of the thread. Of the module's memory, which counts as external with all its room, what is used. */
  threadBytes(): number
}

/** Maximum number of bodies that are made and not yet delivered: with acknowledgement, those that wait for it as well. */
const MAX_BODIES = { accepted: 4, acknowledged: 32 } as const

export function createWorkerMemory(splunk: SplunkConfig, { inFlightBytes }: WorkerConfig): WorkerMemory {
  const { count, bytesEach } = bodiesOf(splunk, inFlightBytes)
  const forPages = Math.max(inFlightBytes / 2, inFlightBytes - count * bytesEach)
  const module = loadModule({ bodies: { count, bytesEach }, pagesBytes: regionBytes(forPages) })
  const buffers = createBuffers(count, bytesEach, module?.bodies)
  const pages = module && createPageMemory(module)
  const budget = createBudget(forPages)
  /** Room in the module's memory that was never written to, and so takes no memory of the machine. */
  const unusedBytes = () => {
    if (!module || !pages) return 0
    const bodiesBytes = module.bodies.length > 0 ? buffers.madeBytes() : 0
    return module.memory.length - bodiesBytes - pages.usedBytes()
  }
  return {
    budget,
    buffers,
    vector: module && createVector(module),
    unpack: pages?.unpack,
    inFlightBytes: () => budget.lentBytes() + buffers.lentBytes(),
    threadBytes: () => threadMemoryBytes() - unusedBytes(),
  }
}

function bodiesOf({ batchBytes, acknowledgementMs }: SplunkConfig, inFlightBytes: number) {
  const wanted = acknowledgementMs === undefined ? MAX_BODIES.accepted : MAX_BODIES.acknowledged
  const affordable = Math.floor(inFlightBytes / 2 / batchBytes)
  return { count: Math.max(1, Math.min(wanted, affordable)), bytesEach: batchBytes }
}
