import { describe, expect, it } from 'vitest'
import { createClient, type Signing, testKey } from './simulator-sls-client.ts'
import { field, refusal, startSls } from './simulator-sls-setup.ts'

const shards = '/logstores/logs/shards'
const body = '[]'
const heartbeat = {
  method: 'POST',
  query: { type: 'heartbeat', consumer: 'c 1+ü' },
  body,
}
const spl = "* | where msg = 'a*b~c%&=+ü(!)'"

async function start(options = {}) {
  const setup = await startSls({ accessKeys: [testKey], region: 'cn-hangzhou', ...options })
  setup.sls.createGroup('test-project', 'logs', 'cg')
  return setup
}

const signings = (nowMs: number): [string, Signing][] => [
  ['v1 sha1', { version: 'v1', method: 'hmac-sha1', nowMs }],
  ['v1 sha256', { version: 'v1', method: 'hmac-sha256', nowMs }],
  ['v4', { version: 'v4', region: 'cn-hangzhou', nowMs }],
]
const minuteMs = 60_000
const names = signings(0).map(([name]) => name)
const signing = (name: string, nowMs: number) =>
  signings(nowMs).find(([known]) => known === name)?.[1] ?? { version: 'none' as const }

describe.each(names)('signature %s', name => {
  it('passes, with queries and bodies of any text', async () => {
    const { sls, clock } = await start()
    const call = createClient(sls.url, signing(name, clock.nowMs()))
    expect((await call(shards)).status).toBe(200)
    expect((await call('/logstores/logs/consumergroups/cg', heartbeat)).json).toEqual([0, 1, 2, 3])
    const cursor = field(await call(`${shards}/0`, { query: { type: 'cursor', from: 'end' } }), 'cursor')
    const query = { type: 'log', cursor, count: '10', query: spl, empty: '' }
    expect((await call(`${shards}/0`, { query })).status).toBe(200)
  })

  it('is refused with a wrong secret or an unknown key', async () => {
    const { sls, clock } = await start()
    const now = signing(name, clock.nowMs())
    const wrong = createClient(sls.url, now, { ...testKey, secret: 'wrong' })
    expect(refusal(await wrong(shards))).toEqual([401, 'SignatureNotMatch'])
    const unknown = createClient(sls.url, now, { id: 'nobody', secret: 'wrong' })
    expect(refusal(await unknown(shards))).toEqual([401, 'Unauthorized'])
  })

  it('is refused more than 15 minutes away from the service’s clock', async () => {
    const { sls, clock } = await start()
    const ask = (offsetMs: number) => createClient(sls.url, signing(name, clock.nowMs() + offsetMs))(shards)
    expect((await ask(15 * minuteMs)).status).toBe(200)
    expect((await ask(-15 * minuteMs)).status).toBe(200)
    const late = await ask(-16 * minuteMs)
    expect(refusal(late)).toEqual([400, 'RequestTimeExpired'])
    expect(late.headers.date).toBe(new Date(clock.nowMs()).toUTCString())
    expect(refusal(await ask(16 * minuteMs))).toEqual([400, 'RequestTimeExpired'])
  })

  it('takes temporary credentials with their token, until they are replaced', async () => {
    const { sls, clock } = await start({ accessKeys: [{ ...testKey, securityToken: 'token' }] })
    const call = createClient(sls.url, signing(name, clock.nowMs()))
    const withToken = (token: string) => call(shards, { headers: { 'x-acs-security-token': token } })
    expect((await withToken('token')).status).toBe(200)
    expect(refusal(await withToken('other'))).toEqual([401, 'Unauthorized'])
    sls.setAccessKeys([{ ...testKey, securityToken: 'next' }])
    expect(refusal(await withToken('token'))).toEqual([401, 'Unauthorized'])
    expect((await withToken('next')).status).toBe(200)
  })
})

describe('signature v4', () => {
  it('is refused for another region', async () => {
    const { sls, clock } = await start()
    const call = createClient(sls.url, { version: 'v4', region: 'cn-beijing', nowMs: clock.nowMs() })
    expect(refusal(await call(shards))).toEqual([401, 'SignatureNotMatch'])
  })
})

it('an unsigned request is refused as soon as there are access keys', async () => {
  const { call } = await start()
  expect(refusal(await call(shards))).toEqual([400, 'MissingDate'])
  const dated = await call(shards, {
    headers: { date: new Date(Date.UTC(2023, 0, 2, 3, 4, 5)).toUTCString() },
  })
  expect(refusal(dated)).toEqual([401, 'Unauthorized'])
})

describe('headers', () => {
  it('must name the version of the API', async () => {
    const { call } = await startSls()
    const wrong = await call(shards, { headers: { 'x-log-apiversion': '0.4.0' } })
    expect(refusal(wrong)).toEqual([400, 'InvalidAPIVersion'])
    const { sls } = await startSls()
    const missing = await fetch(`${sls.url}${shards}`)
    expect(missing.status).toBe(400)
    expect(await missing.json()).toMatchObject({ errorCode: 'MissingAPIVersion' })
  })

  it('must have the digest of the body, unless nobody looks', async () => {
    const headers = { 'content-md5': '0'.repeat(32) }
    const ask = { method: 'POST', body: '{"consumerGroup":"x","timeout":60,"order":true}', headers }
    const strict = await startSls()
    expect(refusal(await strict.call('/logstores/logs/consumergroups', ask))).toEqual([
      400,
      'PostBodyInvalid',
    ])
    const lenient = await startSls({ verifyMd5: false })
    expect((await lenient.call('/logstores/logs/consumergroups', ask)).status).toBe(200)
  })

  it.each(['0', '2'])('may say a raw size of %s for JSON', async size => {
    const { sls, call } = await startSls()
    sls.createGroup('test-project', 'logs', 'cg')
    const headers = { 'x-log-bodyrawsize': size }
    expect((await call('/logstores/logs/consumergroups/cg', { ...heartbeat, headers })).status).toBe(200)
  })
})

describe('the Host header', () => {
  it.each([
    'test-project',
    'test-project.localhost:8080',
    'test-project.127.0.0.1:18080',
    'test-project.cn-x.log.aliyuncs.com',
  ])('names the project first: %s', async host => {
    const { call } = await startSls()
    expect((await call(shards, { host })).status).toBe(200)
  })

  it('of another project, and a path of another logstore, lead nowhere', async () => {
    const { call } = await startSls()
    expect(refusal(await call(shards, { host: 'other.localhost' }))).toEqual([404, 'ProjectNotExist'])
    expect(refusal(await call('/logstores/other/shards'))).toEqual([404, 'LogStoreNotExist'])
    expect(refusal(await call('/nowhere'))).toEqual([405, 'InvalidMethod'])
  })
})
