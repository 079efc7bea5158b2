/** The way to a far end and back: how long requests take, and what becomes of them on the way. */

import type { OpenCall, OpenCalls, Outcome } from './open-calls.ts'

export type Weather =
  | 'fine'
  /** Up to nearly as long as the caller waits, each way. */
  | 'slow'
  /** Refused at once. */
  | 'refused'
  /** Arrives and is done, but no answer comes back. */
  | 'deaf'
  /** Nothing arrives. */
  | 'cut'

export interface Link extends OpenCalls {
  weather: Weather
  /** Nothing that is under way will ever come to anything. */
  cease(): void
}

/** A caller gives up after `patienceMs`. */
export function createLink(patienceMs: number): Link {
  const open = new Map<OpenCall, NodeJS.Timeout[]>()
  let ceased = false

  function planOf(weather: Weather): readonly (readonly [afterMs: number, how: Outcome['how']])[] {
    const longestMs = weather === 'slow' ? patienceMs * 0.9 : 50
    const thereMs = Math.random() * longestMs
    const backMs = Math.random() * longestMs
    const gaveUp = [patienceMs, 'timed-out'] as const
    if (weather === 'refused') return [[10, 'failed']]
    if (weather === 'cut') return [[patienceMs, 'failed']]
    if (weather === 'deaf') return [[thereMs, 'done'], gaveUp]
    if (thereMs + backMs > patienceMs) return [[thereMs, 'done'], gaveUp]
    return [
      [thereMs, 'done'],
      [thereMs + backMs, 'ok'],
    ]
  }

  /** Whoever tries again by itself is still there after its fate: it meets with another one. */
  function meet(call: OpenCall): void {
    const plan = planOf(link.weather)
    const pick = Math.floor(Math.random() * 100)
    const timers = plan.map(([afterMs, how], i) =>
      setTimeout(() => {
        call.settle({ how, pick })
        if (i === plan.length - 1 && open.get(call) === timers) meet(call)
      }, afterMs),
    )
    open.set(call, timers)
  }

  function stop(call: OpenCall): void {
    for (const timer of open.get(call) ?? []) clearTimeout(timer)
  }

  const link: Link = {
    weather: 'fine',
    list: () => [...open.keys()],
    add(call) {
      if (ceased) open.set(call, [])
      else meet(call)
    },
    remove(call) {
      stop(call)
      open.delete(call)
    },
    cease() {
      ceased = true
      for (const call of open.keys()) stop(call)
    },
  }
  return link
}
