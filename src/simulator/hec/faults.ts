/** Faults that a test asks for: what goes wrong, for which requests, how often. */

import type { Address, Route } from './routes.ts'

export type Fault =
  /** The connection is reset before a byte of the body is read. `match` sees no body. */
  | { readonly kind: 'reset-before-read' }
  /** So many bytes of the body are read, then a success is answered and the connection reset. `match` sees no body. */
  | { readonly kind: 'early-success'; readonly afterBytes: number }
  /** The body was read, nothing of it is stored. */
  | { readonly kind: 'reset-before-store' }
  /** Stored, and the sender does not learn it: whoever sends again makes duplicates. */
  | { readonly kind: 'reset-before-reply' }
  /** Read, not stored, never answered. */
  | { readonly kind: 'hang' }
  /** Stored, never answered. */
  | { readonly kind: 'hang-before-reply' }
  /** Not stored; this is answered instead. */
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly body: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Stored; half of the answer's body, then a reset. */
  | { readonly kind: 'truncated-reply' }
  /** Stored; the answer comes late. */
  | { readonly kind: 'slow-reply'; readonly delayMs: number }
  /** Stored; the answer's body comes one byte at a time. */
  | { readonly kind: 'drip-reply'; readonly everyMs: number }

type Stage = 'arrived' | 'read' | 'stored'

const STAGES = {
  'reset-before-read': 'arrived',
  'early-success': 'arrived',
  'reset-before-store': 'read',
  hang: 'read',
  reply: 'read',
  'reset-before-reply': 'stored',
  'hang-before-reply': 'stored',
  'truncated-reply': 'stored',
  'slow-reply': 'stored',
  'drip-reply': 'stored',
} as const satisfies Record<Fault['kind'], Stage>

export type FaultAt<S extends Stage> = Extract<
  Fault,
  { kind: { [K in Fault['kind']]: (typeof STAGES)[K] extends S ? K : never }[Fault['kind']] }
>

/** What a fault's `match` may look at. */
export interface SeenRequest extends Address {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Decoded; empty while it is not read. */
  readonly body: Buffer
}

export interface FaultRule {
  readonly fault: Fault
  /** Requests it strikes; default: all until it is removed. */
  readonly times?: number
  /** Default `event`. */
  readonly route?: Route | 'any'
  readonly match?: (request: SeenRequest) => boolean
}

export interface Faults {
  readonly add: (rule: FaultRule) => { readonly remove: () => void; readonly strikes: () => number }
  readonly clear: () => void
}

export interface FaultMenu extends Faults {
  /** The first fault of a stage that this request meets, counted as a strike. */
  readonly take: <S extends Stage>(stage: S, request: SeenRequest) => FaultAt<S> | undefined
}

interface ActiveFault extends FaultRule {
  strikes: number
}

export function createFaultMenu(): FaultMenu {
  const active = new Set<ActiveFault>()
  return {
    add: rule => {
      const fault = { ...rule, strikes: 0 }
      active.add(fault)
      return { remove: () => active.delete(fault), strikes: () => fault.strikes }
    },
    clear: () => active.clear(),
    take: (stage, request) => {
      for (const rule of active) {
        const { fault } = rule
        if (!isAt(stage, fault) || !strikes(rule, request)) continue
        rule.strikes++
        return fault
      }
      return undefined
    },
  }
}

function isAt<S extends Stage>(stage: S, fault: Fault): fault is FaultAt<S> {
  return STAGES[fault.kind] === stage
}

function strikes(
  { strikes: done, times = Infinity, route = 'event', match }: ActiveFault,
  request: SeenRequest,
) {
  return done < times && (route === 'any' || route === request.route) && (match?.(request) ?? true)
}

/** For `match`: some object of the body names this index. */
export function namesIndex(index: string): (request: SeenRequest) => boolean {
  return bodyHas(`"index":${JSON.stringify(index)}`)
}

/** For `match`: the decoded body holds this text. */
export function bodyHas(text: string): (request: SeenRequest) => boolean {
  return request => request.body.includes(text)
}
