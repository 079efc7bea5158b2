/** Status documents as a running service gives them, one for each state of affairs that page and command must show. */

import type {
  ConsumerStatus,
  EndpointStatus,
  History,
  ShardStatus,
  SourceStatus,
  StatusDocument,
  StatusEvent,
  StatusReason,
} from '../../src/status/document.ts'

const NOW_MS = Date.parse('2026-03-14T09:26:53.000Z')
const INTERVAL_S = 5
const POINTS = 120
const TARGET = { bytes_per_second: 2_000_000, cpu_ratio: 0.2 }

const ago = (seconds: number) => new Date(NOW_MS - seconds * 1_000).toISOString()

export interface Size {
  readonly shards: number
  readonly consumers: number
  /** Raw bytes a second of each shard. */
  readonly bytesPerSecond?: number
}

/** Nothing is wrong: one source, everything caught up. */
export function healthy(size: Size = { shards: 8, consumers: 4 }): StatusDocument {
  return documentOf({ sources: [sourceOf('actiontrail', size)], events: CALM_EVENTS })
}

/** The largest installation that the page must stay quick with. */
export const large = (): StatusDocument => healthy({ shards: 64, consumers: 16, bytesPerSecond: 450_000 })

export function splunkDown(): StatusDocument {
  const source = sourceOf('actiontrail', { shards: 8, consumers: 4, bytesPerSecond: 0 })
  const reason: StatusReason = {
    code: 'splunk-unreachable',
    text: 'Splunk cannot be reached (ECONNREFUSED)',
    remedy: 'check splunk.url, the firewall, and that the HTTP Event Collector is enabled',
    source: 'actiontrail',
    shards: [0, 1, 2, 3, 4, 5, 6, 7],
    endpoint: 'splunk-1.example.com:8088',
    tries: 37,
    since: ago(372),
    needs_person: false,
    runbook: 'runbook.md#splunk-unreachable',
  }
  return documentOf({
    state: 'down',
    summary: 'Nothing is delivered: Splunk cannot be reached (ECONNREFUSED).',
    reasons: [reason],
    sources: [{ ...source, state: 'down', shards: source.shards.map(held(372)) }],
    endpoints: [endpointOf({ up: false, answers: { '0': 48_211, ECONNREFUSED: 37 }, latency_seconds: null })],
    history: fallOf(source),
    events: [
      ...CALM_EVENTS,
      {
        time: ago(372),
        level: 'error',
        text: 'Splunk cannot be reached: every shard of actiontrail waits',
        source: 'actiontrail',
      },
    ],
  })
}

export function tokenRefused(): StatusDocument {
  const down = splunkDown()
  const [reason] = down.reasons
  return {
    ...down,
    summary: 'Nothing is delivered: Splunk refuses the HEC token (403, code 4: Invalid token).',
    reasons: reason
      ? [
          {
            ...reason,
            code: 'splunk-token-refused',
            text: 'Splunk refuses the HEC token (403, code 4: Invalid token)',
            remedy:
              'check splunk.token (token_file is read again at every try) and that the token exists on every indexer',
            tries: 9,
            since: ago(118),
            needs_person: true,
            runbook: 'runbook.md#splunk-token-refused',
          },
        ]
      : [],
    endpoints: [endpointOf({ answers: { '0': 48_211, '4': 9 } })],
  }
}

/** One shard is far behind and will lose logs to retention; another is held for its index. */
export function shardBehind(): StatusDocument {
  const source = sourceOf('actiontrail', { shards: 8, consumers: 4 })
  const behind = (shard: ShardStatus): ShardStatus => ({
    ...shard,
    throughput_bytes_per_second: 5_100_000,
    lag_seconds: 14_200,
    catch_up_seconds: null,
    retention_overrun_seconds: 5_400,
  })
  const changed = source.shards.map(shard =>
    shard.shard === 3 ? behind(shard) : shard.shard === 5 ? held(95)(shard) : shard,
  )
  return documentOf({
    state: 'degraded',
    summary:
      'Logs are flowing: 10.9 MB/s from 8 shards, at most 3h 56m behind, but Splunk refuses the index of an event (400, code 7: Incorrect index).',
    lag_seconds: 14_200,
    reasons: [
      {
        code: 'splunk-index-refused',
        text: 'Splunk refuses the index of an event (400, code 7: Incorrect index)',
        remedy:
          "create the index, add it to the token's allowed indexes, or change splunk.index or the route",
        source: 'actiontrail',
        shards: [5],
        endpoint: 'splunk-1.example.com:8088',
        tries: 4,
        since: ago(95),
        needs_person: true,
        runbook: 'runbook.md#splunk-index-refused',
      },
    ],
    advice: [
      {
        code: 'retention-overrun',
        text: 'shard 3 is 3h 56m behind and falls back: in 1h 30m logs expire before they are read',
        source: 'actiontrail',
        shard: 3,
      },
      {
        code: 'spare-consumers',
        text: '10 consumers for 8 shards: 2 stand by and take over when another fails',
        source: 'actiontrail',
      },
    ],
    sources: [{ ...source, state: 'degraded', shards: changed }],
    history: {
      ...historyOf([{ ...source, shards: changed }], 10_900_000),
      lag_seconds: Array.from({ length: POINTS }, (_, step) => 14_200 - (POINTS - 1 - step) * 2.1),
    },
    events: [
      ...CALM_EVENTS,
      {
        time: ago(95),
        level: 'warn',
        text: 'held: Splunk refuses the index "secuirty"',
        source: 'actiontrail',
        shard: 5,
      },
    ],
  })
}

export function workerRestarted(): StatusDocument {
  const source = sourceOf('actiontrail', { shards: 8, consumers: 4 })
  const restarted = (consumer: ConsumerStatus): ConsumerStatus => ({
    ...consumer,
    state: 'starting',
    restarts: 1,
    throughput_bytes_per_second: 0,
    cpu_ratio: 0,
    target_met: null,
    shards: [],
  })
  const consumers = source.consumers.map((each, i) => (i === 1 ? restarted(each) : each))
  return documentOf({
    state: 'degraded',
    summary:
      'Logs are flowing: 7.6 MB/s from 8 shards, at most 2s behind; worker soc-box-1-actiontrail-2 was restarted 3s ago.',
    sources: [{ ...source, state: 'degraded', consumers }],
    events: [
      ...CALM_EVENTS,
      {
        time: ago(3),
        level: 'warn',
        text: 'restarted: its thread passed memory_limit (512 MiB)',
        source: 'actiontrail',
        consumer: 'soc-box-1-actiontrail-2',
      },
    ],
  })
}

export function starting(): StatusDocument {
  const source = sourceOf('actiontrail', { shards: 0, consumers: 4, bytesPerSecond: 0 })
  const consumers = source.consumers.map(each => ({ ...each, state: 'starting' as const, memory_bytes: 0 }))
  return documentOf({
    state: 'starting',
    summary: 'Starting: consumers join their group.',
    since: ago(2),
    lag_seconds: null,
    sources: [{ ...source, state: 'starting', consumers }],
    endpoints: [],
    history: historyOf([], 0),
  })
}

/** One of two sources is paused. */
export function paused(): StatusDocument {
  const running = sourceOf('actiontrail', { shards: 4, consumers: 2 })
  const resting: SourceStatus = {
    ...sourceOf('flowlogs', { shards: 0, consumers: 0 }),
    logstore: 'vpc-flow',
    state: 'paused',
  }
  return documentOf({
    summary: 'Logs are flowing: 3.8 MB/s from 4 shards, at most 2s behind.',
    sources: [running, resting],
    reload: { time: ago(600), ok: true, text: 'flowlogs: consumers 2 → 0' },
  })
}

/** No source at all, nothing ever happened. */
export function empty(): StatusDocument {
  return documentOf({
    summary: 'Paused: no consumers are configured.',
    lag_seconds: null,
    sources: [],
    endpoints: [],
    history: historyOf([], 0),
  })
}

/** Everything that comes from outside, written by somebody who means harm. */
export function hostile(): StatusDocument {
  const nasty = '<img src=x onerror=alert(1)>"\u001b[31m\u202e'
  const { reasons, ...rest } = splunkDown()
  return {
    ...rest,
    summary: `Nothing is delivered: ${nasty}`,
    reasons: reasons.map(reason => ({
      ...reason,
      text: nasty,
      remedy: nasty,
      runbook: `javascript:alert(1)//${nasty}`,
    })),
    events: [{ time: ago(1), level: 'error', text: nasty, source: nasty }],
  }
}

const CALM_EVENTS: readonly StatusEvent[] = [
  { time: ago(11_520), level: 'info', text: 'started with 4 consumers', source: 'actiontrail' },
  {
    time: ago(11_514),
    level: 'info',
    text: 'has joined and holds shards 0 and 4',
    source: 'actiontrail',
    consumer: 'soc-box-1-actiontrail-1',
  },
  { time: ago(7_260), level: 'info', text: 'configuration read again: the token has changed' },
  {
    time: ago(4_031),
    level: 'info',
    text: 'moved to soc-box-1-actiontrail-2',
    source: 'actiontrail',
    shard: 6,
  },
]

function documentOf(change: Partial<StatusDocument> & Pick<StatusDocument, 'sources'>): StatusDocument {
  const consumers = change.sources.flatMap(each => each.consumers)
  const shards = change.sources.flatMap(each => each.shards)
  const total = sumOf(shards.map(each => each.throughput_bytes_per_second))
  return {
    version: '0.1.0',
    instance: 'soc-box-1',
    state: 'ok',
    summary: `Logs are flowing: ${(total / 1e6).toFixed(1)} MB/s from ${shards.length} shards, at most 2s behind.`,
    since: ago(11_520),
    time: ago(0),
    throughput_bytes_per_second: total,
    delivered_events_per_second: total / 540,
    cpu_ratio: sumOf(consumers.map(each => each.cpu_ratio)) + 0.011,
    lag_seconds: Math.max(0, ...shards.map(each => each.lag_seconds ?? 0)),
    target: TARGET,
    reasons: [],
    advice: [],
    endpoints: [endpointOf({}), endpointOf({ endpoint: 'splunk-2.example.com:8088' })],
    reload: { time: null, ok: true, text: 'as at the start' },
    events: [],
    history: historyOf(change.sources, total),
    ...change,
  }
}

function sourceOf(name: string, { shards, consumers, bytesPerSecond = 950_000 }: Size): SourceStatus {
  const names = Array.from({ length: consumers }, (_, i) => `soc-box-1-${name}-${i + 1}`)
  const shardList = Array.from({ length: shards }, (_, i) => shardOf(i, names, bytesPerSecond))
  return {
    name,
    project: 'soc-prod',
    logstore: name === 'actiontrail' ? 'actiontrail_audit' : name,
    consumer_group: 'sls2splunk',
    state: 'ok',
    consumers: names.map((each, i) => consumerOf(each, i, shardList)),
    shards: shardList,
  }
}

/** Between 0.8 and 1.2, always the same for the same numbers. */
const vary = (seed: number, step = 0) =>
  1 + 0.12 * Math.sin(seed * 2.1 + step / 7) + 0.08 * Math.sin(seed * 5.3 + step / 2.3)

function shardOf(shard: number, owners: readonly string[], bytesPerSecond: number): ShardStatus {
  const rate = bytesPerSecond * vary(shard)
  const delivered = 5_813_400 + shard * 21_737
  return {
    shard,
    owner: owners[shard % owners.length] ?? '',
    state: shard % 3 === 0 ? 'reading' : 'caught-up',
    throughput_bytes_per_second: rate,
    cpu_ratio: (rate / TARGET.bytes_per_second) * 0.13,
    lag_seconds: 0.6 + (shard % 5) * 0.3,
    read_events: delivered + 412,
    delivered_events: delivered,
    dropped_events: 0,
    dead_letter_events: shard === 4 ? 2 : 0,
    in_flight_events: shard === 4 ? 410 : 412,
    catch_up_seconds: null,
    retention_overrun_seconds: null,
  }
}

function consumerOf(name: string, index: number, shards: readonly ShardStatus[]): ConsumerStatus {
  const own = shards.filter(each => each.owner === name)
  const rate = sumOf(own.map(each => each.throughput_bytes_per_second))
  return {
    name,
    state: own.length > 0 ? 'working' : 'standby',
    restarts: 0,
    throughput_bytes_per_second: rate,
    cpu_ratio: sumOf(own.map(each => each.cpu_ratio)),
    target_met: rate > 0 ? true : null,
    in_flight_bytes: own.length * 1_300_000,
    memory_bytes: 96e6 + index * 2.5e6,
    shards: own.map(each => each.shard),
  }
}

function endpointOf(change: Partial<EndpointStatus>): EndpointStatus {
  return {
    source: 'actiontrail',
    endpoint: 'splunk-1.example.com:8088',
    up: true,
    pending_acks: 0,
    answers: { '0': 48_211, '9': 3 },
    latency_seconds: { p50: 0.021, p99: 0.087 },
    ...change,
  }
}

/** A shard as it is when nothing has been delivered for so many seconds. */
const held =
  (seconds: number) =>
  (shard: ShardStatus): ShardStatus => ({
    ...shard,
    state: 'held',
    throughput_bytes_per_second: 0,
    cpu_ratio: 0,
    lag_seconds: seconds,
  })

function historyOf(sources: readonly SourceStatus[], total: number): History {
  const steps = Array.from({ length: total > 0 ? POINTS : 0 }, (_, step) => step)
  const lines = (rate: number, seed: number) => steps.map(step => Math.round(rate * vary(seed, step)))
  return {
    interval_seconds: INTERVAL_S,
    throughput_bytes_per_second: lines(total, 1),
    lag_seconds: steps.map(step => 1.2 + 0.5 * Math.sin(step / 9) + (step % 41 === 0 ? 2 : 0)),
    cpu_ratio: steps.map(step => (total / TARGET.bytes_per_second) * 0.13 * vary(2, step)),
    hec_latency_p99_seconds: steps.map(step => (step < 8 ? null : 0.08 * vary(3, step * 2))),
    shards: Object.fromEntries(
      sources.flatMap(({ name, shards }) =>
        shards.map(each => [`${name}/${each.shard}`, lines(each.throughput_bytes_per_second, each.shard)]),
      ),
    ),
    consumers: Object.fromEntries(
      sources.flatMap(({ consumers }) =>
        consumers.map((each, i) => [each.name, lines(each.throughput_bytes_per_second, i)]),
      ),
    ),
  }
}

/** Full speed until 372 s ago, nothing since. */
function fallOf({ name }: SourceStatus): History {
  const before = sourceOf(name, { shards: 8, consumers: 4 })
  const full = historyOf([before], 7_600_000)
  const last = POINTS - Math.round(372 / INTERVAL_S)
  const cut = (line: readonly number[]) => line.map((value, i) => (i < last ? value : 0))
  const cutAll = (lines: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(lines).map(([key, line]) => [key, cut(line)]))
  return {
    ...full,
    throughput_bytes_per_second: cut(full.throughput_bytes_per_second),
    cpu_ratio: full.cpu_ratio.map((value, i) => (i < last ? value : 0.012)),
    lag_seconds: full.lag_seconds.map((value, i) => (i < last ? value : (i - last) * INTERVAL_S)),
    hec_latency_p99_seconds: full.hec_latency_p99_seconds.map((value, i) => (i < last ? value : null)),
    shards: cutAll(full.shards),
    consumers: cutAll(full.consumers),
  }
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
