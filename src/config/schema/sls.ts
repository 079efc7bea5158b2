/** The section `sls`: how to reach Alibaba Cloud Log Service. */

import type { z } from 'zod'
import { parseEndpoint, regionOf } from '../endpoint.ts'
import type { Files } from '../files.ts'
import { present } from '../present.ts'
import { type Complaint, section } from '../section.ts'
import type { SlsConfig } from '../types.ts'
import { choice, duration, parsed, text } from '../values.ts'
import { proxy, serverTls } from './connection.ts'
import { CREDENTIAL_RULES, credentialKeys, toCredentials } from './credentials.ts'

export function slsSchema(files: Files) {
  const regionRule = { reads: ['endpoint', 'region', 'signature'], check: regionComplaints }
  return section(keysOf(files), toSlsConfig, [...CREDENTIAL_RULES, regionRule])
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
    ...credentialKeys(files),
    proxy: proxy(),
    tls: serverTls(files).describe('TLS to Log Service'),
    timeout: duration({ min: '1s', max: '10m', fallback: '60s' }).describe('Longest time for one request'),
  }
}

type SlsKeys = z.output<z.ZodObject<ReturnType<typeof keysOf>>>

function regionComplaints({ endpoint, region, signature }: SlsKeys): Complaint[] {
  if (signature === 'v1' || region !== undefined || regionOf(endpoint) !== undefined) return []
  return [{ key: 'region', message: 'is missing; signature v4 needs it, and this endpoint does not tell it' }]
}

function toSlsConfig(keys: SlsKeys): SlsConfig {
  return present({
    endpoint: keys.endpoint,
    region: keys.region ?? regionOf(keys.endpoint) ?? '',
    signature: keys.signature,
    credentials: toCredentials(keys),
    proxy: keys.proxy,
    tls: keys.tls,
    timeoutMs: keys.timeout,
  })
}
