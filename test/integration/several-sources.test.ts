/** Several sources in one file: each with its own consumers, start, order and routes, as its users write them. */

import { expect, it } from 'vitest'
import { createGenerator } from '../../src/simulator/generator.ts'
import { startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { startSlsSimulator } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import { createWorkplace } from '../support/process.ts'

const TOKEN = '11111111-2222-3333-4444-555555555555'

const yamlOf = (slsUrl: string, hecUrl: string) => `
sls: { endpoint: "${slsUrl}", region: cn-hangzhou, access_key_id: id, access_key_secret: a-secret }
splunk: { url: "${hecUrl}", token: ${TOKEN}, index: main, host: "{source}" }
http: { listen: "127.0.0.1:0" }
log: { format: json }
sources:
  - name: trail
    project: project
    logstore: trail
    consumers: 2
    start_from: begin
    fetch_interval: 100ms
    routes:
      - match: { topic: audit_log }
        index: security
        sourcetype: aliyun:actiontrail
      - drop: true
  - name: access
    project: project
    logstore: access
    consumers: 1
    start_from: begin
    in_order: true
    fetch_interval: 100ms
    event: { metadata: false }
`

it('each source is forwarded by its own rules', async ({ onTestFinished }) => {
  const sls = await startSlsSimulator({ accessKeys: [{ id: 'id', secret: 'a-secret' }] })
  const hec = await startHecReceiver({ tokens: [{ token: TOKEN }] })
  onTestFinished(async () => {
    await sls.close()
    await hec.close()
  })
  const write = (logstore: string, kinds: readonly ('actiontrail' | 'oss')[]) => {
    sls.createLogstore('project', logstore, { shards: 2 })
    const generator = createGenerator({ seed: 5, kinds, logsPerGroup: 10 })
    for (const shard of [0, 1]) {
      for (let i = 0; i < 4; i++)
        sls.append('project', logstore, shard, [generator.nextGroup(shard, 1_800_000_000).bytes])
    }
  }
  write('trail', ['actiontrail', 'oss'])
  write('access', ['oss'])

  const service = createWorkplace(onTestFinished).run(yamlOf(sls.url, hec.url))
  const from = (logstore: string) => hec.events.filter(({ source }) => source === `sls:project/${logstore}`)
  await eventually(() => from('access').length === 80 && from('trail').length === 40, {
    withinMs: 20_000,
    what: 'the logs of both sources',
    state: () => [from('access').length, from('trail').length, service.output()],
  })
  expect(new Set(from('trail').map(({ index, sourcetype }) => `${index} ${sourcetype}`))).toEqual(
    new Set(['security aliyun:actiontrail']),
  )
  expect(new Set(from('access').map(({ index, sourcetype }) => `${index} ${sourcetype}`))).toEqual(
    new Set(['main aliyun:sls']),
  )
  expect(from('access').some(({ event }) => JSON.stringify(event).includes('__topic__'))).toBe(false)

  const { text } = await service.get('/metrics')
  expect(text).toContain('sls2splunk_consumer_up{source="trail",consumer=')
  expect(text).toContain('sls2splunk_consumer_up{source="access",consumer=')
  service.signal('SIGTERM')
  expect(await service.exited).toEqual({ code: 0, signal: null })
  expect(hec.events.length).toBe(120)
})
