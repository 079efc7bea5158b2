/** What the page and the terminal say of consumers, shards and endpoints: words and numbers, no elements. */

/** @import { ConsumerStatus, EndpointStatus, ShardStatus, StatusDocument, StatusReason } from '../document.ts' */
/** @import { Unit } from './scale.js' */
/** @import { Tone } from './words.js' */
import { latency, NONE, percent, plural, shardNames, span } from './format.js'
import { answerName } from './words.js'

/** @typedef {{ readonly text: string, readonly tone: Tone }} Toned */

/** Behind by so much, a shard is worth a look. */
const LAG_WARN_S = 60

/** Says so many seconds in words. @typedef {(seconds: number) => string} Duration */

/** @param {Pick<ShardStatus, 'lag_seconds'>} shard @param {Duration} [say] @returns {Toned} */
export function lagOf({ lag_seconds: seconds }, say = span) {
  if (seconds === null) return { text: NONE, tone: 'idle' }
  return { text: say(seconds), tone: seconds >= LAG_WARN_S ? 'warn' : 'ok' }
}

/**
 * When a shard will have caught up, or lose logs.
 * @param {Pick<ShardStatus, 'catch_up_seconds' | 'retention_overrun_seconds'>} shard
 * @param {Duration} [say]
 * @returns {Toned}
 */
export function outlookOf({ catch_up_seconds: catchUp, retention_overrun_seconds: overrun }, say = span) {
  if (overrun !== null) return { text: `logs expire in ${say(overrun)}`, tone: 'bad' }
  if (catchUp !== null) return { text: `in ${say(catchUp)}`, tone: 'warn' }
  return { text: NONE, tone: 'idle' }
}

/** @param {Pick<ShardStatus, 'dead_letter_events'>} shard @returns {Tone} */
export const deadLetterTone = ({ dead_letter_events: events }) => (events > 0 ? 'warn' : 'ok')

/**
 * How much CPU a consumer takes of what the target would allow for the bytes it reads: 1 is just the target. Undefined
 * while it is idle.
 * @param {Pick<ConsumerStatus, 'throughput_bytes_per_second' | 'cpu_ratio' | 'target_met'>} consumer
 * @param {StatusDocument['target']} target
 */
export function shareOfTarget(
  { throughput_bytes_per_second: bytes, cpu_ratio: cpu, target_met: met },
  target,
) {
  const allowed = (bytes / target.bytes_per_second) * target.cpu_ratio
  return met === null || allowed === 0 ? undefined : cpu / allowed
}

/** @param {Pick<ConsumerStatus, 'target_met'>} consumer @returns {Tone} */
export const targetTone = ({ target_met: met }) => (met === false ? 'warn' : 'ok')

/** `2 MB/s at 20.0 %`. @param {StatusDocument['target']} target */
export const targetText = target =>
  `${Number((target.bytes_per_second / 1e6).toFixed(2))} MB/s at ${percent(target.cpu_ratio)}`

/** CPU for each MB/s, beside the target's. @param {StatusDocument} status */
export function costText({ throughput_bytes_per_second: bytes, cpu_ratio: cpu, target }) {
  const goal = `target ${percent(target.cpu_ratio / (target.bytes_per_second / 1e6))}`
  return bytes < 1e4
    ? `idle; ${goal} for each MB/s`
    : `${percent(cpu / (bytes / 1e6))} for each MB/s; ${goal}`
}

/** The slowest endpoint's. @param {readonly EndpointStatus[]} endpoints */
export function worstLatency(endpoints) {
  const known = endpoints.flatMap(each => (each.latency_seconds ? [each.latency_seconds] : []))
  return known.length === 0
    ? undefined
    : { p50: Math.max(...known.map(each => each.p50)), p99: Math.max(...known.map(each => each.p99)) }
}

/** @param {Pick<EndpointStatus, 'latency_seconds'>} endpoint */
export const latencyText = ({ latency_seconds: of }) =>
  of === null ? NONE : `${latency(of.p50)} / ${latency(of.p99)}`

/** What was answered, the most frequent first. @param {Pick<EndpointStatus, 'answers'>} endpoint */
export function answersOf({ answers }) {
  return Object.entries(answers)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => ({
      name: answerName(code),
      count,
      isGood: code === '0' || code === '24' || code === '25',
    }))
}

/**
 * Of a matter's place: `actiontrail, shards 0–3, splunk:8088`.
 * @param {readonly (string | undefined)[]} parts
 */
export const placeOf = parts => parts.filter(part => part !== undefined && part !== '').join(', ')

/**
 * Where something is wrong, since when, and whether it waits for somebody.
 * @param {Pick<StatusReason, 'source' | 'shards' | 'endpoint' | 'tries' | 'since' | 'needs_person'>} reason
 * @param {string} now
 * @param {Duration} [say]
 */
export function circumstancesOf(reason, now, say = span) {
  const { source, shards, endpoint, tries, since, needs_person: needsPerson } = reason
  const age = `since ${say(secondsBetween(since, now))}`
  const failed = tries > 0 ? `, ${plural(tries, 'failed try', 'failed tries')}` : ''
  const outlook = needsPerson ? 'does not heal by itself' : 'goes on by itself once the cause is gone'
  return `${placeOf([source, shardNames(shards), endpoint])} · ${age}${failed} · ${outlook}`
}

/** Never less than none. @param {string} from @param {string} to */
export const secondsBetween = (from, to) => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000)

/**
 * @typedef {object} Quantity
 * @property {string} name for those who do not see the drawing
 * @property {(value: number) => string} format a value with its unit
 * @property {readonly Unit[]} units of the axis, the largest first
 */

/** @typedef {{ readonly values: readonly (number | null)[], readonly intervalSeconds: number }} Series */

/** What a chart shows, for those who do not see it. @param {Series} series @param {Quantity} quantity */
export function seriesText({ values, intervalSeconds }, { name, format }) {
  const known = values.filter(value => value !== null)
  const last = values.at(-1)
  if (known.length === 0) return `${name}: nothing measured yet`
  const range = `between ${format(Math.min(...known))} and ${format(Math.max(...known))}`
  const now = last === null || last === undefined ? 'now unknown' : `now ${format(last)}`
  return `${name} of the last ${span(values.length * intervalSeconds)}: ${range}, ${now}`
}
