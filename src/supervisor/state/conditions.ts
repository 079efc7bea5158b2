/**
 * What is wrong, said once: a line when it begins, one now and then while it lasts, one when it is over, with a count.
 * The same matter reported by many workers of a source is one matter.
 */

import { formatDuration } from '../../base/units.ts'
import type { Log } from '../../log/log.ts'
import type { StatusReason } from '../../thread/protocol.ts'

export interface Condition extends StatusReason {
  readonly source: string
}

export interface Conditions {
  /** All that is wrong now; what was known and is not here any more is over. */
  update(now: readonly Condition[]): void
  list(): Condition[]
  /** The same with the time since each began. */
  ages(): { readonly condition: Condition; readonly ageMs: number }[]
}

interface Entry {
  readonly condition: Condition
  readonly sinceMs: number
  /** Undefined while it is kept quiet. */
  readonly saidAtMs: number | undefined
}

const REMIND_AFTER_MS = 300_000
/** What comes and goes is said once in this time, not every time; what stays, at its end at the latest. */
const QUIET_AFTER_OVER_MS = 60_000

export function createConditions(log: Log, now: () => number = () => performance.now()): Conditions {
  const entries = new Map<string, Entry>()
  const quietUntilMs = new Map<string, number>()

  /** When it was last said, now or before. */
  function sayIfDue(key: string, { condition, sinceMs, saidAtMs }: Entry): number | undefined {
    if (saidAtMs === undefined) {
      if (now() < (quietUntilMs.get(key) ?? 0)) return undefined
      log.warn(`${condition.text}. To do: ${condition.remedy}`, fieldsOf(condition))
      return now()
    }
    if (now() - saidAtMs < REMIND_AFTER_MS) return saidAtMs
    log.warn(`still, for ${formatDuration(now() - sinceMs)}: ${condition.text}`, fieldsOf(condition))
    return now()
  }

  function end(key: string, { condition, sinceMs, saidAtMs }: Entry): void {
    entries.delete(key)
    if (saidAtMs === undefined) return
    log.info(`over after ${formatDuration(now() - sinceMs)}: ${condition.text}`, fieldsOf(condition))
    quietUntilMs.set(key, now() + QUIET_AFTER_OVER_MS)
  }

  return {
    update(current) {
      const merged = mergeByMatter(current)
      for (const [key, entry] of entries) if (!merged.has(key)) end(key, entry)
      for (const [key, condition] of merged) {
        const { sinceMs, saidAtMs } = entries.get(key) ?? { sinceMs: now(), saidAtMs: undefined }
        const entry = { condition, sinceMs, saidAtMs }
        entries.set(key, { ...entry, saidAtMs: sayIfDue(key, entry) })
      }
    },
    list: () => [...entries.values()].map(({ condition }) => condition),
    ages: () =>
      [...entries.values()].map(({ condition, sinceMs }) => ({ condition, ageMs: now() - sinceMs })),
  }
}

function mergeByMatter(conditions: readonly Condition[]): Map<string, Condition> {
  const merged = new Map<string, Condition>()
  for (const condition of conditions) {
    const key = `${condition.source} ${condition.code} ${condition.endpoint ?? ''}`
    const before = merged.get(key)
    const shards = [...new Set([...(before?.shards ?? []), ...condition.shards])].sort((a, b) => a - b)
    merged.set(key, { ...(before ?? condition), count: (before?.count ?? 0) + condition.count, shards })
  }
  return merged
}

function fieldsOf({ source, code, count, shards }: Condition) {
  return { source, code, tries: count, ...(shards.length > 0 && { shards: shards.join(',') }) }
}
