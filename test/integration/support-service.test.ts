import { expect, it, onTestFinished } from 'vitest'
import { createGenerator } from '../../src/simulator/generator.ts'
import { startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { startSlsSimulator } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import { startService } from '../support/service.ts'

it('the service that tests start delivers logs and stops with everything confirmed', async () => {
  const accessKey = { id: 'key-id', secret: 'key-secret' }
  const sls = await startSlsSimulator({ accessKeys: [accessKey] })
  const hec = await startHecReceiver({ tokens: [{ token: 'a-token' }] })
  onTestFinished(async () => {
    await sls.close()
    await hec.close()
  })
  sls.createLogstore('test-project', 'logs', { shards: 2 })
  const generator = createGenerator({ seed: 1, logsPerGroup: 10 })
  for (const shard of [0, 1])
    sls.append('test-project', 'logs', shard, [generator.nextGroup(shard, 1_700_000_000).bytes])

  const { service, stop, logLines } = startService({
    slsUrl: sls.url,
    splunkUrl: hec.url,
    project: 'test-project',
    logstore: 'logs',
    accessKey,
    token: 'a-token',
    consumers: 2,
  })
  onTestFinished(() => void stop())
  await eventually(() => hec.events.length === 20, { withinMs: 20_000, state: () => logLines })
  expect(service.board.consumers().map(({ consumer }) => consumer)).toEqual(['test-logs-1', 'test-logs-2'])
  expect(await stop()).toMatchObject({ unconfirmed: [], unsaved: [], killed: [] })
  expect(hec.events).toHaveLength(20)
})
