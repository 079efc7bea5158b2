/** The log's last line: what stays unconfirmed, and which ranges of which shards will be sent again. */

import type { StopReport } from '../supervisor/sources/stop-report.ts'

export interface Farewell {
  readonly level: 'info' | 'warn'
  readonly text: string
}

export function farewellOf(report: StopReport): Farewell {
  const ranges = [...report.unsaved, ...report.unconfirmed].map(
    ({ source, shard, from, to }) => `shard ${shard} of ${source} from ${from || 'its start'} to ${to}`,
  )
  const again = ranges.length === 0 ? '' : `; will be sent again: ${ranges.join('; ')}`
  const isClean = again === '' && report.killed.length === 0
  return { level: isClean ? 'info' : 'warn', text: `stopped; ${confirmed(report)}${again}` }
}

function confirmed({ unconfirmed, killed, deadLettered }: StopReport): string {
  if (killed.length > 0)
    return `not confirmed, and sent again, is what ${killed.join(', ')} sent since the last checkpoints: they did not end in order`
  const events = unconfirmed.reduce((sum, each) => sum + each.events, 0)
  if (events === 0 && deadLettered > 0)
    return `every event is confirmed or among the dead letters (${deadLettered} since the start: sls2splunk dead-letters show)`
  if (events === 0) return 'every event is confirmed'
  return events === 1 ? '1 event is not confirmed' : `${events} events are not confirmed`
}
