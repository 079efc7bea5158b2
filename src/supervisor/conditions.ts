/**
 * What is wrong, said once: a line when it begins, one now and then while it lasts, one when it is over, with a count.
 * The same matter reported by many workers of a source is one matter.
 */

import type { Log } from '../log.ts'
import type { StatusReason } from '../protocol.ts'
import { formatDuration } from '../units.ts'

export interface Condition extends StatusReason {
  readonly source: string
}

export interface Conditions {
  /** All that is wrong now; what was known and is not here any more is over. */
  update(now: readonly Condition[]): void
  list(): Condition[]
}

interface Entry {
  readonly condition: Condition
  readonly sinceMs: number
  saidAtMs: number
}

const REMIND_AFTER_MS = 300_000

export function createConditions(log: Log, now: () => number = () => performance.now()): Conditions {
  const entries = new Map<string, Entry>()

  function begin(condition: Condition): Entry {
    log.warn(`${condition.text}. To do: ${condition.remedy}`, fieldsOf(condition))
    return { condition, sinceMs: now(), saidAtMs: now() }
  }

  function goOn(entry: Entry, condition: Condition): Entry {
    const remind = now() - entry.saidAtMs >= REMIND_AFTER_MS
    if (remind)
      log.warn(`still, for ${formatDuration(now() - entry.sinceMs)}: ${condition.text}`, fieldsOf(condition))
    return { condition, sinceMs: entry.sinceMs, saidAtMs: remind ? now() : entry.saidAtMs }
  }

  return {
    update(current) {
      const merged = mergeByMatter(current)
      for (const [key, { condition, sinceMs }] of entries) {
        if (merged.has(key)) continue
        entries.delete(key)
        log.info(`over after ${formatDuration(now() - sinceMs)}: ${condition.text}`, fieldsOf(condition))
      }
      for (const [key, condition] of merged) {
        const entry = entries.get(key)
        entries.set(key, entry ? goOn(entry, condition) : begin(condition))
      }
    },
    list: () => [...entries.values()].map(({ condition }) => condition),
  }
}

function mergeByMatter(conditions: readonly Condition[]): Map<string, Condition> {
  const merged = new Map<string, Condition>()
  for (const condition of conditions) {
    const key = `${condition.source} ${condition.code}`
    const before = merged.get(key)
    const shards = [...new Set([...(before?.shards ?? []), ...condition.shards])].sort((a, b) => a - b)
    merged.set(key, { ...(before ?? condition), count: (before?.count ?? 0) + condition.count, shards })
  }
  return merged
}

function fieldsOf({ source, code, count, shards }: Condition) {
  return { source, code, tries: count, ...(shards.length > 0 && { shards: shards.join(',') }) }
}
