/** A shard that Splunk makes wait must not make its neighbours wait, and goes on by itself when it is mended. */

import { expect, it, onTestFinished } from 'vitest'
import { eachLogId } from '../../src/simulator/generator/log-id.ts'
import { createGenerator } from '../../src/simulator/generator.ts'
import { startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { createLedger } from '../../src/simulator/ledger.ts'
import { startSlsSimulator } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import { startService } from '../support/service.ts'

const accessKey = { id: 'id', secret: 'a-secret' }
const token = '11111111-2222-3333-4444-555555555555'

it('a refused index holds its own shard alone, however many requests that takes', async () => {
  const ledger = createLedger()
  const sls = await startSlsSimulator({ accessKeys: [accessKey] })
  const hec = await startHecReceiver({
    tokens: [{ token, indexes: ['shard-1'] }],
    onEvent: event => void eachLogId(Buffer.from(JSON.stringify(event)), ledger.deliver),
  })
  sls.createLogstore('project', 'logs', { shards: 2 })
  const generator = createGenerator({ seed: 3, logsPerGroup: 10 })
  const write = (shard: number, groups: number) => {
    for (let i = 0; i < groups; i++) {
      const group = generator.nextGroup(shard, 1_800_000_000)
      ledger.issue(shard, group.firstSequence, group.logs)
      sls.append('project', 'logs', shard, [group.bytes])
    }
  }
  const lost = (shard: number) => ledger.report().shards.get(shard)?.lost
  write(0, 40)
  write(1, 40)

  const { stop } = startService({
    slsUrl: sls.url,
    splunkUrl: hec.url,
    project: 'project',
    logstore: 'logs',
    accessKey,
    token,
    overrides: {
      splunk: {
        batchBytes: 4_096,
        metadata: {
          index: [
            { kind: 'text', text: 'shard-' },
            { kind: 'variable', name: 'shard' },
          ],
        },
      },
    },
  })
  onTestFinished(async () => {
    await stop()
    await sls.close()
    await hec.close()
  })

  await eventually(() => lost(1) === 0, { withinMs: 15_000, what: 'the shard whose index is allowed' })
  write(1, 5)
  await eventually(() => lost(1) === 0, { withinMs: 15_000, what: 'its next logs' })
  expect(lost(0)).toBe(400)

  hec.setToken({ token, indexes: ['shard-0', 'shard-1'] })
  await eventually(() => lost(0) === 0, { withinMs: 30_000, what: 'the shard that was held' })
  expect(ledger.report()).toMatchObject({ lost: 0, duplicated: 0, unknown: 0 })
})
