/** A call as the request that goes out: headers, body and the signature over both. */

import { createHash } from 'node:crypto'
import type { SlsConfig } from '../config/types.ts'
import type { ProjectAddress } from './address.ts'
import type { Call } from './call.ts'
import type { Credentials } from './credentials.ts'
import { encodeRfc3986, signV1, signV4 } from './signature.ts'

export interface SignedCall {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface SigningContext {
  readonly sls: SlsConfig
  readonly address: ProjectAddress
  readonly keys: Credentials
  readonly now: Date
}

export function signCall(call: Call, { sls, address, keys, now }: SigningContext): SignedCall {
  const body = call.json === undefined ? undefined : Buffer.from(JSON.stringify(call.json))
  const headers = {
    ...call.headers,
    host: address.host,
    'user-agent': 'sls2splunk',
    'x-log-apiversion': '0.6.0',
    'x-log-bodyrawsize': String(body?.length ?? 0),
    ...(body && { 'content-type': 'application/json', 'content-md5': md5(body) }),
    ...(keys.securityToken && { 'x-acs-security-token': keys.securityToken }),
    ...(sls.signature === 'v4' ? v4Headers(now, body) : v1Headers(now)),
  }
  const request = { method: call.method, path: call.path, query: call.query, headers }
  const authorization =
    sls.signature === 'v4' ? signV4(request, keys, sls.region) : signV1(request, keys, 'hmac-sha1')
  const url = `${address.baseUrl}${call.path}${queryText(call.query)}`
  return { url, headers: { ...headers, authorization }, ...(body && { body }) }
}

function v4Headers(now: Date, body: Uint8Array | undefined) {
  const sha256 = createHash('sha256').update(body ?? '')
  const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  return { 'x-log-date': date, 'x-log-content-sha256': sha256.digest('hex') }
}

function v1Headers(now: Date) {
  return { date: now.toUTCString(), 'x-log-signaturemethod': 'hmac-sha1' }
}

function md5(body: Uint8Array): string {
  return createHash('md5').update(body).digest('hex').toUpperCase()
}

function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeRfc3986(value)}`)
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}
