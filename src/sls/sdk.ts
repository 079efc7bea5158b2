/**
 * Alibaba Cloud's own SDK for the management calls: it has their parameters and models. Our transport replaces its own,
 * so that addressing, proxies, TLS, clocks and failures are the same for all requests. No worker loads it: it is 700
 * files.
 */

import { jsonAs, nothing, type Read } from './answer.ts'
import type { Call } from './call.ts'
import type { SlsFailure } from './errors.ts'
import { CHECKPOINTS, GROUPS, LOGSTORE, LOGSTORE_NAMES, NEW_CURSOR, SHARDS } from './shapes.ts'

/** A failure on its way through the SDK, which knows exceptions alone. */
export class FailedCall extends Error {
  override name = 'FailedCall'
  readonly failure: SlsFailure
  constructor(failure: SlsFailure) {
    super(failure.message)
    this.failure = failure
  }
}

export type Sdk = ReturnType<Awaited<ReturnType<typeof loadSdk>>>

/** The SDK, with the project that its calls are for. */
export type ProjectSdk = Sdk & { readonly project: string }

/** Makes a call; rejects with `FailedCall`. */
export type Send = (call: Call, read: Read<unknown>) => Promise<unknown>

/** Guards of answers, by action: the SDK's models would take an odd answer for nothing, or throw. */
const ANSWERS: Readonly<Record<string, Read<unknown>>> = {
  ListShards: jsonAs(SHARDS),
  ListConsumerGroup: jsonAs(GROUPS),
  GetCheckPoint: jsonAs(CHECKPOINTS),
  GetCursor: jsonAs(NEW_CURSOR),
  GetLogStore: jsonAs(LOGSTORE),
  ListLogStores: jsonAs(LOGSTORE_NAMES),
}

const TIMEOUT_MS = 30_000

/** Loads the SDK. Returns a function that makes a client of it whose calls go to `send`. */
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
      const body = await this.#send(callOf(params, request), ANSWERS[params.action ?? ''] ?? nothing)
      return { headers: {}, statusCode: 200, body }
    }
  }

  return (send: Send) => ({ client: new Client(send), models })
}

/** Returns a request of the SDK as a call of ours. */
function callOf({ pathname = '', method }: Params, { query, body }: Request): Call {
  const [path = '', pathQuery = ''] = pathname.split('?', 2)
  return {
    operation: 'admin',
    method: methodOf(method),
    path,
    query: { ...Object.fromEntries(new URLSearchParams(pathQuery)), ...query },
    ...(body ? { json: body } : {}),
    timeoutMs: TIMEOUT_MS,
  }
}

interface Params {
  readonly pathname?: string
  readonly method?: string
}

interface Request {
  readonly query?: { readonly [name: string]: string }
  readonly body?: unknown
}

function methodOf(method: string | undefined): Call['method'] {
  return method === 'POST' || method === 'PUT' || method === 'DELETE' ? method : 'GET'
}

/** Returns whether a call has worked; false when it was refused with this code. Rejects for any other failure. */
export async function unlessRefused(code: string, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    if (error instanceof FailedCall && error.failure.code === code) return false
    throw error
  }
}
