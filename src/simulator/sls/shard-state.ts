/**
 * What the service knows about one shard in one consumer group, and the nine transitions between it. The names and
 * the rules are those of the Java consumer library's description.
 */
export type ShardState =
  /** An ancestor is not consumed to its end, and the group is in order. */
  | { readonly state: 'wait' }
  /** Nobody holds it. */
  | { readonly state: 'not_alloc' }
  | { readonly state: 'already_alloc'; readonly holder: string }
  /** Promised to `next` as soon as `holder` no longer reports it. */
  | { readonly state: 'transfer'; readonly holder: string; readonly next: string }
  /** Read-only and consumed to its end. */
  | { readonly state: 'over' }

export type ShardEvent =
  | { readonly type: 'unblocked' }
  | { readonly type: 'assigned'; readonly consumer: string }
  | { readonly type: 'consumer-expired'; readonly consumer: string }
  | { readonly type: 'moved'; readonly next: string }
  | { readonly type: 'let-go'; readonly consumer: string }
  | { readonly type: 'end-committed' }
  | { readonly type: 'rewound' }

const notAlloc: ShardState = { state: 'not_alloc' }
const over: ShardState = { state: 'over' }

/** Transition 1: how a shard begins. */
export function newShardState(blocked: boolean): ShardState {
  return blocked ? { state: 'wait' } : notAlloc
}

/** Transitions 2 to 9. An event that means nothing to a state leaves it as it is. */
export function step(shard: ShardState, event: ShardEvent): ShardState {
  switch (event.type) {
    case 'unblocked':
      return shard.state === 'wait' ? notAlloc : shard
    case 'assigned':
      return shard.state === 'not_alloc' ? { state: 'already_alloc', holder: event.consumer } : shard
    case 'consumer-expired':
      return expire(shard, event.consumer)
    case 'moved':
      return shard.state === 'already_alloc'
        ? { state: 'transfer', holder: shard.holder, next: event.next }
        : shard
    case 'let-go':
      return letGo(shard, event.consumer)
    case 'end-committed':
      return shard.state === 'already_alloc' || shard.state === 'not_alloc' ? over : shard
    case 'rewound':
      return shard.state === 'over' ? notAlloc : shard
  }
}

/** The holder is gone: anybody's. The one who was to get it is gone: the holder keeps it. */
function expire(shard: ShardState, consumer: string): ShardState {
  const isHolder = 'holder' in shard && shard.holder === consumer
  if (isHolder) return notAlloc
  const isNext = shard.state === 'transfer' && shard.next === consumer
  return isNext ? { state: 'already_alloc', holder: shard.holder } : shard
}

/** A shard that moves goes to the next one; one that does not move stays with nobody. */
function letGo(shard: ShardState, consumer: string): ShardState {
  if (!('holder' in shard) || shard.holder !== consumer) return shard
  return shard.state === 'transfer' ? { state: 'already_alloc', holder: shard.next } : notAlloc
}

/** The consumer that the shard counts for when the group is balanced. */
export function ownerToBe(shard: ShardState): string | undefined {
  if (shard.state === 'transfer') return shard.next
  return shard.state === 'already_alloc' ? shard.holder : undefined
}
