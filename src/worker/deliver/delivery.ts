/** Delivery on behalf of a shard: problems are raised for this shard, and counted. */

import type { Deliver, HeldEvents, Refusal } from '../../splunk/deliver.ts'
import { createDeliver } from '../../splunk/delivery.ts'
import type { EndpointEvents, Posted } from '../../splunk/endpoint.ts'
import type { Endpoints } from '../../splunk/endpoints.ts'
import { describe, type Reason } from '../../splunk/reasons.ts'
import type { Meter } from '../report/meter.ts'
import type { Troubles } from '../report/troubles.ts'

export interface DeliveryParts {
  readonly endpoints: Endpoints
  readonly compression: 'gzip' | 'none'
  readonly troubles: Troubles
  readonly meter: Meter
}

/** Parts that a shard adds to those that all share. */
export interface ShardDelivery {
  readonly shard: number
  readonly inOrder: boolean
  readonly beforePost: () => void
  readonly onRefused: (refusal: Refusal) => Promise<boolean>
}

/** Makes the delivery of one page. */
export function deliveryFor(
  { shard, ...ofShard }: ShardDelivery,
  { endpoints, compression, troubles, meter }: DeliveryParts,
): Deliver {
  const who = { work: 'send', shard } as const
  let isHolding = false
  const onProblem = (reason: Reason, { endpoint, detail }: Posted, held: HeldEvents | undefined) => {
    meter.hecRetry(endpoint, reason)
    isHolding ||= held !== undefined
    if (held) troubles.raise(who, heldTrouble(reason, held, `${endpoint}: ${detail}`))
    else if (reason === 'acknowledgement-late')
      troubles.raise(who, { code: `splunk-${reason}`, ...describe(reason, endpoint, '') })
  }
  const deliver = createDeliver({ endpoints, compression, ...ofShard, onProblem })
  return async (events, signal) => {
    const delivered = await deliver(events, signal)
    // What the page holds is still held when another body of it gets through.
    if (!isHolding && delivered.accepted > 0) troubles.clear(who)
    return delivered
  }
}

function heldTrouble(reason: Reason, { index }: HeldEvents, detail: string) {
  const { text, remedy } = describe(reason, '', '')
  const named = index === undefined ? '' : index === '' ? " (the token's own index)" : ` "${index}"`
  return { code: `splunk-${reason}`, text: `${text}${named} (${detail})`, remedy }
}

/** Raises problems of an endpoint as a whole: for the endpoint, not for the shards that wait. */
export function endpointEvents(troubles: Troubles, count: number): EndpointEvents {
  const among = count === 1 ? '' : `one of ${count} HEC endpoints: `
  return {
    failed(endpoint, reason, detail) {
      const { text, remedy } = describe(reason, endpoint, detail)
      const trouble = { code: `splunk-${reason}`, text: among + text, remedy, endpoint }
      troubles.raise({ work: 'send', endpoint }, trouble)
    },
    worked: endpoint => troubles.clear({ work: 'send', endpoint }),
  }
}
