/** Whether the service works: every consumer has joined, and the last contact with Splunk was good. Idle is fine. */

import type { Condition } from '../state/conditions.ts'
import type { ConsumerView } from '../state/views.ts'

export interface Readiness {
  readonly ready: boolean
  readonly reasons: readonly Omit<Condition, 'count'>[]
}

export function readinessOf(consumers: readonly ConsumerView[], conditions: readonly Condition[]): Readiness {
  const reasons = [
    ...conditions
      .filter(condition => !isCovered(condition, consumers))
      .map(({ count: _, ...condition }) => condition),
    ...consumers.flatMap(notReady).filter(reason => !isExplained(reason, conditions)),
  ]
  return { ready: reasons.length === 0, reasons }
}

/** A condition says already why there is no contact with Splunk. */
function isExplained({ source, code }: Omit<Condition, 'count'>, conditions: readonly Condition[]): boolean {
  const ofSplunk = (condition: Condition) => condition.source === source && condition.endpoint !== undefined
  return code === 'no-contact' && conditions.some(ofSplunk)
}

/** One endpoint of several is sick, and the others do its work. */
function isCovered({ source, endpoint }: Condition, consumers: readonly ConsumerView[]): boolean {
  const ofSource = consumers.filter(consumer => consumer.source === source)
  return endpoint !== undefined && ofSource.length > 0 && ofSource.every(({ splunkUp }) => splunkUp === true)
}

/** Reasons that no condition tells, because nothing has failed yet. */
function notReady({ source, consumer, up, joined, splunkUp }: ConsumerView): Omit<Condition, 'count'>[] {
  const reason = (code: string, text: string, remedy: string) => [{ source, code, text, remedy, shards: [] }]
  if (!up)
    return reason(
      'consumer-down',
      `${consumer} is not running`,
      'see the log for why it ended; it is restarted',
    )
  if (!joined)
    return reason('not-joined', `${consumer} has not joined the consumer group`, 'wait for its heartbeat')
  if (splunkUp !== true)
    return reason('no-contact', `${consumer} has no contact with Splunk`, 'wait, or check splunk.url')
  return []
}
