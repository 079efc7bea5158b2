import { describe, expect, it, onTestFinished } from 'vitest'
import { missingSdk } from './official-sdk.ts'
import { CONSUMER_GROUP, type Scene, setScene } from './scene.ts'

/** Its group times out after three heartbeats. */
const source = { consumerGroup: CONSUMER_GROUP, heartbeatIntervalMs: 2_000 }

function startOurs({ farEnds }: Scene, consumers: number) {
  const service = farEnds.startService(consumers, { source })
  onTestFinished(async () => void (await service.kill()))
  return service
}

describe.skipIf(missingSdk)('the service and the official consumer library in one group', () => {
  it('share the shards; the service goes on at the checkpoints of a consumer that stops', async () => {
    const scene = await setScene({ signature: 'v4', compression: 'lz4', shards: 4 })
    const { startOfficial, holds, readsOn, readsAll, account } = scene
    const official = startOfficial('official')
    await holds({ official: 4 })
    await readsOn()
    const ours = startOurs(scene, 1)
    await holds({ official: 2, 'test-logs-1': 2 })
    await readsOn()
    await official.stop()
    await holds({ 'test-logs-1': 4 })
    await readsAll()
    await ours.stop()
    expect(account()).toMatchObject({ lost: 0, duplicated: 0, unknown: 0 })
  })

  it('hand over the other way: the official consumer goes on where the service stopped', async () => {
    const scene = await setScene({ signature: 'v4', compression: 'lz4', shards: 4 })
    const { startOfficial, holds, readsOn, readsAll, account } = scene
    const ours = startOurs(scene, 2)
    await holds({ 'test-logs-1': 2, 'test-logs-2': 2 })
    await readsOn()
    startOfficial('official')
    await ours.stop()
    await holds({ official: 4 })
    await readsAll()
    expect(account()).toMatchObject({ lost: 0, duplicated: 0, unknown: 0 })
  })
})
