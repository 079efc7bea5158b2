/**
 * The two ways of signing a Log Service request. Both take the request as it goes out: what is signed here is what
 * must be sent. Sources: the official Python, Go and Java SDKs; their vectors are this file's tests.
 */

import { createHash, createHmac } from 'node:crypto'

export interface SignableRequest {
  readonly method: string
  /** As sent, starting with `/`. */
  readonly path: string
  /** Decoded names and values. */
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. v1 needs `date`, v4 needs `x-log-date`, `x-log-content-sha256` and `host`. */
  readonly headers: Readonly<Record<string, string>>
}

export interface AccessKey {
  readonly id: string
  readonly secret: string
}

/** `x-log-signaturemethod` of version 1 and the digest it stands for. */
export const V1_DIGESTS = { 'hmac-sha1': 'sha1', 'hmac-sha256': 'sha256' } as const
export type V1Method = keyof typeof V1_DIGESTS

/** The value of the `Authorization` header, version 1: `LOG ID:SIGNATURE`. */
export function signV1(request: SignableRequest, key: AccessKey, method: V1Method): string {
  const signature = createHmac(V1_DIGESTS[method], key.secret)
    .update(stringToSignV1(request))
    .digest('base64')
  return `LOG ${key.id}:${signature}`
}

/**
 * Python's SDK adds `x-log-date` after signing, for proxies that strip `Date`: it is therefore not part of the
 * signed headers of version 1.
 */
export function stringToSignV1({ method, path, query, headers }: SignableRequest): string {
  const own = signedHeaderNames(headers).filter(name => isOwnHeader(name) && name !== 'x-log-date')
  const parameters = sortedNames(query).map(name => `${name}=${query[name]}`)
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers.date ?? '',
    ...own.map(name => `${name}:${headers[name]?.trim()}`),
    parameters.length > 0 ? `${path}?${parameters.join('&')}` : path,
  ].join('\n')
}

/** The value of the `Authorization` header, version 4. */
export function signV4(request: SignableRequest, key: AccessKey, region: string): string {
  const date = request.headers['x-log-date'] ?? ''
  const scope = `${date.slice(0, 8)}/${region}/sls/aliyun_v4_request`
  const digest = createHash('sha256').update(canonicalRequestV4(request)).digest('hex')
  const signature = hmac(
    signingKeyV4(key.secret, date.slice(0, 8), region),
    `SLS4-HMAC-SHA256\n${date}\n${scope}\n${digest}`,
  )
  return `SLS4-HMAC-SHA256 Credential=${key.id}/${scope},Signature=${signature.toString('hex')}`
}

export function canonicalRequestV4({ method, path, query, headers }: SignableRequest): string {
  const signed = signedHeaderNames(headers)
  const block = signed.map(name => `${name}:${headers[name]?.trim()}\n`).join('')
  return [
    method,
    path,
    canonicalQueryV4(query),
    block,
    signed.join(';'),
    headers['x-log-content-sha256'] ?? '',
  ].join('\n')
}

/** Sorted by name; names as they stand, values by RFC 3986; an empty value leaves the `=` out. */
export function canonicalQueryV4(query: Readonly<Record<string, string>>): string {
  const pair = (name: string) => (query[name] ? `${name}=${encodeRfc3986(query[name])}` : name)
  return sortedNames(query).map(pair).join('&')
}

/** date → region → service → terminator, each HMAC the key of the next. */
export function signingKeyV4(secret: string, yyyymmdd: string, region: string): Buffer {
  return [region, 'sls', 'aliyun_v4_request'].reduce(hmac, hmac(`aliyun_v4${secret}`, yyyymmdd))
}

/**
 * `encodeURIComponent` leaves `! ' ( ) *` alone; RFC 3986 does not. Half a surrogate pair, for which it throws, becomes
 * U+FFFD: a cursor is what Log Service says it is, and a query what the configuration says.
 */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** `content-type` and `host` belong to version 4 only; version 1 filters them out again. */
function signedHeaderNames(headers: Readonly<Record<string, string>>): string[] {
  const isSigned = (name: string) => name === 'content-type' || name === 'host' || isOwnHeader(name)
  return sortedNames(headers).filter(name => isSigned(name) && !name.startsWith('x-log-meta-'))
}

function isOwnHeader(name: string): boolean {
  return name.startsWith('x-log-') || name.startsWith('x-acs-')
}

function sortedNames(of: Readonly<Record<string, string>>): string[] {
  return Object.keys(of).sort()
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
