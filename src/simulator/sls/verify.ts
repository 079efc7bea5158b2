/** Whether a request may pass: its headers, its time, its signature, its body's digest. */

import { createHash, timingSafeEqual } from 'node:crypto'
import { signV1, signV4, V1_DIGESTS, type V1Method } from '../../sls/signature.ts'
import type { SimulatedAccessKey, SlsSimulatorOptions } from './options.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { SlsRequest } from './request.ts'

const MAX_SKEW_MS = 15 * 60_000

/** The first thing that is wrong with a request, or undefined. */
export function objection(
  request: SlsRequest,
  options: SlsSimulatorOptions,
  accessKeys: readonly SimulatedAccessKey[],
): Refusal | undefined {
  const signed = options.verifySignatures ?? options.accessKeys.length > 0
  return (
    versionObjection(request) ??
    (signed ? timeObjection(request, (options.wallClock ?? options.clock).nowMs()) : undefined) ??
    (signed ? signatureObjection(request, accessKeys, options.region) : undefined) ??
    bodyObjection(request, options.verifyMd5)
  )
}

function versionObjection({ headers }: SlsRequest): Refusal | undefined {
  const version = headers['x-log-apiversion']
  if (version === undefined) return refuse('MissingAPIVersion', 'x-log-apiversion does not exist in headers')
  return version === '0.6.0' ? undefined : refuse('InvalidAPIVersion', `API version ${version} is unknown`)
}

/** When the client signed it, by its own account and to the second; `NaN` for a malformed date. */
export function sentMsOf(request: SlsRequest): number | undefined {
  const date = dateOf(request)
  return date ? parseDate(date) : undefined
}

function dateOf({ headers }: SlsRequest): string | undefined {
  return isV4(headers.authorization) ? headers['x-log-date'] : (headers.date ?? headers['x-log-date'])
}

function timeObjection(request: SlsRequest, nowMs: number): Refusal | undefined {
  const date = dateOf(request)
  if (!date) return refuse('MissingDate', 'the request has no date')
  const sentMs = parseDate(date)
  if (Number.isNaN(sentMs)) return refuse('InvalidDateFormat', `date ${date} is malformed`)
  return Math.abs(nowMs - sentMs) > MAX_SKEW_MS
    ? refuse('RequestTimeExpired', `request time ${date} is too far from ${new Date(nowMs).toUTCString()}`)
    : undefined
}

/** `20230102T030405Z` or RFC 1123. */
function parseDate(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

function signatureObjection(
  request: SlsRequest,
  accessKeys: readonly SimulatedAccessKey[],
  region: string | undefined,
): Refusal | undefined {
  const authorization = request.headers.authorization
  if (!authorization) return refuse('Unauthorized', 'the request is not signed')
  const id = /^LOG ([^:]+):|Credential=([^/]+)\//.exec(authorization)?.slice(1).find(Boolean)
  const key = accessKeys.find(candidate => candidate.id === id)
  if (!key) return refuse('Unauthorized', `AccessKeyId ${id} is unknown`)
  if (key.securityToken !== undefined && request.headers['x-acs-security-token'] !== key.securityToken)
    return refuse('Unauthorized', 'the security token is invalid or has expired')
  return isV4(authorization)
    ? v4Objection(request, key, region)
    : v1Objection(request, key, request.headers['x-log-signaturemethod'])
}

function v1Objection(
  request: SlsRequest,
  key: SimulatedAccessKey,
  method: string | undefined,
): Refusal | undefined {
  if (method === undefined) return refuse('MissingSignatureMethod', 'x-log-signaturemethod is missing')
  if (!isV1Method(method)) return refuse('InvalidSignatureMethod', `signature method ${method} is unknown`)
  const date = request.headers.date ?? request.headers['x-log-date'] ?? ''
  return mismatch(request, signV1({ ...request, headers: { ...request.headers, date } }, key, method))
}

function v4Objection(
  request: SlsRequest,
  key: SimulatedAccessKey,
  expectedRegion: string | undefined,
): Refusal | undefined {
  const region = /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (expectedRegion !== undefined && region !== expectedRegion)
    return refuse('SignatureNotMatch', `the request is signed for region ${region}, not ${expectedRegion}`)
  const bodyHash = createHash('sha256').update(request.body).digest('hex')
  if (request.headers['x-log-content-sha256'] !== bodyHash)
    return refuse('SignatureNotMatch', 'x-log-content-sha256 is not the hash of the body')
  return mismatch(request, signV4(request, key, region))
}

function mismatch({ headers }: SlsRequest, expected: string): Refusal | undefined {
  const [given, wanted] = [Buffer.from(headers.authorization ?? ''), Buffer.from(expected)]
  const isEqual = given.length === wanted.length && timingSafeEqual(given, wanted)
  return isEqual ? undefined : refuse('SignatureNotMatch', 'signature does not match')
}

/** JSON calls of real clients say 0 or nothing as often as the size; log data must come with its size. */
function bodyObjection({ headers, body }: SlsRequest, verifyMd5: boolean): Refusal | undefined {
  const md5 = headers['content-md5']
  const isWrong = md5 && md5 !== createHash('md5').update(body).digest('hex').toUpperCase()
  if (verifyMd5 && isWrong) return refuse('PostBodyInvalid', 'Content-MD5 is not the digest of the body')
  const rawSize = headers['x-log-bodyrawsize']
  return rawSize === undefined || /^\d+$/.test(rawSize)
    ? undefined
    : refuse('InvalidBodyRawSize', `x-log-bodyrawsize ${rawSize} is no number`)
}

function isV4(authorization: string | undefined): boolean {
  return authorization?.startsWith('SLS4-HMAC-SHA256') ?? false
}

function isV1Method(method: string): method is V1Method {
  return method in V1_DIGESTS
}
