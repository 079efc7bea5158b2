/** The status document from what the supervisor knows. Nothing is remembered here. */

import type * as Status from '../../status/document.ts'
import type { Account } from '../state/account.ts'
import type { Board } from '../state/board.ts'
import type { Conditions } from '../state/conditions.ts'
import type { KnownSource } from '../state/facts.ts'
import { type Forecast, forecastOf } from '../state/forecast.ts'
import type { StatusHistory } from '../state/history.ts'
import type { RecentEvents } from '../state/recent-log.ts'
import { isTargetMet, TARGET } from '../state/target.ts'
import type { ConsumerView, EndpointView, ShardView } from '../state/views.ts'
import { adviceOf } from './advice.ts'
import { type Problem, problemsOf } from './problems.ts'
import { runbookOf } from './runbook.ts'
import { isHold, needsPerson } from './severity.ts'
import { stateOf, summaryOf } from './summary.ts'

export interface StatusParts {
  readonly version: string
  readonly instance: string
  readonly startedAt: Date
  readonly board: Board
  readonly account: Account
  readonly conditions: Conditions
  readonly history: StatusHistory
  readonly events: RecentEvents
  readonly sources: () => readonly KnownSource[]
  readonly isStopping: () => boolean
  readonly cpuRatio: () => number
  readonly reload: Status.ReloadStatus
}

/** What is looked at once for the whole document. */
interface Scene {
  readonly consumers: readonly ConsumerView[]
  readonly shards: readonly ShardView[]
  readonly problems: readonly Problem[]
  readonly forecasts: ReadonlyMap<ShardView, Forecast>
}

export function statusOf(parts: StatusParts): Status.StatusDocument {
  const scene = look(parts)
  const { consumers, shards, problems } = scene
  const sources = parts.sources()
  const lags = shards.flatMap(({ lagSeconds }) => lagSeconds ?? [])
  const throughput = consumers.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0)
  const isStopping = parts.isStopping()
  const state = stateOf({ consumers, problems, isStopping })
  return {
    version: parts.version,
    instance: parts.instance,
    state,
    summary: summaryOf({ state, consumers, shards, problems, throughput }),
    since: parts.startedAt.toISOString(),
    time: new Date().toISOString(),
    throughput_bytes_per_second: Math.round(throughput),
    delivered_events_per_second: Math.round(parts.account.deliveredEventsPerSecond()),
    cpu_ratio: rounded(parts.cpuRatio()),
    lag_seconds: lags.length > 0 ? rounded(Math.max(...lags)) : null,
    target: { bytes_per_second: TARGET.bytesPerSecond, cpu_ratio: TARGET.cpuRatio },
    reasons: problems.map(reasonOf),
    advice: adviceOf({ sources, shards, forecasts: scene.forecasts }),
    sources: sources.map(source => sourceOf(source, scene, parts)),
    endpoints: parts.board.endpoints().map(endpoint => endpointOf(endpoint, parts.account)),
    reload: parts.reload,
    events: parts.events.list(),
    history: parts.history.series(),
  }
}

function look({ board, conditions, history, sources }: StatusParts): Scene {
  const [consumers, shards] = [board.consumers(), board.shards()]
  const retention = new Map(sources().map(({ name, facts }) => [name, facts.retentionSeconds]))
  const forecasts = new Map(
    shards.flatMap(shard => {
      const lags = history.lagsOf(shard.source, shard.shard)
      const forecast = forecastOf(lags, retention.get(shard.source))
      return forecast ? [[shard, forecast] as const] : []
    }),
  )
  return { consumers, shards, problems: problemsOf(consumers, shards, conditions), forecasts }
}

function sourceOf(source: KnownSource, scene: Scene, parts: StatusParts): Status.SourceStatus {
  const { name } = source
  const ofSource = (each: { readonly source: string }) => each.source === name
  const consumers = scene.consumers.filter(ofSource)
  const shards = scene.shards.filter(ofSource)
  const problems = scene.problems.filter(ofSource)
  const state = stateOf({ consumers, problems, isStopping: false })
  return {
    name,
    project: source.project,
    logstore: source.logstore,
    consumer_group: source.consumerGroup,
    state: source.consumers === 0 ? 'paused' : state,
    consumers: consumers.map(consumer => consumerOf(consumer, shards)),
    shards: shards.map(shard => shardOf(shard, { problems, forecast: scene.forecasts.get(shard) }, parts)),
  }
}

function consumerOf(consumer: ConsumerView, shards: readonly ShardView[]): Status.ConsumerStatus {
  const held = shards.filter(({ owner }) => owner === consumer.consumer)
  return {
    name: consumer.consumer,
    state: consumerStateOf(consumer, held),
    restarts: consumer.restarts,
    throughput_bytes_per_second: Math.round(consumer.bytesPerSecond),
    cpu_ratio: rounded(consumer.cpuRatio),
    target_met: isTargetMet(consumer.bytesPerSecond, consumer.cpuRatio) ?? null,
    in_flight_bytes: consumer.inFlightBytes,
    memory_bytes: consumer.memoryBytes,
    shards: held.map(({ shard }) => shard),
  }
}

function consumerStateOf(
  { up, joined, restarts }: ConsumerView,
  held: readonly ShardView[],
): Status.ConsumerStatus['state'] {
  if (!up) return restarts > 0 ? 'down' : 'starting'
  if (!joined) return 'starting'
  if (held.length === 0) return 'standby'
  return held.every(({ state }) => state === 'draining') ? 'draining' : 'working'
}

interface OfShard {
  readonly problems: readonly Problem[]
  readonly forecast: Forecast | undefined
}

function shardOf(
  view: ShardView,
  { problems, forecast }: OfShard,
  { account }: StatusParts,
): Status.ShardStatus {
  const { shard, source, owner, state, lagSeconds } = view
  const isHeld = problems.some(({ code, shards }) => isHold(code) && shards.includes(shard))
  const counts = account.shard(source, shard)
  return {
    shard,
    owner,
    state: isHeld && state !== 'draining' ? 'held' : state,
    throughput_bytes_per_second: Math.round(view.bytesPerSecond),
    cpu_ratio: rounded(view.cpuRatio),
    lag_seconds: lagSeconds === undefined ? null : rounded(lagSeconds),
    read_events: counts.readEvents,
    delivered_events: counts.deliveredEvents,
    dropped_events: counts.droppedEvents,
    dead_letter_events: counts.deadLetterEvents,
    in_flight_events: view.inFlightEvents,
    catch_up_seconds: wholeOrNull(forecast?.catchUpSeconds),
    retention_overrun_seconds: wholeOrNull(forecast?.retentionOverrunSeconds),
  }
}

function endpointOf({ source, endpoint, up, pendingAcks }: EndpointView, account: Account) {
  const { answers, latencySeconds } = account.endpoint(source, endpoint)
  const latency = latencySeconds && {
    p50: rounded(latencySeconds.p50),
    p99: rounded(latencySeconds.p99),
  }
  return { source, endpoint, up, pending_acks: pendingAcks, answers, latency_seconds: latency ?? null }
}

function reasonOf(problem: Problem): Status.StatusReason {
  const { code, text, remedy, source, shards, endpoint, tries, since } = problem
  return {
    code,
    text,
    remedy,
    source,
    shards,
    ...(endpoint !== undefined && { endpoint }),
    tries,
    since: since.toISOString(),
    needs_person: needsPerson(code),
    runbook: runbookOf(code),
  }
}

const wholeOrNull = (value: number | undefined) => (value === undefined ? null : Math.round(value))

/** To thousandths: more is noise on a page that is sent every second. */
const rounded = (value: number) => Math.round(value * 1_000) / 1_000
