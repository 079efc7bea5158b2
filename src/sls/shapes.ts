/** What the answers of Log Service's JSON calls look like. Anything else is refused, never taken for "nothing". */

import { isNumber, isRecord, isText } from '../base/json.ts'

export function isShardIds(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isInteger)
}

export interface CheckpointRow {
  readonly shard: number
  /** Empty when none is stored. */
  readonly checkpoint: string
  /** Microseconds; the documentation says seconds. */
  readonly updateTime?: number
}

export function isCheckpoints(value: unknown): value is readonly CheckpointRow[] {
  const isTime = (time: unknown) => time === undefined || isNumber(time)
  return isListOf(
    value,
    row => Number.isInteger(row.shard) && typeof row.checkpoint === 'string' && isTime(row.updateTime),
  )
}

export function isCursor(value: unknown): value is { readonly cursor: string } {
  return isRecord(value) && isText(value.cursor)
}

export function isCursorTime(value: unknown): value is { readonly cursor_time: number } {
  return isRecord(value) && isNumber(value.cursor_time)
}

export function isShards(value: unknown): value is readonly object[] {
  return isListOf(
    value,
    ({ shardID, status, inclusiveBeginKey, exclusiveEndKey }) =>
      Number.isInteger(shardID) && [status, inclusiveBeginKey, exclusiveEndKey].every(isText),
  )
}

export function isGroups(value: unknown): value is readonly object[] {
  return isListOf(value, ({ name }) => isText(name))
}

export function isLogstore(value: unknown): value is { readonly ttl?: number } {
  return isRecord(value) && (value.ttl === undefined || isNumber(value.ttl))
}

function isListOf(value: unknown, isRow: (row: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(value) && value.every(row => isRecord(row) && isRow(row))
}
