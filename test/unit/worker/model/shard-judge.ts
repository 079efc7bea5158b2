/**
 * The reference for one shard: which logs Splunk has, and what must hold of every checkpoint, request and hand-over.
 * What does not hold is written down in words.
 */

import { logIdsOf, type Operation, positionOfLog } from './shard-server.ts'

export interface ShardJudge {
  accepted(client: string, logId: number): void
  /** Everything before this position has expired: nobody can deliver it any more. */
  expired(position: number): void
  /** What the server has stored is where a runner has to begin. */
  stored(client: string, position: number | undefined): void
  /** Where it has to begin when nothing is stored. */
  elsewhere(client: string, position: number): void
  saved(client: string, position: number, previous: number | undefined): void
  requested(client: string, operation: Operation | 'send', position?: number): void
  /** From now on this runner may neither save nor send. */
  lost(client: string): void
  /** The same of one whose lease has run out without its noticing: it may read on until it wants to do either. */
  lapsed(client: string): void
  /** A save of its consumer was refused before: this runner may send nothing until one is taken. */
  disputed(client: string): void
  /** A save that had been given up has arrived after all: what this runner holds for saved may have gone back. */
  strayed(client: string): void
  hasStrayed(client: string): boolean
  /** Everything before it is delivered or has expired. */
  settledUpTo(): number
  /** Positions from `from` on of which this runner has delivered something. */
  deliveredFrom(client: string, from: number): number[]
  violation(text: string): void
  violations(): readonly string[]
}

export function createShardJudge(end: () => number): ShardJudge {
  const violations: string[] = []
  const accepted = new Set<number>()
  const starts = new Map<string, number>()
  const stored = new Set<string>()
  const pulls = new Map<string, number>()
  const sent = new Map<string, number>()
  const reached = new Map<string, Set<number>>()
  const lost = new Set<string>()
  const lapsed = new Set<string>()
  const strayed = new Set<string>()
  const disputed = new Set<string>()
  let expired = 0
  let settled = 0
  const violation = (text: string) => void violations.push(text)

  function settledUpTo(): number {
    const isSettled = (position: number) =>
      position < expired || logIdsOf(position).every(id => accepted.has(id))
    while (settled < end() && isSettled(settled)) settled++
    return settled
  }

  function firstPull(client: string, position: number): void {
    if (pulls.has(client)) return
    pulls.set(client, position)
    const start = starts.get(client)
    if (start !== position) violation(`${client} begins at ${position}, was told ${start}`)
  }

  return {
    accepted(client, logId) {
      const position = positionOfLog(logId)
      accepted.add(logId)
      reached.set(client, (reached.get(client) ?? new Set()).add(position))
      const start = starts.get(client) ?? 0
      if (position < start) violation(`${client} repeats ${position}, saved was ${start}`)
    },
    expired: position => {
      expired = position
    },
    stored(client, position) {
      if (position === undefined) return void stored.delete(client)
      stored.add(client)
      starts.set(client, position)
    },
    elsewhere(client, position) {
      if (!stored.has(client)) starts.set(client, position)
    },
    saved(client, position, previous) {
      disputed.delete(client)
      if (position > settledUpTo()) violation(`${client} saved ${position}, delivered is ${settledUpTo()}`)
      if (previous !== undefined && position < previous && !strayed.has(client))
        violation(`${client} saved ${position} after ${previous}`)
    },
    requested(client, operation, position = 0) {
      if (lost.has(client))
        violation(`${client} makes a request (${operation} ${position}) after it was lost`)
      if (lapsed.has(client) && (operation === 'save' || operation === 'send'))
        violation(`${client} makes a request (${operation} ${position}) after its lease`)
      if (operation === 'send' && disputed.has(client)) violation(`${client} sends before a save was taken`)
      if (operation === 'pull') firstPull(client, position)
      if (operation !== 'save') return
      const before = sent.get(client) ?? 0
      if (position < before) violation(`${client} sends ${position} to be saved after ${before}`)
      sent.set(client, position)
    },
    lost: client => void lost.add(client),
    lapsed: client => void lapsed.add(client),
    disputed: client => void disputed.add(client),
    strayed: client => void strayed.add(client),
    hasStrayed: client => strayed.has(client),
    settledUpTo,
    deliveredFrom: (client, from) => [...(reached.get(client) ?? [])].filter(position => position >= from),
    violation,
    violations: () => violations,
  }
}
