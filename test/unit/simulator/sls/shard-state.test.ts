import { describe, expect, it } from 'vitest'
import {
  newShardState,
  type ShardEvent,
  type ShardState,
  step,
} from '../../../../src/simulator/sls/shard-state.ts'

const states: Record<string, ShardState> = {
  wait: { state: 'wait' },
  free: { state: 'not_alloc' },
  'held by a': { state: 'already_alloc', holder: 'a' },
  'held by b': { state: 'already_alloc', holder: 'b' },
  'a to b': { state: 'transfer', holder: 'a', next: 'b' },
  over: { state: 'over' },
}

const events: Record<string, ShardEvent> = {
  unblocked: { type: 'unblocked' },
  'assigned to a': { type: 'assigned', consumer: 'a' },
  'moved to b': { type: 'moved', next: 'b' },
  'a expired': { type: 'consumer-expired', consumer: 'a' },
  'b expired': { type: 'consumer-expired', consumer: 'b' },
  'a let go': { type: 'let-go', consumer: 'a' },
  'b let go': { type: 'let-go', consumer: 'b' },
  'end committed': { type: 'end-committed' },
  rewound: { type: 'rewound' },
}

/** What each state becomes at which event; at all others it stays. */
const table: Record<string, Record<string, string>> = {
  wait: { unblocked: 'free' },
  free: { 'assigned to a': 'held by a', 'end committed': 'over' },
  'held by a': { 'moved to b': 'a to b', 'a expired': 'free', 'a let go': 'free', 'end committed': 'over' },
  'a to b': { 'a expired': 'free', 'b expired': 'held by a', 'a let go': 'held by b' },
  over: { rewound: 'free' },
}

const cases = Object.keys(states).flatMap(state =>
  Object.keys(events).map(event => [state, event, table[state]?.[event] ?? state] as const),
)

describe('a shard in a consumer group', () => {
  it.each([
    [true, 'wait'],
    [false, 'free'],
  ])('begins, blocked %s, as %s', (blocked, state) => {
    expect(newShardState(blocked)).toEqual(states[state])
  })

  it.each(cases.filter(([state]) => state !== 'held by b'))('%s, %s: %s', (state, event, next) => {
    const [before, happened] = [states[state], events[event]]
    if (!before || !happened) throw new Error('the table names what does not exist')
    expect(step(before, happened)).toEqual(states[next])
  })
})
