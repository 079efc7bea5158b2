/** Where to begin: `begin`, `end` or a time. */

import type { StartPosition } from './types.ts'

const TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i

export const START_POSITION_FORM =
  'begin, end, or a time as 2026-01-31T08:00:00+08:00 or "2018-12-26 0:0:0" (local time)'

/** `begin`, `end`, or a time in unix seconds; a time without an offset is local. Undefined when it is neither. */
export function parseStartPosition(text: string): StartPosition | undefined {
  if (text === 'begin' || text === 'end') return { kind: text }
  const seconds = parseTime(text.trim())
  return seconds === undefined ? undefined : { kind: 'time', seconds }
}

function parseTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(n => Number(n ?? 0))
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  const read = new Date(utc)
  const isReal = read.getUTCMonth() === month - 1 && read.getUTCDate() === day && read.getUTCHours() === hour
  if (!isReal || read.getUTCMinutes() !== minute || second > 59) return undefined
  const ms =
    match[7] === undefined
      ? new Date(year, month - 1, day, hour, minute, second).getTime()
      : utc - offsetMs(match[7])
  return ms >= 0 ? Math.floor(ms / 1_000) : undefined
}

/** `+08:00` as milliseconds east of Greenwich. */
function offsetMs(offset: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(offset)
  if (match === null) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000
}
