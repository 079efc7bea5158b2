/** The place in its page that an event comes from: dead letters name the place of a log in Log Service. */

import { messagesIn } from '../../sls/protobuf.ts'
import { readGroupHeader } from './group.ts'
import type { Planner } from './plan.ts'

export interface LogLocation {
  /** Which log group of the page, from 0. */
  readonly group: number
  /** Which log of the group, from 0. */
  readonly position: number
}

/** Finds the log that the encoder counts as `number`; the page must be one that can be read to its end. */
export function locate(page: Uint8Array, planner: Planner, number: number): LogLocation | undefined {
  let before = 0
  let group = 0
  for (const { from, to } of messagesIn(page, 0, page.length)) {
    if (planner(readGroupHeader(page, from, to)).kind === 'send') {
      const logs = [...messagesIn(page, from, to)].length
      if (number < before + logs) return { group, position: number - before }
      before += logs
    }
    group++
  }
  return undefined
}

/** Counts the logs of all groups of a page. */
export function countLogs(page: Uint8Array): number {
  const groups = [...messagesIn(page, 0, page.length)]
  return groups.reduce((sum, { from, to }) => sum + [...messagesIn(page, from, to)].length, 0)
}
