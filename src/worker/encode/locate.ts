/** Where in its page an event comes from: for the dead letters, which name the place of a log in Log Service. */

import { readGroupHeader } from './group.ts'
import type { Planner } from './plan.ts'
import { BYTES, type Reader, readEnd, readVarint, skipField } from '../../sls/protobuf.ts'

export interface LogLocation {
  /** Which log group of the page, from 0. */
  readonly group: number
  /** Which log of the group, from 0. */
  readonly position: number
}

const FIELD_1 = (1 << 3) | BYTES

/** The log that the encoder counts as `number`; the page must be one that can be read to its end. */
export function locate(page: Uint8Array, planner: Planner, number: number): LogLocation | undefined {
  let before = 0
  let group = 0
  for (const { from, to } of fieldsOf(page, 0, page.length)) {
    if (planner(readGroupHeader(page, from, to)).kind === 'send') {
      const logs = [...fieldsOf(page, from, to)].length
      if (number < before + logs) return { group, position: number - before }
      before += logs
    }
    group++
  }
  return undefined
}

/** Logs of all groups of a page. */
export function countLogs(page: Uint8Array): number {
  const groups = [...fieldsOf(page, 0, page.length)]
  return groups.reduce((sum, { from, to }) => sum + [...fieldsOf(page, from, to)].length, 0)
}

/** The messages of field 1: groups of a page, logs of a group. */
function* fieldsOf(bytes: Uint8Array, start: number, end: number) {
  const reader: Reader = { bytes, position: start }
  while (reader.position < end) {
    const tag = readVarint(reader, end)
    if (tag !== FIELD_1) {
      skipField(reader, tag & 7, end)
      continue
    }
    const to = readEnd(reader, end)
    yield { from: reader.position, to }
    reader.position = to
  }
}
