/** The HEC endpoints of one source, put together from the reports of its workers. */

import type { EndpointStatus } from '../../thread/protocol.ts'
import type { EndpointView } from './views.ts'
import { type Witness, witnessesOf } from './witnesses.ts'

/** What one worker says of its endpoints. */
export interface Testimony extends Witness {
  readonly endpoints: readonly EndpointStatus[]
}

/** Adds up what all workers of a source say; an endpoint is up only where a witness says so. */
export function endpointsOf(testimonies: readonly Testimony[]): EndpointView[] {
  const heard = new Set(witnessesOf(testimonies))
  const merged = new Map<string, EndpointView>()
  for (const testimony of testimonies)
    for (const { endpoint, up, pendingAcks } of testimony.endpoints) {
      const before = merged.get(endpoint)
      merged.set(endpoint, {
        source: testimony.source,
        endpoint,
        up: (before?.up ?? false) || (heard.has(testimony) && up === true),
        pendingAcks: (before?.pendingAcks ?? 0) + pendingAcks,
      })
    }
  return [...merged.values()]
}
