import { describe, expect, it } from 'vitest'
import { missingSdk } from './official-sdk.ts'
import { CONSUMER_GROUP, type Scene, setScene } from './scene.ts'

function committed({ farEnds: { sls, account } }: Scene): Record<number, string> {
  const checkpoints = sls.checkpoints(account.project, account.logstore, CONSUMER_GROUP)
  return Object.fromEntries([...checkpoints].map(([shard, { cursor }]) => [shard, cursor]))
}

function ends({ farEnds: { sls, account } }: Scene): Record<number, string> {
  return Object.fromEntries(
    sls.positions(account.project, account.logstore).map(({ shard, end }) => [shard, end]),
  )
}

describe.skipIf(missingSdk).each([
  { signature: 'v1', compression: 'lz4' },
  { signature: 'v4', compression: 'zstd' },
] as const)('the official consumer library, signature $signature, compression $compression', options => {
  it('reads everything once with one consumer, and commits the end of every shard', async () => {
    const scene = await setScene({ ...options, shards: 3 })
    const { startOfficial, readsOn, readsAll, account } = scene
    const a = startOfficial('a')
    await readsOn()
    await readsAll()
    await a.stop()
    expect(account()).toMatchObject({ lost: 0, duplicated: 0, unknown: 0, orderViolations: 0 })
    expect(committed(scene)).toEqual(ends(scene))
  })

  // Now and then a consumer of the library holds a shard that it has taken over, and does not read it: then once more.
  const twice = { retry: 1 }

  it(
    'shares with a second and a third, and takes over from one that stops and one that is killed',
    twice,
    async () => {
      const { startOfficial, holds, readsOn, readsAll, account } = await setScene({ ...options, shards: 6 })
      startOfficial('a')
      await holds({ a: 6 })
      const b = startOfficial('b')
      await holds({ a: 3, b: 3 })
      const c = startOfficial('c')
      await holds({ a: 2, b: 2, c: 2 })
      await readsOn()
      expect(account()).toMatchObject({ duplicated: 0, unknown: 0 })
      await b.stop()
      await holds({ a: 3, c: 3 })
      await readsOn()
      await c.kill()
      await holds({ a: 6 })
      await readsAll()
      expect(account()).toMatchObject({ lost: 0, unknown: 0 })
    },
  )
})
