/** What the log says of the ends of worker threads. */

import { formatDuration } from '../../base/units.ts'
import type { Log } from '../../log/log.ts'
import type { Quarantined } from '../../thread/protocol.ts'
import type { ChildExit } from './child.ts'
import { describeExit, MEMORY_LIMIT, reasonOf } from './exits.ts'
import { reportOf } from './stop-report.ts'

interface Worker {
  readonly source: string
  readonly consumer: string
}

const RAISE_LIMIT = '. To do, if it happens again: raise worker.memory_limit'

/** Says that a thread ended by itself and when it starts again. */
export function sayRestart(log: Log, worker: Worker, exit: ChildExit, afterMs: number): void {
  const reason = reasonOf(exit)
  const advice = reason === MEMORY_LIMIT ? RAISE_LIMIT : ''
  const text = `worker ended (${describeExit(exit)}), starts again in ${formatDuration(afterMs)}${advice}`
  log.error(text, { ...worker, reason })
}

/** Says how a thread ended that was asked to. */
export function sayDrained(log: Log, worker: Worker, exit: ChildExit): void {
  const { unconfirmed, unsaved, killed } = reportOf([{ ...worker, exit }])
  if (killed.length > 0) log.warn(`worker not drained (${describeExit(exit)})`, { ...worker })
  else if (unconfirmed.length + unsaved.length > 0)
    log.warn('worker drained; some logs will be sent again', { ...worker })
  else log.info('worker drained', { ...worker })
}

/** Says what becomes of a page that kills its worker; `groups`: how many log groups it has. */
export function sayQuarantined(log: Log, source: string, entry: Quarantined, groups: number): void {
  const { shard, cursor, how } = entry
  const what =
    how === 'bury'
      ? 'it goes to the dead letters unread. To do: look at it (sls2splunk dead-letters show)'
      : `its ${groups} log groups are read one at a time from now on`
  const text = `a page of shard ${shard} has ended its worker three times in a row: ${what}`
  log.error(text, { source, shard, cursor })
}
