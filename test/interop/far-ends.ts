/** Both far ends with one logstore, and what reaches Splunk, digit by digit. */

import { type HecReceiver, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { type AppendedGroup, type SlsSimulator, startSlsSimulator } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import { type RunningService, type ServiceOverrides, startService } from '../support/service.ts'

/** What every client of the simulator is given; the common part of the scripts' input. */
export interface Account {
  readonly endpoint: string
  readonly project: string
  readonly logstore: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly region: string
}

export interface DeliveredEvent {
  /** As sent: as a number it would lose digits. */
  readonly time: string | undefined
  readonly host: string | undefined
  readonly event: unknown
}

export interface Delivery {
  /** How many Splunk should get. */
  readonly events: number
  readonly consumers?: number
  readonly overrides?: ServiceOverrides
}

export interface FarEnds extends AsyncDisposable {
  readonly sls: SlsSimulator
  readonly hec: HecReceiver
  readonly account: Account
  append(shard: number, groups: readonly AppendedGroup[]): void
  startService(consumers: number, overrides?: ServiceOverrides): RunningService
  /** Runs the service until Splunk has so many events, and answers all it has then, in its order. */
  deliver(delivery: Delivery): Promise<DeliveredEvent[]>
}

const KEY = { id: 'interop-key-id', secret: 'interop-key-secret' }
const TOKEN = '11111111-2222-3333-4444-555555555555'
const REGION = 'cn-hangzhou'
const PROJECT = 'interop-project'
const LOGSTORE = 'audit'
/** A value of 1 MiB may become six times as long in JSON. */
const MAX_EVENT_BYTES = 16 * 2 ** 20
const DELIVERED_WITHIN_MS = 60_000

export async function startFarEnds(shards: number): Promise<FarEnds> {
  const times: (string | undefined)[] = []
  const sls = await startSlsSimulator({ accessKeys: [KEY], region: REGION })
  const hec = await startHecReceiver({
    tokens: [{ token: TOKEN }],
    maxEventBytes: MAX_EVENT_BYTES,
    onBody: body => times.push(...timesIn(body)),
  })
  sls.createLogstore(PROJECT, LOGSTORE, { shards })

  const start: FarEnds['startService'] = (consumers, overrides = {}) =>
    startService({
      slsUrl: sls.url,
      splunkUrl: hec.url,
      project: PROJECT,
      logstore: LOGSTORE,
      accessKey: KEY,
      token: TOKEN,
      consumers,
      overrides,
    })

  async function deliver({ events, consumers = 1, overrides }: Delivery): Promise<DeliveredEvent[]> {
    const { logLines, stop } = start(consumers, overrides)
    await eventually(() => hec.events.length >= events, {
      withinMs: DELIVERED_WITHIN_MS,
      what: `${events} events at Splunk`,
      state: () => ({ events: hec.events.length, log: logLines.slice(-3) }),
    }).finally(stop)
    return hec.events.map(({ host, event }, index) => ({ time: times[index], host, event }))
  }

  return {
    sls,
    hec,
    account: {
      endpoint: `http://localhost:${sls.port}`,
      project: PROJECT,
      logstore: LOGSTORE,
      accessKeyId: KEY.id,
      accessKeySecret: KEY.secret,
      region: REGION,
    },
    append: (shard, groups) => sls.append(PROJECT, LOGSTORE, shard, groups),
    startService: start,
    deliver,
    async [Symbol.asyncDispose]() {
      await sls.close()
      await hec.close()
    },
  }
}

/** The service writes one event a line, its time first. */
function timesIn(body: Buffer): (string | undefined)[] {
  const lines = body.toString().split('\n').slice(0, -1)
  return lines.map(line => /^\{"time":([^,]*),/.exec(line)?.[1])
}
