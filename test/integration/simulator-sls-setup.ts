import { onTestFinished } from 'vitest'
import { manualClock, type SlsSimulatorOptions, startSlsSimulator } from '../../src/simulator/sls/index.ts'
import type { LogGroup } from '../../src/simulator/wire.ts'
import { createClient, type SlsAnswer } from './simulator-sls-client.ts'

/** A simulator with `test-project/logs`, its clock, and its calls; it ends with the test. */
export async function startSls(options: Partial<SlsSimulatorOptions> = {}, shards = 4) {
  const clock = manualClock()
  const sls = await startSlsSimulator({ clock, ...options })
  onTestFinished(() => sls.close())
  sls.createLogstore('test-project', 'logs', { shards })
  const call = createClient(sls.url)
  const groups = '/logstores/logs/consumergroups'
  return {
    sls,
    clock,
    call,
    append: (shard: number, ...messages: string[]) =>
      sls.append('test-project', 'logs', shard, messages.map(groupOf)),
    cursor: async (from: string, shard = 0) =>
      field(await call(`/logstores/logs/shards/${shard}`, { query: { type: 'cursor', from } }), 'cursor'),
    pull: (cursor: string, shard = 0, headers: Record<string, string> = {}) =>
      call(`/logstores/logs/shards/${shard}`, { query: { type: 'log', cursor, count: '1000' }, headers }),
    createGroup: (body: object | string) =>
      call(groups, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    beat: (consumer: string, reported: readonly number[], group = 'cg', headers = {}) =>
      call(`${groups}/${group}`, {
        method: 'POST',
        headers,
        query: { type: 'heartbeat', consumer },
        body: JSON.stringify(reported),
      }),
    commit: (consumer: string, shard: number, checkpoint: string, forceSuccess = 'false') =>
      call(`${groups}/cg`, {
        method: 'POST',
        query: { type: 'checkpoint', consumer, forceSuccess },
        body: JSON.stringify({ shard, checkpoint }),
      }),
  }
}

export function groupOf(message: string): LogGroup {
  return {
    topic: 'app',
    tags: [],
    logs: [{ timeSeconds: 1672628645, contents: [{ key: 'msg', value: message }] }],
  }
}

/** A string or number of a JSON answer, as text; empty when it is not there. */
export function field({ json }: SlsAnswer, name: string): string {
  return typeof json === 'object' && json !== null && name in json ? String(Reflect.get(json, name)) : ''
}

/** Status and error code: what a refusal is recognised by. */
export function refusal(answer: SlsAnswer): [number, string] {
  return [answer.status, field(answer, 'errorCode')]
}
