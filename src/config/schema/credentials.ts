/** The keys of `sls` that say who we are: an access key, or Alibaba Cloud's credential chain. */

import type { Files, SecretFile } from '../files.ts'
import { present } from '../present.ts'
import { type Complaint, type Presence, type Rule, twinRule } from '../section.ts'
import type { CredentialsConfig } from '../types.ts'
import { choice } from '../values.ts'
import { secret, secretFile } from './secret.ts'

const ACCESS_KEY = [
  'access_key_id',
  'access_key_secret',
  'access_key_secret_file',
  'security_token',
  'security_token_file',
]

export function credentialKeys(files: Files) {
  return {
    access_key_id: secret().describe('Id of the access key').optional(),
    access_key_secret: secret().describe('Secret of the access key').optional(),
    access_key_secret_file: secretFile(files)
      .describe('File that holds the secret of the access key')
      .optional(),
    security_token: secret().describe('STS token that belongs to the access key').optional(),
    security_token_file: secretFile(files).describe('File that holds the STS token').optional(),
    credentials: choice(['default'])
      .describe(
        "Alibaba Cloud's credential chain (environment, profile, ECS RAM role, OIDC) instead of the keys",
      )
      .optional(),
  }
}

export const CREDENTIAL_RULES: readonly Rule<Presence>[] = [
  twinRule('access_key_secret', 'optional'),
  twinRule('security_token', 'optional'),
  { reads: [], check: wayComplaints },
]

/** One way, and that one whole. */
function wayComplaints(keys: Presence): Complaint[] {
  const given = ACCESS_KEY.filter(key => keys[key] !== undefined)
  if (keys.credentials !== undefined) return given.length === 0 ? [] : [bothWays(given)]
  if (given.length === 0)
    return [
      { key: 'access_key_id', message: 'is missing; set it and access_key_secret, or credentials: default' },
    ]
  const hasSecret = given.some(key => key.startsWith('access_key_secret'))
  return [
    ...(given.includes('access_key_id')
      ? []
      : [{ key: 'access_key_id', message: 'is missing; the access key needs it' }]),
    ...(hasSecret
      ? []
      : [{ key: 'access_key_secret', message: 'is missing; set it, or access_key_secret_file' }]),
  ]
}

function bothWays(given: readonly string[]): Complaint {
  return { key: 'credentials', message: `cannot stand beside ${given.join(', ')}; keep one of the two ways` }
}

interface CredentialKeys {
  readonly credentials?: 'default' | undefined
  readonly access_key_id?: string | undefined
  readonly access_key_secret?: string | undefined
  readonly access_key_secret_file?: SecretFile | undefined
  readonly security_token?: string | undefined
  readonly security_token_file?: SecretFile | undefined
}

export function toCredentials(keys: CredentialKeys): CredentialsConfig {
  if (keys.credentials === 'default') return { kind: 'default' }
  return present({
    kind: 'keys' as const,
    accessKeyId: keys.access_key_id ?? '',
    accessKeySecret: keys.access_key_secret ?? keys.access_key_secret_file?.text ?? '',
    securityToken: keys.security_token ?? keys.security_token_file?.text,
  })
}
