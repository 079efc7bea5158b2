import { describe, expect, test } from 'vitest'
import { describeMove, describeWritten, type Move } from '../../../../src/commands/checkpoints/move.ts'
import { consumerObjection, serviceObjection } from '../../../../src/commands/checkpoints/objection.ts'
import type { SourceConfig } from '../../../../src/config/types.ts'
import type { StoredCheckpoint } from '../../../../src/sls/listings.ts'

const NOW_SECONDS = 1_795_000_000

const SOURCE: SourceConfig = {
  name: 'audit',
  project: 'project',
  logstore: 'logs',
  consumerGroup: 'group',
  consumers: 1,
  startFrom: { kind: 'end' },
  inOrder: false,
  heartbeatIntervalMs: 20_000,
  fetchIntervalMs: 1_000,
  checkpointIntervalMs: 5_000,
  routes: [],
  event: { metadata: true },
}

function objection(...stored: readonly (Partial<StoredCheckpoint> | undefined)[]): string | undefined {
  const shards = stored.map((given, shard) => ({
    shard,
    readonly: false,
    ...(given && {
      checkpoint: { cursor: 'MTAw', consumer: 'box-1', savedAtSeconds: NOW_SECONDS - 3_600, ...given },
    }),
  }))
  return consumerObjection(SOURCE, shards, NOW_SECONDS * 1_000)
}

describe('a consumer may be alive', () => {
  test.for([
    ['there is none', []],
    ['no checkpoint', [undefined]],
    ['an old one', [{}]],
    ['one as old as the timeout', [{ savedAtSeconds: NOW_SECONDS - 60 }]],
    ['a new one that no consumer has stored', [{ savedAtSeconds: NOW_SECONDS, consumer: '' }]],
    ['one of which the time is not known', [{ savedAtSeconds: undefined }]],
  ] as const)('not: %s', ([, stored]) => {
    expect(objection(...stored)).toBeUndefined()
  })

  test.for([
    ['one within the timeout', [{ savedAtSeconds: NOW_SECONDS - 59 }], 'shard 0 59 s ago'],
    ['one in the future, by a clock that is ahead', [{ savedAtSeconds: NOW_SECONDS + 9 }], 'shard 0 0 s ago'],
    ['the latest of several', [{}, { savedAtSeconds: NOW_SECONDS - 7 }], 'shard 1 7 s ago'],
  ] as const)('so it seems: %s', ([, stored, said]) => {
    expect(objection(...stored)).toContain(said)
    expect(objection(...stored)).toMatch(/box-1 of the group group .* then wait 60 s$/)
  })
})

test('the service of the state directory is asked for by its lock', () => {
  expect(serviceObjection({ kind: 'locked', release() {} }, '/state')).toBeUndefined()
  expect(serviceObjection({ kind: 'held', pid: 17 }, '/state')).toContain('process 17 runs')
  expect(serviceObjection({ kind: 'failed', message: 'EACCES' }, '/state')).toContain('EACCES')
})

const MOVE: Move = {
  shard: 3,
  kind: 'back',
  before: 'MjAw',
  beforeSeconds: NOW_SECONDS,
  cursor: 'MTAw',
  seconds: NOW_SECONDS - 7_800,
}

describe('a move in words', () => {
  const [to, from] = ['2026-11-18T08:56:40Z', '2026-11-18T11:06:40Z']

  test.for([
    [{}, `shard 3: back by 2h 10m from ${from} to ${to}: the logs between are sent again`],
    [
      { kind: 'forward', beforeSeconds: undefined },
      `shard 3: forward from what has expired to ${to}: the logs between are skipped for ever`,
    ],
    [{ kind: 'stays' }, `shard 3: stays at ${to}: it is there already`],
    [
      { kind: 'first', before: undefined, beforeSeconds: undefined },
      `shard 3: moves to ${to}: it had no checkpoint`,
    ],
    [{ kind: 'somewhere' }, `shard 3: moves from ${from} to ${to}: which of both is earlier cannot be told`],
  ] as const)('%j', ([given, words]) => {
    expect(describeMove({ ...MOVE, ...given })).toBe(words)
  })

  test('what was written names what was there', () => {
    expect(describeWritten(MOVE)).toBe(`shard 3: checkpoint MTAw (${to}) written, before: MjAw`)
  })
})
