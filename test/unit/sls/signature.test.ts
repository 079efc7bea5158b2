import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  canonicalQueryV4,
  canonicalRequestV4,
  type SignableRequest,
  signingKeyV4,
  signV1,
  signV4,
  stringToSignV1,
  type V1Method,
} from '../../../src/sls/signature.ts'

const key = { id: 'testAccessKeyId', secret: 'testAccessKeySecret' }
const group = '/logstores/test-logstore/consumergroups/test-group'
const pull = { type: 'log', cursor: 'MTQ0NzMyOTQwMTEwMjEzMDkwNA==', count: '1000' }
const heartbeat = { type: 'heartbeat', consumer: 'consumer-1' }
const spl = "* | where level = 'ERROR' and msg like '%a*b~c%'"

interface Case {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: string
  readonly extra?: Readonly<Record<string, string>>
}

const shard = '/logstores/test-logstore/shards/0'
const cases: Record<string, Case> = {
  A: { method: 'GET', path: '/logstores/test-logstore/shards', query: {}, body: '' },
  B: { method: 'GET', path: shard, query: pull, body: '' },
  C: { method: 'POST', path: group, query: heartbeat, body: '[0, 1]' },
  D: {
    method: 'POST',
    path: group,
    query: heartbeat,
    body: '[0, 1]',
    extra: { 'x-acs-security-token': 'testSecurityToken' },
  },
  E: { method: 'GET', path: shard, query: { ...pull, query: spl, pullMode: 'scan_on_stream' }, body: '' },
  F: {
    method: 'POST',
    path: group,
    query: { type: 'checkpoint', consumer: 'consumer-1', forceSuccess: 'false' },
    body: '{"shard":0,"checkpoint":"MTQ0NzMyOTQwMTEwMjEzMDkwNA=="}',
  },
}

/** Name, v1 hmac-sha1, v1 hmac-sha256, v4, SHA-256 of the v4 canonical request. */
const expected: readonly (readonly [string, string, string, string, string])[] = [
  [
    'A',
    'dP8anM56L8Noq9jSKVGx+JQaK+M=',
    'm3zD+qPgCciJRfdR6kIpJGA2hcetniTHCoHDjpfN7i0=',
    'f3ac931533dfd14488e1bf584bfd2e680f6d5487a587833e4ea3919d7e6e3fd0',
    '29f3d7c4f26d0841d98e45454265cc234aeecc825458ee6821e5365acbdd359a',
  ],
  [
    'B',
    'DIL17Umj0cG8YpoXTDtL7DsgRh0=',
    'ZnzvcnWQukfnCOk3sYC+YPykIAReacDrai0ZoTD7PqE=',
    'a673b44c0db22166e7fd7ead23637b8929013209214989a9bd4aaee397764f61',
    '69fbc64fec6aa79a92b5e2443e6a315a94f4a68222106a92deb5354da4d98693',
  ],
  [
    'C',
    'XPhgrIghlxiQKf5iDLvt8iQ5/kA=',
    '1nqOYJGUNbf6Q72MWmi6ovEtndtYCN4EVvUOHO1Mo50=',
    '13dd1f89bf355ff7ea677098a15489ee299a866ee5a6a3ae9b51cbfa13551726',
    '314778ec0e945facd7dc4bf454bb9bcd54e941060543f627e35019c103ffba3a',
  ],
  [
    'D',
    '5OkzbKryXPPhT8PSrR+J/w270w8=',
    '1VdWSjxT4uy5sf8nKXgPER0gt5fjqLsGlQScKn5evCs=',
    'c65e4da3088551ed8ea0b540f4489230384a239397ab5029afd4724828943a2e',
    '5151447c9df91fa2c81c2cbea8b14288172bbf73cf3891e9c2b0d670712fef0d',
  ],
  [
    'E',
    'O3vuE/x6kAoNxJMHHdxhagXKvr0=',
    '6DDt0mUTWZdr5XDYLkIaF5AlsjKHuoIdLwsKaWceWnQ=',
    '77aa8bad6b08a1b310e2cc600aedec77f5254271221b3dfb990df60ac7391d9b',
    '0880d52a2e0d1e92f14bee618ac61f26a977bceda6af9d4bd8c0187c0fca88fe',
  ],
  [
    'F',
    'uGQbxN+hgr+A2phNBPAxVTzIZ/0=',
    'TMr8EBMM+U+C9SipLkPgka9ejZjnOiIXPfKKB+qP2HU=',
    'b59eb21d111a94ad0ac4b26ad10c99d52e6376f52388529848a83992cd28d993',
    'f7e390efe800fc817f6504c27b6ed16c766e080ab1b578563df411420e115a59',
  ],
]

function requestOf(name: string, own: Readonly<Record<string, string>>): SignableRequest {
  const entry = cases[name]
  if (!entry) throw new Error(`no case ${name}`)
  const body = Buffer.from(entry.body)
  const md5 = createHash('md5').update(body).digest('hex').toUpperCase()
  const forBody = body.length > 0 ? { 'content-type': 'application/json', 'content-md5': md5 } : {}
  const headers = {
    host: 'test-project.cn-hangzhou.log.aliyuncs.com',
    'x-log-apiversion': '0.6.0',
    'x-log-bodyrawsize': String(body.length),
    ...forBody,
    ...entry.extra,
    ...own,
  }
  return { method: entry.method, path: entry.path, query: entry.query, headers }
}

const v1 = (name: string, method: V1Method) =>
  requestOf(name, { date: 'Mon, 02 Jan 2023 03:04:05 GMT', 'x-log-signaturemethod': method })

const v4 = (name: string) => {
  const body = Buffer.from(cases[name]?.body ?? '')
  const sha256 = createHash('sha256').update(body).digest('hex')
  return requestOf(name, { 'x-log-date': '20230102T030405Z', 'x-log-content-sha256': sha256 })
}

describe('signature vectors', () => {
  it.each(expected)('case %s', (name, sha1, sha256, four, canonical) => {
    expect(signV1(v1(name, 'hmac-sha1'), key, 'hmac-sha1')).toBe(`LOG testAccessKeyId:${sha1}`)
    expect(signV1(v1(name, 'hmac-sha256'), key, 'hmac-sha256')).toBe(`LOG testAccessKeyId:${sha256}`)
    expect(
      createHash('sha256')
        .update(canonicalRequestV4(v4(name)))
        .digest('hex'),
    ).toBe(canonical)
    expect(signV4(v4(name), key, 'cn-hangzhou')).toBe(
      `SLS4-HMAC-SHA256 Credential=testAccessKeyId/20230102/cn-hangzhou/sls/aliyun_v4_request,Signature=${four}`,
    )
  })

  it('leaves the late x-log-date of a v1 request out', () => {
    const request = v1('A', 'hmac-sha1')
    const late = {
      ...request,
      headers: { ...request.headers, 'x-log-date': 'Mon, 02 Jan 2023 03:04:05 GMT' },
    }
    expect(stringToSignV1(late)).toBe(stringToSignV1(request))
  })

  it('encodes every reserved character of an SPL query', () => {
    expect(canonicalQueryV4(cases.E?.query ?? {})).toBe(
      'count=1000&cursor=MTQ0NzMyOTQwMTEwMjEzMDkwNA%3D%3D&pullMode=scan_on_stream&query=%2A%20%7C%20where%20level%20%3D%20%27ERROR%27%20and%20msg%20like%20%27%25a%2Ab~c%25%27&type=log',
    )
  })

  it('encodes half a character, as a query may hold and a cursor that Log Service gives, as U+FFFD', () => {
    expect(canonicalQueryV4({ cursor: 'a\ud83d' })).toBe('cursor=a%EF%BF%BD')
  })

  it('derives the signing key of the worked example', () => {
    expect(signingKeyV4(key.secret, '20230102', 'cn-hangzhou').toString('hex')).toBe(
      '69c0a8ac8e991c30c7db0c8e22c15864e589f6bdc24bf4e38b14b75bc244fc0a',
    )
  })
})
