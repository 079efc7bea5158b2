/**
 * Who holds which shard of one consumer group: pure functions from one allocation to the next. Nothing in here knows
 * of HTTP, data or the time of day; the time comes in as an argument.
 */

import { newShardState, ownerToBe, type ShardEvent, type ShardState, step } from './shard-state.ts'

export interface Allocation {
  /** Live consumers with the time of their last heartbeat, in the order in which they registered. */
  readonly consumers: ReadonlyMap<string, number>
  /** By shard id. */
  readonly shards: ReadonlyMap<number, ShardState>
}

export interface ShardLineage {
  readonly id: number
  /** Ids of all shards that this one came from by splitting and merging. */
  readonly ancestors: readonly number[]
}

export interface Beat {
  readonly consumer: string
  /** Shards that the consumer says it works on, those it drains included. */
  readonly reported: readonly number[]
  readonly nowMs: number
}

/** What nobody has measured at the real service. */
export interface BalanceRules {
  /** When surplus is taken from a holder: as soon as somebody lacks it, or at the holder's own next heartbeat. */
  readonly rebalanceAt: 'registration' | 'holder-heartbeat'
  /** Which of a holder's shards, given in ascending order, moves. */
  readonly movedShard: (held: readonly number[]) => number | undefined
  /** Whether `[]` from a consumer that holds shards gives them back. */
  readonly emptyHeartbeat: 'keep' | 'release'
}

export const highestShard: BalanceRules['movedShard'] = held => held.at(-1)

export const randomShard: BalanceRules['movedShard'] = held => held[Math.floor(Math.random() * held.length)]

export const emptyAllocation: Allocation = { consumers: new Map(), shards: new Map() }

/** Takes in new shards and releases waiting ones (transitions 1 and 2); shards that are no longer listed go. */
export function syncShards(
  allocation: Allocation,
  lineages: readonly ShardLineage[],
  inOrder: boolean,
): Allocation {
  const known = (id: number) => allocation.shards.get(id)
  const listed = new Set(lineages.map(lineage => lineage.id))
  const isDone = (id: number) => !listed.has(id) || known(id)?.state === 'over'
  const next = ({ id, ancestors }: ShardLineage): ShardState => {
    const blocked = inOrder && !ancestors.every(isDone)
    const shard = known(id) ?? newShardState(blocked)
    return blocked ? shard : step(shard, { type: 'unblocked' })
  }
  return { ...allocation, shards: new Map(lineages.map(lineage => [lineage.id, next(lineage)])) }
}

/** Removes the consumers that were silent for longer than the timeout (transitions 4, 6 and 9). */
export function expireConsumers(allocation: Allocation, nowMs: number, timeoutMs: number): Allocation {
  const gone = [...allocation.consumers].filter(([, lastMs]) => nowMs - lastMs > timeoutMs)
  const consumers = new Map([...allocation.consumers].filter(([, lastMs]) => nowMs - lastMs <= timeoutMs))
  const events = gone.map(([consumer]): ShardEvent => ({ type: 'consumer-expired', consumer }))
  return { consumers, shards: mapShards(allocation.shards, shard => events.reduce(step, shard)) }
}

/** A consumer that the group does not know must begin with `[]`. */
export function mayBeat(allocation: Allocation, beat: Beat): boolean {
  return allocation.consumers.has(beat.consumer) || beat.reported.length === 0
}

/** Takes a heartbeat in: registers the caller, lets go what it no longer reports, assigns and balances. */
export function heartbeat(allocation: Allocation, beat: Beat, rules: BalanceRules): Allocation {
  const consumers = new Map(allocation.consumers).set(beat.consumer, beat.nowMs)
  const released = mapShards(allocation.shards, (shard, id) =>
    letsGo(shard, id, beat, rules) ? step(shard, { type: 'let-go', consumer: beat.consumer }) : shard,
  )
  return balance(assign({ consumers, shards: released }), beat.consumer, rules)
}

/** A committed end makes a read-only shard over (8), any other checkpoint makes one that was over live again (7). */
export function checkpoint(allocation: Allocation, shard: number, atEnd: boolean): Allocation {
  return apply(allocation, shard, { type: atEnd ? 'end-committed' : 'rewound' })
}

/** The answer to a heartbeat: what the consumer holds and is not about to lose. */
export function entitled(allocation: Allocation, consumer: string): number[] {
  return [...allocation.shards]
    .filter(([, shard]) => shard.state === 'already_alloc' && shard.holder === consumer)
    .map(([id]) => id)
    .sort((a, b) => a - b)
}

function letsGo(shard: ShardState, id: number, beat: Beat, rules: BalanceRules): boolean {
  if (shard.state === 'transfer') return !beat.reported.includes(id)
  return rules.emptyHeartbeat === 'release' && beat.reported.length === 0
}

/** Transition 3: every free shard goes to whoever has the fewest. */
function assign(allocation: Allocation): Allocation {
  const free = [...allocation.shards].filter(([, shard]) => shard.state === 'not_alloc').map(([id]) => id)
  return free.reduce((current, id) => {
    const [least] = byLoad(current)
    return least ? apply(current, id, { type: 'assigned', consumer: least.consumer }) : current
  }, allocation)
}

/** Transition 5, one shard at a time, until no two consumers differ by more than one. */
function balance(allocation: Allocation, caller: string, rules: BalanceRules): Allocation {
  const loads = byLoad(allocation)
  const least = loads[0]
  if (!least) return allocation
  const donors = loads.filter(
    ({ consumer, load }) =>
      load - least.load > 1 && (rules.rebalanceAt === 'registration' || consumer === caller),
  )
  const movable = donors.map(({ consumer }) => rules.movedShard(entitled(allocation, consumer)))
  const shard = movable.findLast(id => id !== undefined)
  if (shard === undefined) return allocation
  return balance(apply(allocation, shard, { type: 'moved', next: least.consumer }), caller, rules)
}

/** Fewest first; consumers with as many as each other in the order in which they registered. */
function byLoad({ consumers, shards }: Allocation): { consumer: string; load: number }[] {
  const owners = [...shards.values()].map(ownerToBe)
  return [...consumers.keys()]
    .map(consumer => ({ consumer, load: owners.filter(owner => owner === consumer).length }))
    .sort((a, b) => a.load - b.load)
}

function apply(allocation: Allocation, id: number, event: ShardEvent): Allocation {
  const shard = allocation.shards.get(id)
  if (!shard) return allocation
  return { ...allocation, shards: new Map(allocation.shards).set(id, step(shard, event)) }
}

function mapShards(
  shards: ReadonlyMap<number, ShardState>,
  change: (shard: ShardState, id: number) => ShardState,
): Map<number, ShardState> {
  return new Map([...shards].map(([id, shard]) => [id, change(shard, id)]))
}
