/** Waiting until shards are with whom they should be, and are delivered from there. */

import { eventually } from '../../support/eventually.ts'
import type { FarEnds } from '../../support/far-ends.ts'

const WITHIN_MS = 60_000

/** The live consumers are these, and hold so many shards each. */
export async function untilHeld(
  far: FarEnds,
  wanted: Readonly<Record<string, number>>,
  state: () => unknown = () => undefined,
): Promise<void> {
  const counts = () => [...far.holdings()].map(([consumer, shards]) => `${consumer}: ${shards.length}`)
  const text = (lines: readonly string[]) => lines.toSorted().join(', ')
  const aim = text(Object.entries(wanted).map(([consumer, shards]) => `${consumer}: ${shards}`))
  await eventually(() => text(counts()) === aim, {
    withinMs: WITHIN_MS,
    what: `shards are held as ${aim}`,
    state: () => ({ held: counts(), state: state() }),
  })
}

/** Splunk has a log of each of these shards that is written now. */
export async function untilDelivered(far: FarEnds, shards: readonly number[]): Promise<void> {
  const fresh = far.produce(shards)
  await eventually(() => fresh.every(({ shard, sequence }) => far.arrivedAt(shard, sequence) !== undefined), {
    withinMs: WITHIN_MS,
    what: `shards ${shards.join(', ')} are delivered from`,
  })
}
