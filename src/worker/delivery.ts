/** Delivery on behalf of a shard: what goes wrong is told of this shard, and counted. */

import type { Attempt, HecClient } from '../splunk/client.ts'
import { createDeliver, type Deliver, type Troubled } from '../splunk/deliver.ts'
import { describe } from '../splunk/describe.ts'
import type { Meter } from './meter.ts'
import type { Contact } from './splunk-contact.ts'
import type { Troubles } from './troubles.ts'

/** Splunk answers and takes others: only these events are wrong. */
const REACHED: ReadonlySet<Troubled['reason']> = new Set([
  'index-refused',
  'event-refused',
  'too-large',
  'encoding-refused',
])

export interface DeliveryParts {
  readonly hec: HecClient
  readonly compression: 'gzip' | 'none'
  readonly contact: Contact
  readonly troubles: Troubles
  readonly meter: Meter
}

export function deliveryFor(
  shard: number,
  { hec, compression, contact, troubles, meter }: DeliveryParts,
): Deliver {
  const who = { work: 'send', shard } as const
  const onTrouble = ({ reason }: Troubled, { detail }: Attempt) => {
    if (!REACHED.has(reason)) contact.failed()
    meter.hecRetry(hec.endpoint, reason)
    troubles.raise(who, { code: `splunk-${reason}`, ...describe(reason, hec.endpoint, detail) })
  }
  const deliver = createDeliver({ client: hec, compression, onTrouble })
  return async (events, signal, onHold) => {
    await deliver(events, signal, onHold)
    contact.worked()
    troubles.clear(who)
  }
}
