import { Agent } from 'node:http'
import { createRequire } from 'node:module'
import type { LookupFunction } from 'node:net'
import { expect, it } from 'vitest'
import { decodeLogGroup } from '../../src/simulator/wire.ts'
import { testKey } from './simulator-sls-client.ts'
import { startSls } from './simulator-sls-setup.ts'

/** What is used of the official client for writing, which has no types. */
interface OfficialClient {
  postLogStoreLogs(project: string, logstore: string, data: object, options: object): Promise<unknown>
  getLogStore(project: string, logstore: string, options: object): Promise<unknown>
}

const Client: new (config: object) => OfficialClient = createRequire(import.meta.url)('@alicloud/log')

/** `test-project.localhost` is this machine, whatever the resolver says. */
const toLoopback: LookupFunction = (_hostname, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }])

it('the official Node client writes and reads settings, signed', async () => {
  const { sls } = await startSls({ accessKeys: [testKey], clock: { nowMs: Date.now } }, 1)
  const agent = new Agent({ lookup: toLoopback })
  const client = new Client({
    endpoint: `localhost:${sls.port}`,
    accessKeyId: testKey.id,
    accessKeySecret: testKey.secret,
  })
  await client.postLogStoreLogs(
    'test-project',
    'logs',
    {
      logs: [{ timestamp: 1672628645, timestampNsPart: 5, content: { msg: 'grüße & +' } }],
      tags: [{ a: 'b' }],
      topic: 'app',
      source: '10.0.0.1',
    },
    { agent },
  )
  const [stored] = sls.groupsBetween('test-project', 'logs', 0, { from: '', to: '' }).map(decodeLogGroup)
  expect(stored).toEqual({
    topic: Buffer.from('app'),
    source: Buffer.from('10.0.0.1'),
    tags: [{ key: Buffer.from('a'), value: Buffer.from('b') }],
    logs: [
      {
        timeSeconds: 1672628645,
        timeNs: 5,
        contents: [{ key: Buffer.from('msg'), value: Buffer.from('grüße & +') }],
      },
    ],
  })
  expect(await client.getLogStore('test-project', 'logs', { agent })).toMatchObject({ shardCount: 1 })
})
