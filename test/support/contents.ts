/** Whether logs arrive as they were issued: a hash of each is kept, and compared with what comes. */

import { createHash } from 'node:crypto'
import { joinLogGroups } from '../../src/simulator/wire.ts'
import { referenceEvents } from './reference-encoder.ts'

export interface Contents {
  /** Takes in an encoded group; a log's id is its field `log_id`. */
  issue(shard: number, group: Buffer): void
  /** An event as Splunk stored it. Logs that were not issued are the ledger's business. */
  arrive(id: string, envelope: { readonly event: unknown; readonly time?: number | string }): void
  /** Ids of logs that arrived with another event or time than was issued, at most ten. */
  altered(): readonly string[]
}

const MAX_ALTERED = 10

/** For services with the default routes, which add metadata. What is compared is the event and its time. */
export function createContents(place: { readonly project: string; readonly logstore: string }): Contents {
  const hashes = new Map<string, string>()
  const altered = new Set<string>()
  return {
    issue(shard, group) {
      const rules = { ...place, shard, routes: [], defaults: {}, addMetadata: true }
      for (const text of referenceEvents(joinLogGroups([group]), rules).flat()) {
        const envelope = JSON.parse(text ?? '')
        hashes.set(envelope.event.log_id, hashOf(envelope))
      }
    },
    arrive(id, envelope) {
      const issued = hashes.get(id)
      if (issued === undefined || issued === hashOf(envelope) || altered.size >= MAX_ALTERED) return
      altered.add(id)
    },
    altered: () => [...altered],
  }
}

/** The order of an object's keys says nothing. */
function hashOf({ event, time }: { readonly event: unknown; readonly time?: number | string }): string {
  const fields: Record<string, unknown> = typeof event === 'object' ? { ...event } : { event }
  const keys = Object.keys(fields).toSorted()
  const text = JSON.stringify([Number(time), keys.map(key => [key, fields[key]])])
  return createHash('sha1').update(text).digest('base64')
}
