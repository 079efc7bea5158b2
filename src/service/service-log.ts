/** The service's log, whose latest lines its status shows. */

import { type ChangingLog, createLog, type LogOptions } from '../log/log.ts'
import { createRecentEvents, type RecentEvents } from '../supervisor/state/recent-log.ts'

export interface ServiceLog extends ChangingLog {
  readonly events: RecentEvents
}

export function createServiceLog(options: Omit<LogOptions, 'onLine'>): ServiceLog {
  const events = createRecentEvents()
  return { ...createLog({ ...options, onLine: events.add }), events }
}
