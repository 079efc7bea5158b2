/**
 * Alibaba Cloud's own SDK for the management calls: it knows them and their models. Only its transport is replaced by
 * ours, so that addressing, proxies, TLS, clocks and failures are the same for all requests. Loaded in the main thread
 * alone: it is 700 files.
 */

import { jsonAs, nothing, type Read } from './answer.ts'
import type { Call } from './call.ts'
import type { SlsFailure } from './errors.ts'
import { CHECKPOINTS, GROUPS, LOGSTORE, NEW_CURSOR, SHARDS } from './shapes.ts'

/** Carries a failure through the SDK, which knows no other way out than an exception. */
export class FailedCall extends Error {
  override name = 'FailedCall'
  readonly failure: SlsFailure
  constructor(failure: SlsFailure) {
    super(failure.message)
    this.failure = failure
  }
}

export type Sdk = ReturnType<Awaited<ReturnType<typeof loadSdk>>>
/** Makes a call; rejects with `FailedCall`. */
export type Send = (call: Call, read: Read<unknown>) => Promise<unknown>

/** What the SDK's models would take for nothing, or stumble over, is refused before they see it. */
const ANSWERS: Readonly<Record<string, Read<unknown>>> = {
  ListShards: jsonAs(SHARDS),
  ListConsumerGroup: jsonAs(GROUPS),
  GetCheckPoint: jsonAs(CHECKPOINTS),
  GetCursor: jsonAs(NEW_CURSOR),
  GetLogStore: jsonAs(LOGSTORE),
}

const TIMEOUT_MS = 30_000

/** The SDK's client with another way of executing what it has put together. */
export async function loadSdk() {
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
      const call: Call = {
        operation: 'admin',
        method: methodOf(params.method),
        path,
        query,
        ...(request.body && { json: request.body }),
        timeoutMs: TIMEOUT_MS,
      }
      const body = await this.#send(call, ANSWERS[params.action ?? ''] ?? nothing)
      return { headers: {}, statusCode: 200, body }
    }
  }

  return (send: Send) => ({ client: new Client(send), models })
}

function methodOf(method: string | undefined): Call['method'] {
  return method === 'POST' || method === 'PUT' || method === 'DELETE' ? method : 'GET'
}
