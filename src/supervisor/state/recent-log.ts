/** What happened lately, for the page: the latest lines of the log, as many as a person looks through. */

import type { SaidLine } from '../../log/log.ts'
import type { StatusEvent } from '../../status/document.ts'

export interface RecentEvents {
  add(line: SaidLine): void
  /** The latest last. */
  list(): readonly StatusEvent[]
}

const MAX_EVENTS = 200
const MAX_TEXT = 500

export function createRecentEvents(now: () => Date = () => new Date()): RecentEvents {
  const events: StatusEvent[] = []
  return {
    add({ level, message, fields }) {
      const { source, consumer, shard } = fields
      events.push({
        time: now().toISOString(),
        level: level === 'error' || level === 'warn' ? level : 'info',
        text: message.length > MAX_TEXT ? `${message.slice(0, MAX_TEXT)}…` : message,
        ...(typeof source === 'string' && { source }),
        ...(typeof consumer === 'string' && { consumer }),
        ...(typeof shard === 'number' && { shard }),
      })
      if (events.length > MAX_EVENTS) events.shift()
    },
    list: () => [...events],
  }
}
