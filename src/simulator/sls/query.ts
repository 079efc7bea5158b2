/** Stands in for SPL, the service's query language: one predicate over logs. */

import { decodeLogGroupList, encodeLogGroupList, type Log } from '../wire.ts'
import type { StoredGroup } from './group-log.ts'
import { type Refusal, refuse } from './refusal.ts'

export type LogPredicate = (log: Log<Buffer>) => boolean

export interface PageContent {
  /** A LogGroupList. */
  readonly bytes: Buffer
  readonly groups: number
  /** Set when a query was applied: what there was before, and how many logs are left. */
  readonly filtered?: {
    readonly rawBytes: number
    readonly rawGroups: number
    readonly rawLogs: number
    readonly logs: number
  }
}

/** Without a statement the bytes go out as they came in. Groups with no log left are left out. */
export function filterPage(
  page: readonly StoredGroup[],
  statement: string | undefined,
  parse: (statement: string) => LogPredicate | undefined,
): PageContent | Refusal {
  const bytes = Buffer.concat(page.map(group => group.framed))
  if (!statement) return { bytes, groups: page.length }
  const predicate = parse(statement)
  if (!predicate) return refuse('ParameterInvalid', `query ${statement} is not understood`)
  const raw = decodeLogGroupList(bytes)
  const kept = raw
    .map(group => ({ ...group, logs: group.logs.filter(predicate) }))
    .filter(group => group.logs.length > 0)
  const count = (groups: typeof raw) => groups.reduce((sum, group) => sum + group.logs.length, 0)
  const filtered = {
    rawBytes: bytes.length,
    rawGroups: raw.length,
    rawLogs: count(raw),
    logs: count(kept),
  }
  return { bytes: encodeLogGroupList(kept), groups: kept.length, filtered }
}

/** `*`, or `* | where FIELD = 'VALUE'` with `=`, `!=` and `like`, joined by `and`. */
export function parseQuery(statement: string): LogPredicate | undefined {
  const text = statement.trim()
  if (text === '*') return () => true
  const where = /^\*\s*\|\s*where\s+(.+)$/is.exec(text)?.[1]
  const conditions = where?.split(/\s+and\s+/i).map(parseCondition)
  if (!conditions?.every(condition => condition !== undefined)) return undefined
  return log => conditions.every(condition => condition(log))
}

function parseCondition(text: string): LogPredicate | undefined {
  const match = /^"?([\w.-]+)"?\s*(=|!=|like)\s*'((?:[^']|'')*)'$/is.exec(text.trim())
  if (!match) return undefined
  const [, field = '', operator = '', quoted = ''] = match
  const test = comparisons[operator.toLowerCase()]?.(quoted.replaceAll("''", "'"))
  return test && (log => test(fieldOf(log, field)))
}

type Comparison = (wanted: string) => (value: string | undefined) => boolean

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': wanted => value => value === wanted,
  '!=': wanted => value => value !== undefined && value !== wanted,
  like: wanted => {
    const pattern = new RegExp(
      `^${wanted.split('%').map(escapePattern).join('.*').replaceAll('_', '.')}$`,
      's',
    )
    return value => value !== undefined && pattern.test(value)
  },
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function fieldOf(log: Log<Buffer>, field: string): string | undefined {
  return log.contents.findLast(({ key }) => key.toString() === field)?.value.toString()
}
