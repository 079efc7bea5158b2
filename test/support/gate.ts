/** One way through a cable: who may pass now, how fast, and how far. */

import { aborted, sleep } from '../../src/base/wait.ts'

export type Rule =
  | { readonly kind: 'flow' }
  /** Nothing passes, neither bytes nor the end of a connection; all of it waits. */
  | { readonly kind: 'hold' }
  /** All connections together. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** So many bytes of each connection pass from now on, then it is to be cut. */
  | { readonly kind: 'cut'; readonly afterBytes: number }

export interface Gate {
  readonly set: (rule: Rule) => void
  /** Waits until bytes may pass. Answers how many of `wanted`; 0: the connection is to be cut. */
  readonly enter: (connection: object, wanted: number) => Promise<number>
  /** Waits while nothing at all may pass. */
  readonly opened: () => Promise<void>
}

/** What a gate remembers of a rule while it lasts. */
interface Phase {
  readonly rule: Rule
  readonly over: AbortController
  /** By connection, bytes that passed. */
  readonly passed: WeakMap<object, number>
  /** `performance.now()` when a slow gate has let through what it has promised. */
  freeAtMs: number
}

/** A slow gate lets through what is due in so much time, in one piece. */
const PIECES_PER_SECOND = 20

export function createGate(): Gate {
  let phase = phaseOf({ kind: 'flow' })

  async function opened(): Promise<void> {
    while (phase.rule.kind === 'hold') await aborted(phase.over.signal)
  }

  async function enter(connection: object, wanted: number): Promise<number> {
    for (;;) {
      await opened()
      const current = phase
      const bytes = piece(current, connection, wanted)
      await turn(current, bytes)
      if (current !== phase) continue
      current.passed.set(connection, passedOf(current, connection) + bytes)
      return bytes
    }
  }

  return {
    enter,
    opened,
    set: rule => {
      const { over } = phase
      phase = phaseOf(rule)
      over.abort()
    },
  }
}

function phaseOf(rule: Rule): Phase {
  return { rule, over: new AbortController(), passed: new WeakMap(), freeAtMs: 0 }
}

function piece(phase: Phase, connection: object, wanted: number): number {
  const { rule } = phase
  if (rule.kind === 'slow') return Math.min(wanted, Math.ceil(rule.bytesPerSecond / PIECES_PER_SECOND))
  if (rule.kind === 'cut') return Math.min(wanted, rule.afterBytes - passedOf(phase, connection))
  return wanted
}

function passedOf({ passed }: Phase, connection: object): number {
  return passed.get(connection) ?? 0
}

/** Waits until it is these bytes' turn. */
async function turn(phase: Phase, bytes: number): Promise<void> {
  if (phase.rule.kind !== 'slow') return
  const startsAtMs = Math.max(performance.now(), phase.freeAtMs)
  phase.freeAtMs = startsAtMs + (bytes / phase.rule.bytesPerSecond) * 1_000
  await sleep(phase.freeAtMs - performance.now(), phase.over.signal)
}
