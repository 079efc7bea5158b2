/** The log's last line: what stays unconfirmed, and which ranges of which shards will be sent again. */

import type { StopReport } from '../supervisor/supervisor.ts'

export interface Farewell {
  readonly level: 'info' | 'warn'
  readonly text: string
}

export function farewellOf({ unconfirmed, unsaved, killed }: StopReport): Farewell {
  const events = unconfirmed.reduce((sum, each) => sum + each.events, 0)
  const confirmed = events === 0 ? 'every event is confirmed' : `${events} events are not confirmed`
  const again = [
    ...killed.map(consumer => `what ${consumer}, which did not drain, has sent since its last checkpoints`),
    ...[...unsaved, ...unconfirmed].map(
      ({ source, shard, from, to }) => `shard ${shard} of ${source} from ${from || 'its start'} to ${to}`,
    ),
  ]
  if (again.length === 0) return { level: 'info', text: `stopped; ${confirmed}` }
  return { level: 'warn', text: `stopped; ${confirmed}; will be sent again: ${again.join('; ')}` }
}
