/** `start_from: end` must not pass over what is written to a shard between its birth and its first reader. */

import { expect, it, onTestFinished } from 'vitest'
import { parseLogId } from '../../src/simulator/generator/log-id.ts'
import { createGenerator } from '../../src/simulator/generator.ts'
import { startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { startSlsSimulator } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import { startService } from '../support/service.ts'

const accessKey = { id: 'id', secret: 'a-secret' }
const token = '11111111-2222-3333-4444-555555555555'
const place = { project: 'project', logstore: 'logs', accessKey, token }

async function farEnds() {
  const sls = await startSlsSimulator({ accessKeys: [accessKey] })
  const hec = await startHecReceiver({ tokens: [{ token }] })
  onTestFinished(async () => {
    await sls.close()
    await hec.close()
  })
  sls.createLogstore('project', 'logs', { shards: 1 })
  const generator = createGenerator({ seed: 7, logsPerGroup: 10 })
  const write = (shard: number) => {
    const group = generator.nextGroup(shard, 1_800_000_000)
    sls.append('project', 'logs', shard, [group.bytes])
    return group.firstId
  }
  const idOf = (event: unknown) =>
    typeof event === 'object' && event !== null ? Reflect.get(event, 'log_id') : undefined
  const arrived = () => new Set(hec.events.map(({ event }) => idOf(event)))
  return { sls, hec, write, arrived }
}

it('begins at the end of what was there, and at the beginning of what is born while nobody reads', async () => {
  const { sls, hec, write, arrived } = await farEnds()
  const options = {
    ...place,
    slsUrl: sls.url,
    splunkUrl: hec.url,
    overrides: { source: { startFrom: { kind: 'end' } } },
  } as const
  const before = write(0)

  const first = startService(options)
  await eventually(() => sls.checkpoints('project', 'logs', 'sls2splunk').size === 1, { withinMs: 10_000 })
  const during = write(0)
  await eventually(() => arrived().has(during), { withinMs: 10_000, what: 'the log written after the start' })
  await first.stop()

  const [left = -1, right = -1] = sls.splitShard('project', 'logs', 0)
  const born = [write(left), write(right)]
  const second = startService(options)
  onTestFinished(async () => void (await second.stop()))
  await eventually(() => born.every(id => arrived().has(id)), {
    withinMs: 20_000,
    what: 'logs of the newborn shards',
  })

  expect(arrived().has(before)).toBe(false)
  expect([...arrived()].every(id => typeof id === 'string' && parseLogId(id) !== undefined)).toBe(true)
  expect(hec.events.length).toBe(arrived().size)
})
