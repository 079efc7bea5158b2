/** Log groups written through Alibaba's own clients: the SDK for Python and `@alicloud/log`. */

import { Agent } from 'node:http'
import { createRequire } from 'node:module'
import type { LookupFunction } from 'node:net'
import type { Bytes, KeyValue, LogGroup } from '../../src/simulator/wire.ts'
import type { Account } from './far-ends.ts'
import { runScript, type ScriptInput } from './official-sdk.ts'

export interface PythonWrite extends ScriptInput {
  readonly groups: readonly LogGroup[]
  /** Hexadecimal; decides on the shard. Without it any shard is taken. */
  readonly hashKey?: string
}

/** A log without nanoseconds gets 0: left to itself the SDK invents some. */
export async function writeWithPython({ groups, hashKey, ...input }: PythonWrite): Promise<void> {
  const plain = groups.map(({ topic = '', source = '', tags, logs }) => ({
    topic: marked(topic),
    source: marked(source),
    tags: tags.map(markedPair),
    logs: logs.map(({ timeSeconds, timeNs = 0, contents }) => ({
      timeSeconds,
      timeNs,
      contents: contents.map(markedPair),
    })),
    hashKey,
  }))
  await runScript('write', { ...input, groups: plain })
}

const markedPair = ({ key, value }: KeyValue<Bytes>) => [marked(key), marked(value)]

/** JSON knows no bytes. */
function marked(text: Bytes) {
  return typeof text === 'string' ? text : { bytes: Buffer.from(text).toString('base64') }
}

/** What is used of `@alicloud/log`, which has no types. */
interface OfficialClient {
  postLogStoreLogs(project: string, logstore: string, data: object, options: object): Promise<unknown>
}

const Client: new (config: object) => OfficialClient = createRequire(import.meta.url)('@alicloud/log')

/** `PROJECT.localhost` is this machine, whatever the resolver says. */
const toLoopback: LookupFunction = (_hostname, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }])

/** This client takes contents and tags as objects: no key twice, no bytes, no empty topic or source. */
export async function writeWithNode(account: Account, groups: readonly LogGroup<string>[]): Promise<void> {
  const client = new Client(account)
  const agent = new Agent({ lookup: toLoopback })
  for (const { topic, source, tags, logs } of groups) {
    const data = {
      topic,
      source,
      tags: tags.map(({ key, value }) => ({ [key]: value })),
      logs: logs.map(({ timeSeconds, timeNs, contents }) => ({
        timestamp: timeSeconds,
        timestampNsPart: timeNs,
        content: Object.fromEntries(contents.map(({ key, value }) => [key, value])),
      })),
    }
    await client.postLogStoreLogs(account.project, account.logstore, data, { agent })
  }
}
