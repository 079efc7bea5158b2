import { execFileSync, spawnSync } from 'node:child_process'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Readiness } from '../../src/supervisor/health/readiness.ts'
import { startHttp } from '../../src/supervisor/http/server.ts'
import { createMetrics } from '../../src/supervisor/metrics/metrics.ts'
import { createObserver } from '../../src/supervisor/observer.ts'
import { createAccount } from '../../src/supervisor/state/account.ts'
import { createBoard } from '../../src/supervisor/state/board.ts'
import { createHistory } from '../../src/supervisor/state/history.ts'
import type { CallDelta, ShardDelta, WorkerStatus } from '../../src/thread/protocol.ts'
import { selfSigned } from '../support/certificates.ts'
import { healthy } from '../support/status-documents.ts'

interface Told {
  /** Shards that are held. */
  readonly held?: readonly number[]
  readonly shards?: readonly (Partial<ShardDelta> & { readonly shard: number })[]
  readonly cpuSeconds?: number
  readonly hecCalls?: readonly Partial<CallDelta>[]
  readonly slsCalls?: readonly Partial<CallDelta>[]
  readonly joined?: boolean
  readonly splunkUp?: boolean
  readonly endpoints?: readonly string[]
}

const NO_SHARD = {
  readBytes: 0,
  readEvents: 0,
  deliveredBytes: 0,
  deliveredEvents: 0,
  droppedEvents: 0,
  cpuSeconds: 0,
  expiredSeconds: 0,
}
const NO_CALL = {
  endpoint: '',
  operation: 'pull',
  code: 'ok',
  durationsSeconds: [0.1],
  sentBytes: 0,
  receivedBytes: 0,
}

function statusOf(told: Told): WorkerStatus {
  const {
    held = [],
    shards = [],
    hecCalls = [],
    slsCalls = [],
    joined = true,
    splunkUp = true,
    endpoints = [],
  } = told
  return {
    joined,
    splunkUp,
    endpoints: endpoints.map(endpoint => ({ endpoint, up: splunkUp, pendingAcks: 0 })),
    inFlightBytes: 123,
    memoryBytes: 456,
    shards: held.map(shard => ({
      shard,
      state: 'reading',
      position: 'MTIz',
      lagSeconds: 1.5,
      inFlightEvents: 2,
    })),
    reasons: [],
    since: {
      cpuSeconds: told.cpuSeconds ?? 0,
      shards: shards.map(delta => ({ ...NO_SHARD, ...delta })),
      slsCalls: slsCalls.map(call => ({ ...NO_CALL, ...call })),
      hecCalls: hecCalls.map(call => ({
        ...NO_CALL,
        endpoint: 'splunk:8088',
        operation: 'event',
        code: '0',
        ...call,
      })),
      hecRetries: [{ endpoint: 'splunk:8088', reason: 'busy', count: 1 }],
    },
  }
}

/** Metrics of one source with the consumers c1 and c2, and a clock that stands still. */
function start(source = 'logs') {
  let nowMs = 0
  const board = createBoard(() => nowMs)
  const metrics = createMetrics(board, '0.1.0')
  const account = createAccount()
  const history = createHistory({ board, account, cpuRatio: () => 0 })
  const observer = createObserver({ board, account, history, metrics })
  for (const consumer of ['c1', 'c2']) observer.consumerExpected(source, consumer)
  const render = async (accept?: string) => (await metrics.render(accept)).text
  return {
    metrics,
    render,
    pass: (ms: number) => {
      nowMs += ms
      observer.forgetGoneShards()
    },
    tell(consumer: string, told: Told) {
      observer.reported(source, consumer, statusOf(told))
    },
    restart(consumer: string, reason: string) {
      observer.threadEnded(source, consumer)
      observer.restarting(source, consumer, reason)
    },
    /** Value of a sample as it stands in the text; undefined when it is not there. */
    async value(sample: string) {
      const line = (await render()).split('\n').find(each => each.startsWith(`sls2splunk_${sample} `))
      return line && Number(line.slice(line.lastIndexOf(' ')))
    },
  }
}

const everything: Told = {
  held: [0, 1],
  shards: [
    {
      shard: 0,
      readBytes: 1e6,
      readEvents: 1_000,
      deliveredBytes: 9e5,
      deliveredEvents: 900,
      droppedEvents: 50,
    },
    { shard: 1, cpuSeconds: 0.25, expiredSeconds: 3_600, deadLetters: { 'event-refused': 2 } },
  ],
  endpoints: ['splunk:8088'],
  cpuSeconds: 0.5,
  hecCalls: [
    { durationsSeconds: [0.02, 0.2, 70], sentBytes: 1_000 },
    { code: '9' },
    { code: 'ECONNRESET' },
    { operation: 'health', code: '17' },
  ],
  slsCalls: [{ receivedBytes: 5_000 }, { code: 'ShardReadQuotaExceed' }, { operation: 'heartbeat' }],
}

/** What users and dashboards rely on. */
const FAMILIES = {
  counter: [
    'shard_read_bytes_total',
    'shard_delivered_bytes_total',
    'shard_read_events_total',
    'shard_delivered_events_total',
    'shard_dropped_events_total',
    'shard_cpu_seconds_total',
    'shard_expired_seconds_total',
    'consumer_cpu_seconds_total',
    'consumer_restarts_total',
    'dead_letter_events_total',
    'hec_requests_total',
    'hec_sent_bytes_total',
    'hec_retries_total',
    'sls_requests_total',
    'sls_received_bytes_total',
  ],
  gauge: [
    'shard_throughput_bytes_per_second',
    'shard_cpu_ratio',
    'shard_lag_seconds',
    'shard_owner',
    'consumer_throughput_bytes_per_second',
    'consumer_cpu_ratio',
    'consumer_up',
    'consumer_target_bytes_per_second',
    'consumer_target_cpu_ratio',
    'consumer_target_met',
    'hec_endpoint_up',
    'hec_pending_acks',
    'in_flight_bytes',
    'build_info',
  ],
  histogram: ['hec_request_duration_seconds', 'sls_request_duration_seconds'],
}

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

describe('the text of a scrape', () => {
  it('declares every family from the start, with its help', async () => {
    const lines = (await start().render()).split('\n')
    for (const [type, names] of Object.entries(FAMILIES)) {
      for (const name of names) {
        expect(lines).toContain(`# TYPE sls2splunk_${name} ${type}`)
        expect(lines).toContainEqual(
          expect.stringMatching(new RegExp(`^# HELP sls2splunk_${name} [A-Z1].{8}`)),
        )
      }
    }
  })

  it.skipIf(!hasPromtool)(
    'passes promtool (skipped where the Debian package prometheus is not installed)',
    async () => {
      for (const source of ['logs', 'a "quoted" source\\with\nall \u{1F600}']) {
        const { tell, restart, render } = start(source)
        const check = async () =>
          execFileSync('promtool', ['check', 'metrics'], { input: await render(), stdio: 'pipe' })
        await check()
        tell('c1', everything)
        restart('c2', 'memory-limit')
        await check()
      }
    },
  )

  it('says of each thing what was told of it', async () => {
    const { tell, render } = start()
    tell('c1', everything)
    const lines = (await render()).split('\n')
    for (const line of [
      'shard_read_bytes_total{source="logs",shard="0"} 1000000',
      'shard_read_events_total{source="logs",shard="0"} 1000',
      'shard_delivered_bytes_total{source="logs",shard="0"} 900000',
      'shard_delivered_events_total{source="logs",shard="0"} 900',
      'shard_dropped_events_total{source="logs",shard="0"} 50',
      'shard_cpu_seconds_total{source="logs",shard="1"} 0.25',
      'shard_expired_seconds_total{source="logs",shard="1"} 3600',
      'dead_letter_events_total{source="logs",shard="1",reason="event-refused"} 2',
      'hec_pending_acks{source="logs",endpoint="splunk:8088"} 0',
      'shard_lag_seconds{source="logs",shard="1"} 1.5',
      'shard_owner{source="logs",shard="0",consumer="c1"} 1',
      'shard_throughput_bytes_per_second{source="logs",shard="0"} 1000000',
      'consumer_throughput_bytes_per_second{source="logs",consumer="c1"} 1000000',
      'consumer_cpu_ratio{source="logs",consumer="c1"} 0.5',
      'consumer_cpu_seconds_total{source="logs",consumer="c1"} 0.5',
      'consumer_up{source="logs",consumer="c1"} 1',
      'consumer_up{source="logs",consumer="c2"} 0',
      'in_flight_bytes{source="logs",consumer="c1"} 123',
      'hec_requests_total{source="logs",endpoint="splunk:8088",operation="event",code="0"} 3',
      'hec_requests_total{source="logs",endpoint="splunk:8088",operation="event",code="9"} 1',
      'hec_requests_total{source="logs",endpoint="splunk:8088",operation="health",code="17"} 1',
      'hec_sent_bytes_total{source="logs",endpoint="splunk:8088"} 1000',
      'hec_retries_total{source="logs",endpoint="splunk:8088",reason="busy"} 1',
      'hec_endpoint_up{source="logs",endpoint="splunk:8088"} 1',
      'hec_request_duration_seconds_bucket{le="0.25",source="logs",endpoint="splunk:8088",operation="event"} 4',
      'hec_request_duration_seconds_bucket{le="60",source="logs",endpoint="splunk:8088",operation="event"} 4',
      'hec_request_duration_seconds_count{source="logs",endpoint="splunk:8088",operation="event"} 5',
      'sls_requests_total{source="logs",operation="pull",code="ShardReadQuotaExceed"} 1',
      'sls_received_bytes_total{source="logs"} 5000',
      'build_info{version="0.1.0",node="PROCESS"} 1'.replace('PROCESS', process.version),
    ])
      expect(lines).toContain(`sls2splunk_${line}`)
  })

  const accepted = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3'
  it('is OpenMetrics for whoever asks for it', async () => {
    const { tell, metrics, render } = start()
    tell('c1', everything)
    const { text: openMetrics, contentType } = await metrics.render(accepted)
    expect(contentType).toMatch(/^application\/openmetrics-text; version=1\.0\.0/)
    expect(familiesOf(openMetrics)).toEqual(familiesOf((await render()).replaceAll('_total', '')))
    expect((await metrics.render('text/plain')).contentType).toMatch(/^text\/plain; version=0\.0\.4/)
    expect((await metrics.render(undefined)).text).not.toContain('# EOF')
  })
})

/** Reads as strictly as OpenMetrics is defined: families, each once, with their samples behind them, and an end. */
function familiesOf(exposition: string): string[] {
  const families: string[] = []
  const isOpen = exposition.endsWith('\n# EOF\n') || exposition.endsWith('\n# EOF')
  let family = { name: '', type: '' }
  for (const line of exposition.trim().split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (keyword === 'TYPE') {
      family = { name, type: rest }
      families.push(`${name} ${rest}`)
    } else if (keyword === undefined && line !== '# EOF' && (isOpen || line !== '')) {
      const suffixes = { counter: isOpen ? '_total' : '', gauge: '', histogram: '_(bucket|sum|count)' }[
        family.type
      ]
      expect(line).toMatch(new RegExp(`^${family.name}${suffixes}(\\{([a-z_]+="[^"]*",?)+\\})? [0-9.e+-]+$`))
    }
  }
  expect(new Set(families).size).toBe(families.length)
  return families.sort()
}

describe('counters', () => {
  it('only grow, over restarts of the worker and moves of its shards', async () => {
    const { tell, restart, value } = start()
    const read = () => value('shard_read_bytes_total{source="logs",shard="0"}')
    tell('c1', { held: [0], shards: [{ shard: 0, readBytes: 10 }], cpuSeconds: 1 })
    expect(await read()).toBe(10)
    restart('c1', 'stalled')
    expect(await read()).toBe(10)
    tell('c1', { held: [], shards: [{ shard: 0, readBytes: 5 }], cpuSeconds: 1 })
    tell('c2', { held: [0], shards: [{ shard: 0, readBytes: 3 }] })
    restart('c1', 'stalled')
    restart('c1', 'ENOSPC')
    expect(await read()).toBe(18)
    expect(await value('consumer_cpu_seconds_total{source="logs",consumer="c1"}')).toBe(2)
    expect(await value('consumer_restarts_total{source="logs",consumer="c1",reason="stalled"}')).toBe(2)
    expect(await value('consumer_restarts_total{source="logs",consumer="c1",reason="ENOSPC"}')).toBe(1)
    expect(await read()).toBe(18)
  })

  it('of the process are what the system says, and never go back', async () => {
    const { render } = start()
    const cpu = async () => Number(/^process_cpu_seconds_total (.+)$/m.exec(await render())?.[1])
    const before = await cpu()
    for (const end = performance.now() + 30; performance.now() < end; );
    expect(await cpu()).toBeGreaterThan(before)
    const told = await cpu()
    const { user, system } = process.cpuUsage()
    expect(told).toBeLessThanOrEqual((user + system) / 1e6)
  })
})

describe('what is gone', () => {
  it('is a consumer: nothing is said of its shards, and it is not up', async () => {
    const { tell, restart, render, value } = start()
    tell('c1', { held: [0] })
    expect(await render()).toMatch(/shard_owner\{/)
    restart('c1', 'stalled')
    expect(await value('consumer_up{source="logs",consumer="c1"}')).toBe(0)
    expect(await render()).not.toMatch(/shard_(owner|lag_seconds|cpu_ratio)\{/)
  })

  it('is a consumer that has not joined: it is not up', async () => {
    const { tell, value } = start()
    tell('c1', { joined: false })
    expect(await value('consumer_up{source="logs",consumer="c1"}')).toBe(0)
  })

  it('is a shard: after two minutes none of its counters is left, those of the others are', async () => {
    const { tell, render, pass } = start()
    tell('c1', { held: [0, 1], shards: [{ shard: 0 }, { shard: 1 }] })
    pass(60_000)
    tell('c1', { held: [0], shards: [{ shard: 0 }] })
    expect(await render()).toContain('shard="1"')
    pass(60_001)
    tell('c1', { held: [0], shards: [{ shard: 0 }] })
    const scrape = await render()
    expect(scrape).not.toContain('shard="1"')
    expect(scrape.match(/_total\{source="logs",shard="0"\}/g)).toHaveLength(7)
  })

  it('is an owner: a shard that moves has one', async () => {
    const { tell, render } = start()
    tell('c1', { held: [0] })
    await render()
    tell('c1', { held: [] })
    tell('c2', { held: [0] })
    const owners = (await render()).match(/^sls2splunk_shard_owner\{.*$/gm)
    expect(owners).toEqual(['sls2splunk_shard_owner{source="logs",shard="0",consumer="c2"} 1'])
  })

  it('is the contact with Splunk: the endpoint is down when no consumer has it', async () => {
    const { tell, value } = start()
    const up = () => value('hec_endpoint_up{source="logs",endpoint="splunk:8088"}')
    expect(await up()).toBeUndefined()
    const endpoints = ['splunk:8088']
    tell('c1', { endpoints })
    tell('c2', { endpoints, splunkUp: false })
    expect(await up()).toBe(1)
    tell('c1', { endpoints, splunkUp: false })
    expect(await up()).toBe(0)
  })
})

describe('the target', () => {
  it.each([
    ['idle', 0, 0.5, undefined],
    ['exactly met', 2e6, 0.2, 1],
    ['met at a tenth of the speed', 2e5, 0.02, 1],
    ['missed', 2e6, 0.21, 0],
    ['missed at a tenth of the speed', 2e5, 0.1, 0],
  ])('is %s', async (_, readBytes, cpuSeconds, met) => {
    const { tell, value } = start()
    tell('c1', { shards: [{ shard: 0, readBytes }], cpuSeconds })
    expect(await value('consumer_target_met{source="logs",consumer="c1"}')).toBe(met)
    expect(await value('consumer_target_bytes_per_second')).toBe(2_000_000)
    expect(await value('consumer_target_cpu_ratio')).toBe(0.2)
  })
})

describe('the HTTP endpoint', () => {
  const READY: Readiness = { ready: true, reasons: [] }

  async function serve(config: Partial<Parameters<typeof startHttp>[0]> = {}, readiness = () => READY) {
    const { metrics } = start()
    const endpoint = await startHttp(
      { host: '127.0.0.1', port: 0, ...config },
      { metrics, readiness, status: healthy, redact: text => text, log: { warn: () => {} } },
    )
    onTestFinished(endpoint.close)
    return endpoint
  }

  it('serves the metrics in the format that is asked for', async () => {
    const { url } = await serve()
    const plain = await fetch(`${url}/metrics`)
    expect([plain.status, plain.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/plain; version=0\.0\.4/),
    ])
    const open = await fetch(`${url}/metrics`, {
      headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    })
    expect(open.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\.0\.0/)
    expect(await open.text()).toMatch(/# EOF\n?$/)
  })

  it('serves all other metrics when no file descriptor is left for reading the memory', async () => {
    const { url } = await serve()
    const noFile = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
    const reading = vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
      throw noFile
    })
    onTestFinished(() => reading.mockRestore())
    const scrape = await fetch(`${url}/metrics`)
    const lines = (await scrape.text()).split('\n')
    expect(scrape.status).toBe(200)
    expect(lines).toContainEqual(expect.stringMatching(/^process_resident_memory_bytes nan$/i))
    expect(lines).toContainEqual(expect.stringMatching(/^sls2splunk_build_info\{.*\} 1$/))
  })

  it('is healthy, and ready or not with the reasons', async () => {
    const reasons = [{ source: 'logs', code: 'splunk-busy', text: 'busy', remedy: 'wait', shards: [1] }]
    let state: Readiness = { ready: false, reasons }
    const { url } = await serve({}, () => state)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const unready = await fetch(`${url}/readyz`)
    expect([unready.status, await unready.json()]).toEqual([503, state])
    state = READY
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, READY])
  })

  it.each([
    '/metrics',
    '/readyz',
    '/',
    '/api/status',
    '/healthz/',
    '/%68ealthz',
    '/healthz?token=x',
    '//healthz',
    '/metrics?/healthz',
    '/METRICS',
  ])('asks for the bearer token at %s', async path => {
    const { url } = await serve({ bearerToken: 'secret-of-the-scraper' })
    const statusOfToken = async (authorization?: string, method = 'GET') => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      return (await fetch(`${url}${path}`, { method, headers })).status
    }
    const wrong = [
      'Bearer wrong',
      'Bearer ',
      'Bearer secret-of-the-scraper2',
      'secret-of-the-scraper',
      'Basic secret-of-the-scraper',
    ]
    for (const authorization of [undefined, ...wrong]) expect(await statusOfToken(authorization)).toBe(401)
    expect(await statusOfToken(undefined, 'HEAD')).toBe(401)
    expect(await statusOfToken(undefined, 'POST')).toBe(401)
    expect(await statusOfToken('Bearer secret-of-the-scraper')).not.toBe(401)
  })

  it('tells whoever has no token how to come in, and nothing else', async () => {
    const { url } = await serve({ bearerToken: 'secret' })
    const refused = await fetch(`${url}/metrics`)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    expect(await refused.text()).not.toMatch(/sls2splunk_|secret/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('speaks TLS with a certificate of its own', async () => {
    const certificate = selfSigned('IP:127.0.0.1')
    const { url } = await serve({ tls: certificate })
    expect(url).toMatch(/^https:/)
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const asked = request(`${url}/healthz`, { ca: certificate.cert, agent: false })
    asked.on('response', response => text(response).then(resolve, reject)).on('error', reject)
    asked.end()
    expect(await promise).toBe('{"status":"ok"}')
  })

  it('rejects an address that is taken, and ends with connections open', async () => {
    const endpoint = await serve()
    const port = Number(new URL(endpoint.url).port)
    await expect(serve({ port })).rejects.toThrow('EADDRINUSE')
    await fetch(`${endpoint.url}/healthz`)
    await endpoint.close()
    await expect(fetch(`${endpoint.url}/healthz`)).rejects.toThrow()
  })
})
