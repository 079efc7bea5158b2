/** What scenarios wait for. */

import { eventually } from '../../support/eventually.ts'
import { type FarEnds, LOGSTORE, PROJECT } from '../../support/far-ends.ts'
import type { RunningService } from '../../support/service.ts'

const WITHIN_MS = 40_000

/** A line with this text is in the log, so many times. */
export async function said({ logLines }: RunningService, text: string, times = 1): Promise<void> {
  await eventually(() => logLines.filter(line => line.includes(text)).length >= times, {
    withinMs: WITHIN_MS,
    what: `${times} lines with "${text}"`,
    state: () => logLines.slice(-20),
  })
}

/** So many more events have reached Splunk. */
export async function delivered(far: FarEnds, more: number): Promise<void> {
  const { events } = far.hec.counters
  await eventually(() => far.hec.counters.events >= events + more, {
    withinMs: WITHIN_MS,
    what: `${more} more events in Splunk`,
  })
}

/** So many more requests that Log Service has not answered with a page, or any: by a fault's own count. */
export async function struck(handle: { readonly hits: () => number }, times: number): Promise<void> {
  await eventually(() => handle.hits() >= times, {
    withinMs: WITHIN_MS,
    what: `the fault has struck ${times} times`,
    state: handle.hits,
  })
}

/** The service is trying in vain to deliver something of each of these shards. */
export async function heldUp(running: RunningService, shards: readonly number[]): Promise<void> {
  const inFlight = () => running.service.board.shards().filter(each => each.inFlightEvents > 0)
  await eventually(() => shards.every(shard => inFlight().some(each => each.shard === shard)), {
    withinMs: WITHIN_MS,
    what: `events of shards ${shards.join(', ')} are in flight`,
    state: inFlight,
  })
}

/** These consumers, and nobody else, hold all shards that take writes, at least one each. */
export async function heldBy(far: FarEnds, consumers: readonly string[]): Promise<void> {
  const holdings = () => [...far.holdings()]
  const isHeld = () => {
    const all = holdings().flatMap(([, shards]) => shards)
    const holders = holdings().flatMap(([consumer, shards]) => (shards.length > 0 ? [consumer] : []))
    const isExact = holders.toSorted().join() === consumers.toSorted().join()
    return isExact && far.writable().every(shard => all.includes(shard))
  }
  await eventually(isHeld, { withinMs: WITHIN_MS, what: `held by ${consumers.join(', ')}`, state: holdings })
}

export function split({ sls }: FarEnds, shard: number): number[] {
  return sls.splitShard(PROJECT, LOGSTORE, shard)
}

export function merge({ sls }: FarEnds, shard: number): number {
  return sls.mergeShards(PROJECT, LOGSTORE, shard)
}
