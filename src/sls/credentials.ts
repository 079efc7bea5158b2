/** Access keys, asked for before every request: those of the configuration, or of Alibaba Cloud's own chain. */

import { sleep } from '../base/wait.ts'
import type { CredentialsConfig } from '../config/types.ts'
import type { AccessKey } from './signature.ts'

export interface Credentials extends AccessKey {
  readonly securityToken?: string
}

export interface CredentialsProvider {
  /**
   * Returns the credentials to sign the next request with; a provider of temporary ones renews them by itself. Rejects
   * when there are none, when none come within `timeoutMs`, and with the signal's reason.
   */
  current(timeoutMs: number, signal: AbortSignal): Promise<Credentials>
  /** Forgets the credentials after a refusal. Returns false when there is nowhere to get others from. */
  refresh(): boolean
}

export function createCredentials(config: CredentialsConfig): CredentialsProvider {
  return config.kind === 'keys' ? fixedKeys(config) : defaultChain()
}

function fixedKeys(config: Extract<CredentialsConfig, { kind: 'keys' }>): CredentialsProvider {
  const token = config.securityToken === undefined ? {} : { securityToken: config.securityToken }
  const keys = { id: config.accessKeyId, secret: config.accessKeySecret, ...token }
  return { current: () => Promise.resolve(keys), refresh: () => false }
}

/** Takes the first keys that `@alicloud/credentials` finds: environment, profile file, ECS RAM role, OIDC. */
function defaultChain(): CredentialsProvider {
  let chain: Awaited<ReturnType<typeof loadChain>> | undefined
  async function ask(): Promise<Credentials> {
    chain ??= await loadChain()
    const { accessKeyId, accessKeySecret, securityToken } = await chain.getCredential()
    if (!accessKeyId || !accessKeySecret) throw new Error('the credential chain found no access key')
    return { id: accessKeyId, secret: accessKeySecret, ...(securityToken && { securityToken }) }
  }
  return {
    current: (timeoutMs, signal) => within(timeoutMs, ask(), signal),
    refresh() {
      chain = undefined
      return true
    },
  }
}

async function loadChain() {
  const { default: module } = await import('@alicloud/credentials')
  return new module.default()
}

/** Limits the wait: a credential service that hangs must not stop the heartbeat. */
async function within<T>(ms: number, work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController()
  const late = sleep(ms, AbortSignal.any([settled.signal, signal])).then(() => {
    signal.throwIfAborted()
    throw new Error(`the credential provider has not answered for ${ms} ms`)
  })
  return Promise.race([work, late]).finally(() => settled.abort())
}
