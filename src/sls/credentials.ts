/** Where access keys come from: the configuration, or Alibaba Cloud's own chain. Asked before every request. */

import type { CredentialsConfig } from '../config/types.ts'
import type { AccessKey } from './signature.ts'

export interface Credentials extends AccessKey {
  readonly securityToken?: string
}

export interface CredentialsProvider {
  /** The credentials to sign the next request with; a provider of temporary ones renews them by itself. */
  current(): Promise<Credentials>
  /** Forgets what it has, after a refusal. False when there is nowhere to get others from. */
  refresh(): Promise<boolean>
}

export async function createCredentials(config: CredentialsConfig): Promise<CredentialsProvider> {
  return config.kind === 'keys' ? fixedKeys(config) : await defaultChain()
}

function fixedKeys(config: Extract<CredentialsConfig, { kind: 'keys' }>): CredentialsProvider {
  const token = config.securityToken === undefined ? {} : { securityToken: config.securityToken }
  const keys = { id: config.accessKeyId, secret: config.accessKeySecret, ...token }
  return { current: () => Promise.resolve(keys), refresh: () => Promise.resolve(false) }
}

/** Environment, profile file, ECS RAM role, OIDC: whatever `@alicloud/credentials` finds first. */
async function defaultChain(): Promise<CredentialsProvider> {
  const { default: module } = await import('@alicloud/credentials')
  let client = new module.default()
  return {
    async current() {
      const { accessKeyId, accessKeySecret, securityToken } = await client.getCredential()
      if (!accessKeyId || !accessKeySecret) throw new Error('the credential chain found no access key')
      return { id: accessKeyId, secret: accessKeySecret, ...(securityToken && { securityToken }) }
    },
    refresh() {
      client = new module.default()
      return Promise.resolve(true)
    },
  }
}
