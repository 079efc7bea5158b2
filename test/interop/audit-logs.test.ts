import { beforeAll, describe, expect, it } from 'vitest'
import { createGenerator } from '../../src/simulator/generator.ts'
import { type ComparableEvent, comparable, logIdOf } from './expected-event.ts'
import { type FarEnds, startFarEnds } from './far-ends.ts'
import { missingSdk } from './official-sdk.ts'
import { expectedOf } from './sdk-differences.ts'
import { readWithSdk } from './sdk-reading.ts'

const SHARDS = 4
/** Every template of the generator once. */
const GROUPS = 40
const LOGS_PER_GROUP = 50
const NOW_SECONDS = 1_700_000_000

describe.skipIf(missingSdk)('audit logs of all kinds, read by the official SDK and delivered', () => {
  let farEnds: FarEnds
  let delivered: ReadonlyMap<string, ComparableEvent>

  beforeAll(async () => {
    farEnds = await startFarEnds(SHARDS)
    const generator = createGenerator({ seed: 1, logsPerGroup: LOGS_PER_GROUP })
    for (let group = 0; group < GROUPS; group++)
      farEnds.append(group % SHARDS, [generator.nextGroup(group % SHARDS, NOW_SECONDS).bytes])
    const events = await farEnds.deliver({ events: GROUPS * LOGS_PER_GROUP, consumers: 2 })
    expect(events).toHaveLength(GROUPS * LOGS_PER_GROUP)
    delivered = new Map(events.map(comparable).map(event => [logIdOf(event.fields), event]))
    return () => farEnds[Symbol.asyncDispose]()
  })

  it.each([
    { signature: 'v1', compression: 'lz4' },
    { signature: 'v4', compression: 'zstd' },
    { signature: 'v4', compression: 'none' },
  ] as const)(
    'are the same field by field, pulled with signature $signature and compression $compression',
    async options => {
      const logs = (await readWithSdk({ ...farEnds.account, ...options })).flat()
      expect(new Map(logs.map(log => [logIdOf(log.plain), expectedOf(log)]))).toEqual(delivered)
    },
  )
})
