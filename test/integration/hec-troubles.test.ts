/** What is said of a shard while some of its page has to wait. */

import { expect, it } from 'vitest'
import { startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { deliveryFor } from '../../src/worker/deliver/delivery.ts'
import { createMeter } from '../../src/worker/report/meter.ts'
import { createTroubles } from '../../src/worker/report/troubles.ts'
import { connectToHec, hecEvents, HEC_TOKEN as token } from '../support/hec-delivery.ts'

it('a refused index stays a trouble of its shard when another body of the page gets through', async ({
  onTestFinished,
}) => {
  const hec = await startHecReceiver({ tokens: [{ token, indexes: ['main'] }] })
  onTestFinished(() => hec.close())
  const { endpoints, stop } = connectToHec([hec.url], {}, onTestFinished)
  const troubles = createTroubles()
  const shard = { shard: 3, inOrder: false, beforePost: () => {}, onRefused: async () => true }
  const parts = { endpoints, compression: 'gzip', troubles, meter: createMeter() } as const
  const page = deliveryFor(shard, parts)
  await page(hecEvents(4, { 2: { event: 2, index: 'audit' } }), stop.signal)
  await page(hecEvents(4), stop.signal)
  expect(troubles.list()).toMatchObject([
    { code: 'splunk-index-refused', text: expect.stringContaining('"audit"'), shards: [3] },
  ])
  const nextPage = deliveryFor(shard, parts)
  await nextPage(hecEvents(4), stop.signal)
  expect(troubles.list()).toEqual([])
})
