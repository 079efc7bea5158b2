/** What the last runs of consumers leave behind when they have ended. */

import type { Unconfirmed, Unsaved } from '../../thread/protocol.ts'
import type { StoppedConsumer } from './consumer-set.ts'

export interface Ended extends StoppedConsumer {
  readonly source: string
}

export interface StopReport {
  /** Events by shard that were sent and are not confirmed: they will be sent again. */
  readonly unconfirmed: readonly (Unconfirmed & { readonly source: string })[]
  /** Shards whose last position is not saved: what was delivered since their checkpoint will be sent again. */
  readonly unsaved: readonly (Unsaved & { readonly source: string })[]
  /** Events that went to the dead letters since the start. */
  readonly deadLettered: number
  /** Workers that had to be killed. */
  readonly killed: readonly string[]
}

export function reportOf(ended: readonly Ended[]): Omit<StopReport, 'deadLettered'> {
  const drained = ended.flatMap(({ source, exit }) => (exit?.kind === 'drained' ? [{ source, exit }] : []))
  const killed = ended.filter(({ exit }) => exit !== undefined && exit.kind !== 'drained')
  return {
    unconfirmed: drained.flatMap(({ source, exit }) => exit.unconfirmed.map(each => ({ ...each, source }))),
    unsaved: drained.flatMap(({ source, exit }) => exit.unsaved.map(each => ({ ...each, source }))),
    killed: killed.map(({ consumer }) => consumer),
  }
}
