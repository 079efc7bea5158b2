/**
 * The management calls, through Alibaba Cloud's own SDK: it knows the calls and their models. Only its transport is
 * replaced by ours, so that addressing, proxies, TLS, clocks and failures are the same for all requests. Loaded in
 * the main thread alone: the SDK is 700 files.
 */

import type { SourceConfig } from '../config/types.ts'
import { parseJson } from '../json.ts'
import { failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { HEADROOM_BYTES } from './page.ts'
import { type Call, createTransport, type TransportOptions } from './transport.ts'

export interface SlsAdmin {
  /**
   * Makes the consumer group if there is none, and brings an existing one's timeout and order to the source's; answers
   * what was changed, a sentence each.
   */
  ensureGroup(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<readonly string[]>>
  /** Shard ids that can be read, and whether they are still written. */
  shards(source: SourceConfig, signal: AbortSignal): Promise<SlsResult<readonly Shard[]>>
  /** Stores positions whoever holds the shards: for a group that was deleted and made again. */
  restorePositions(source: SourceConfig, positions: Positions, signal: AbortSignal): Promise<SlsResult<void>>
  close(): void
}

export interface Shard {
  readonly id: number
  readonly readonly: boolean
}

export type Positions = ReadonlyMap<number, string>

/** The group's timeout on the server, in heartbeats. */
const HEARTBEATS_PER_TIMEOUT = 3
const TIMEOUT_MS = 30_000

export async function createSlsAdmin(options: TransportOptions): Promise<SlsAdmin> {
  const { project } = options
  const transport = await createTransport(options)
  const sdkOf = await loadSdk()

  /** Runs SDK calls; a failed request ends them all. */
  async function attempt<T>(signal: AbortSignal, use: (sdk: Sdk) => Promise<T>): Promise<SlsResult<T>> {
    const sdk = sdkOf(async call => {
      const result = await transport.call(call, signal)
      if (result.kind === 'failed') throw new FailedCall(result.failure)
      return result.value.body.subarray(HEADROOM_BYTES)
    })
    try {
      return { kind: 'ok', value: await use(sdk) }
    } catch (error) {
      if (error instanceof FailedCall) return { kind: 'failed', failure: error.failure }
      throw error
    }
  }

  return {
    close: transport.close,
    ensureGroup: (source, signal) => attempt(signal, sdk => ensureGroup(sdk, project, source)),
    shards: ({ logstore }, signal) =>
      attempt(signal, async sdk => {
        const { body = [] } = await sdk.client.listShards(project, logstore)
        return body.map(({ shardID = -1, status }) => ({ id: shardID, readonly: status === 'readonly' }))
      }),
    restorePositions: ({ logstore, consumerGroup }, positions, signal) =>
      attempt(signal, async ({ client, models }) => {
        for (const [shard, checkpoint] of positions) {
          const request = new models.ConsumerGroupUpdateCheckPointRequest({
            shard,
            checkpoint,
            forceSuccess: true,
          })
          await client.consumerGroupUpdateCheckPoint(project, logstore, consumerGroup, request)
        }
      }),
  }
}

async function ensureGroup(
  { client, models }: Sdk,
  project: string,
  source: SourceConfig,
): Promise<string[]> {
  const { logstore, consumerGroup, inOrder: order } = source
  const timeout = Math.ceil((source.heartbeatIntervalMs * HEARTBEATS_PER_TIMEOUT) / 1_000)
  const find = async () => {
    const { body = [] } = await client.listConsumerGroup(project, logstore)
    return body.find(({ name }) => name === consumerGroup)
  }
  let group = await find()
  if (!group) {
    const request = new models.CreateConsumerGroupRequest({ consumerGroup, timeout, order })
    const created = await unlessItExists(client.createConsumerGroup(project, logstore, request))
    if (created) return [`consumer group ${consumerGroup} made, timeout ${timeout} s, in order: ${order}`]
    group = await find()
  }
  if (group?.timeout === timeout && group.order === order) return []
  const request = new models.UpdateConsumerGroupRequest({ timeout, order })
  await client.updateConsumerGroup(project, logstore, consumerGroup, request)
  return [
    `consumer group ${consumerGroup} adjusted: timeout ${group?.timeout} s to ${timeout} s, in order: ${group?.order} to ${order}`,
  ]
}

/** Two services that start together both find no group; the second to create it has got what it wants. */
async function unlessItExists(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation
    return true
  } catch (error) {
    if (error instanceof FailedCall && error.failure.code === 'ConsumerGroupAlreadyExist') return false
    throw error
  }
}

/** Carries a failure through the SDK, which knows no other way out than an exception. */
class FailedCall extends Error {
  override name = 'FailedCall'
  readonly failure: SlsFailure
  constructor(failure: SlsFailure) {
    super(failure.message)
    this.failure = failure
  }
}

type Sdk = ReturnType<Awaited<ReturnType<typeof loadSdk>>>
type Send = (call: Call) => Promise<Uint8Array>

/** The SDK's client with another way of executing what it has put together. */
async function loadSdk() {
  const models = await import('@alicloud/sls20201230')
  const Base = models.default.default

  class Client extends Base {
    readonly #send: Send
    constructor(send: Send) {
      // Never used: requests do not go through the SDK's own gateway.
      super({
        endpoint: 'unused',
        accessKeyId: 'unused',
        accessKeySecret: 'unused',
        toMap: () => ({}),
        validate: () => {},
      })
      this.#send = send
    }

    override async execute(...[params, request]: Parameters<InstanceType<typeof Base>['execute']>) {
      const [path = '', pathQuery = ''] = (params.pathname ?? '').split('?', 2)
      const query = { ...Object.fromEntries(new URLSearchParams(pathQuery)), ...request.query }
      const body = await this.#send({
        operation: 'admin',
        method: methodOf(params.method),
        path,
        query,
        ...(request.body && { json: request.body }),
        timeoutMs: TIMEOUT_MS,
      })
      return { headers: {}, statusCode: 200, body: readBody(params.bodyType, body) }
    }
  }

  return (send: Send) => ({ client: new Client(send), models })
}

function readBody(bodyType: string | undefined, body: Uint8Array): unknown {
  if (bodyType === 'none') return undefined
  const json = parseJson(body)
  if (bodyType === 'array' && !Array.isArray(json)) {
    throw new FailedCall(failureOf('BadResponse', 200, 'an answer of the wrong shape: not a list'))
  }
  return json
}

function methodOf(method: string | undefined): Call['method'] {
  return method === 'POST' || method === 'PUT' || method === 'DELETE' ? method : 'GET'
}
