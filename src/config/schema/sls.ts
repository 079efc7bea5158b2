/** The section `sls`: how to reach Alibaba Cloud Log Service. */

import type { z } from 'zod'
import { parseEndpoint, regionOf } from '../endpoint.ts'
import type { Files } from '../files.ts'
import { present } from '../present.ts'
import { type Complaint, type Presence, type Rule, section, twinRule } from '../section.ts'
import type { CredentialsConfig, SlsConfig } from '../types.ts'
import { choice, duration, parsed, text } from '../values.ts'
import { caFile, proxy, verify } from './connection.ts'
import { secret, secretFile } from './secret.ts'

const KEYS = [
  'access_key_id',
  'access_key_secret',
  'access_key_secret_file',
  'security_token',
  'security_token_file',
] as const

export function slsSchema(files: Files) {
  return section(keysOf(files), RULES).transform(toSlsConfig)
}

function keysOf(files: Files) {
  return {
    endpoint: parsed('a host name as cn-hangzhou.log.aliyuncs.com', parseEndpoint).describe(
      'Host name of the region, as cn-hangzhou.log.aliyuncs.com; https unless http:// is written',
    ),
    region: text('a region as cn-hangzhou', /^[a-z0-9]+(-[a-z0-9]+)*$/)
      .describe(
        'Region for signature v4; taken from *.log.aliyuncs.com and *.sls.aliyuncs.com names, else required',
      )
      .optional(),
    signature: choice(['v4', 'v1']).prefault('v4').describe('Version of the request signature'),
    access_key_id: secret().describe('Id of the access key').optional(),
    access_key_secret: secret().describe('Secret of the access key').optional(),
    access_key_secret_file: secretFile(files)
      .describe('File that holds the secret of the access key')
      .optional(),
    security_token: secret().describe('STS token that belongs to the access key').optional(),
    security_token_file: secretFile(files).describe('File that holds the STS token').optional(),
    credentials: choice(['default'])
      .describe(
        "default: Alibaba Cloud's credential chain (environment, profile, ECS RAM role, OIDC) instead of the keys",
      )
      .optional(),
    proxy: proxy().optional(),
    tls: section({ ca_file: caFile(files).optional(), verify: verify() })
      .prefault({})
      .describe('TLS to Log Service'),
    timeout: duration('1s', '10m').prefault('60s').describe('Longest time for one request'),
  }
}

const RULES: readonly Rule<SlsKeys>[] = [
  twinRule('access_key_secret', 'optional'),
  twinRule('security_token', 'optional'),
  { reads: [], check: credentialComplaints },
  { reads: ['endpoint', 'region', 'signature'], check: regionComplaints },
]

type SlsKeys = z.output<z.ZodObject<ReturnType<typeof keysOf>>>

function credentialComplaints(section: Presence): Complaint[] {
  const given = KEYS.filter(key => section[key] !== undefined)
  if (section.credentials !== undefined)
    return given.map(key => ({
      key,
      message: 'cannot stand beside credentials: default; keep one of the two ways',
    }))
  if (given.length === 0)
    return [
      {
        key: 'access_key_id',
        message: 'is missing; set access_key_id and access_key_secret, or credentials: default',
      },
    ]
  return [
    ...lacking(section, ['access_key_id'], 'is missing; set it beside access_key_secret'),
    ...lacking(
      section,
      ['access_key_secret', 'access_key_secret_file'],
      'is missing; set it, or access_key_secret_file',
    ),
  ]
}

function lacking(section: Presence, keys: readonly string[], message: string): Complaint[] {
  return keys.every(key => section[key] === undefined) ? keys.slice(0, 1).map(key => ({ key, message })) : []
}

function regionComplaints({ endpoint, region, signature }: SlsKeys): Complaint[] {
  if (
    signature === 'v1' ||
    region !== undefined ||
    endpoint === undefined ||
    regionOf(endpoint) !== undefined
  )
    return []
  return [{ key: 'region', message: 'is missing; signature v4 needs it, and this endpoint does not tell it' }]
}

function toSlsConfig(keys: SlsKeys): SlsConfig {
  return present({
    endpoint: keys.endpoint,
    region: keys.region ?? regionOf(keys.endpoint) ?? '',
    signature: keys.signature,
    credentials: toCredentials(keys),
    proxy: keys.proxy,
    tls: present({ ca: keys.tls.ca_file, verify: keys.tls.verify }),
    timeoutMs: keys.timeout,
  })
}

function toCredentials(keys: SlsKeys): CredentialsConfig {
  if (keys.credentials === 'default') return { kind: 'default' }
  return present({
    kind: 'keys' as const,
    accessKeyId: keys.access_key_id ?? '',
    accessKeySecret: keys.access_key_secret ?? keys.access_key_secret_file?.text ?? '',
    securityToken: keys.security_token ?? keys.security_token_file?.text,
  })
}
