/** The state of the service in one word, and in one sentence for somebody who has ten seconds. */

import { formatDuration } from '../../base/units.ts'
import type { ServiceState } from '../../status/document.ts'
import type { ConsumerView, ShardView } from '../state/views.ts'
import { witnessesOf } from '../state/witnesses.ts'
import type { Problem } from './problems.ts'

interface Seen {
  readonly consumers: readonly ConsumerView[]
  readonly problems: readonly Problem[]
}

/** Of the service, or of one source. */
export function stateOf({ consumers, problems, isStopping }: Seen & { isStopping: boolean }): ServiceState {
  if (isStopping) return 'stopping'
  const running = consumers.filter(({ up, joined }) => up && joined)
  const canDeliver = witnessesOf(running).some(({ splunkUp }) => splunkUp === true)
  if (problems.length === 0) return 'ok'
  if (canDeliver) return 'degraded'
  return problems.every(isOfBeginning) && consumers.every(({ restarts }) => restarts === 0)
    ? 'starting'
    : 'down'
}

/** Nothing has failed yet: it has not been tried. */
function isOfBeginning({ code }: Problem): boolean {
  return code === 'consumer-down' || code === 'not-joined' || code === 'no-contact'
}

export interface Said extends Seen {
  readonly state: ServiceState
  readonly shards: readonly ShardView[]
  /** Bytes of raw log data a second. */
  readonly throughput: number
}

export function summaryOf(said: Said): string {
  const { state, problems, consumers } = said
  if (state === 'stopping') return 'Stopping: what is held is being delivered.'
  if (consumers.length === 0) return 'Paused: no consumers are configured.'
  if (state === 'starting') return 'Starting: consumers join their group.'
  const [worst] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  if (state === 'down') return `Nothing is delivered: ${worst?.text ?? 'see the log'}${more}.`
  const flow = flowOf(said)
  return worst ? `${flow}, but ${worst.text}${more}.` : `${flow}${restartsOf(consumers)}.`
}

function flowOf({ shards, throughput }: Said): string {
  const lag = Math.max(0, ...shards.map(({ lagSeconds }) => lagSeconds ?? 0))
  const many = shards.length === 1 ? '1 shard' : `${shards.length} shards`
  if (throughput === 0) return `All is delivered: ${many}, no new logs at the moment`
  const megabytes = (throughput / 1e6).toFixed(throughput < 1e6 ? 2 : 1)
  const behind = lag < 1 ? 'up to date' : `at most ${formatDuration(Math.round(lag) * 1_000)} behind`
  return `Logs are flowing: ${megabytes} MB/s from ${many}, ${behind}`
}

/** A worker that came back is worth a word for a while. */
function restartsOf(consumers: readonly ConsumerView[]): string {
  const recent = consumers.filter(
    ({ sinceRestartMs }) => sinceRestartMs !== undefined && sinceRestartMs < SAID_MS,
  )
  const [first] = recent
  if (!first) return ''
  const ago = formatDuration(Math.round((first.sinceRestartMs ?? 0) / 1_000) * 1_000)
  return `; worker ${first.consumer} was restarted ${ago} ago`
}

const SAID_MS = 60_000
