/** A status as rows for a terminal. The first character of a row says what kind it is, also without colours. */

import { formatDuration } from '../../base/units.ts'
import { mebibytes, megabytes, NONE, percent, plural, ranges, whole } from '../../status/page/format.js'
import {
  circumstancesOf,
  deadLetterTone,
  lagOf,
  outlookOf,
  secondsBetween,
  shareOfTarget,
  targetText,
} from '../../status/page/view.js'
import {
  CONSUMER_WORDS,
  SERVICE_WORDS,
  SHARD_WORDS,
  SOURCE_WORDS,
  type Tone,
} from '../../status/page/words.js'
import { aligned, type Head } from '../terminal/table.ts'
import type { Answer, AnswerSource } from './answer.ts'

const MARKS: Readonly<Record<Tone, string>> = { ok: ' ', idle: ' ', warn: '!', bad: '✗' }

/** Returns all rows. Sentences are broken to fit the columns; tables are not. */
export function rowsOf(answer: Answer, columns = Number.POSITIVE_INFINITY): string[] {
  const sentences = [
    headOf(answer),
    totalsOf(answer),
    ...answer.reasons.flatMap(reason => reasonRows(reason, answer.time)),
    ...adviceRows(answer),
  ]
  return [
    ...sentences.flatMap(row => broken(row, columns)),
    ...answer.sources.flatMap(source => sourceRows(source, answer)),
  ]
}

const duration = (seconds: number) => formatDuration(seconds * 1_000)

const INDENT = '    '

/** Breaks a row between words and indents what follows. */
function broken(row: string, columns: number): string[] {
  if (row.length <= columns) return [row]
  const at = row.lastIndexOf(' ', columns)
  if (row.slice(0, at).trim() === '') return [row]
  return [row.slice(0, at), ...broken(INDENT + row.slice(at + 1), columns)]
}

function headOf({ state, summary }: Answer): string {
  const { word, tone } = SERVICE_WORDS[state]
  return `${tone === 'ok' ? '✓' : MARKS[tone]} ${word.toUpperCase()}  ${summary}`
}

function totalsOf(answer: Answer): string {
  const { instance, version, since, time, throughput_bytes_per_second: bytes } = answer
  return `  ${[
    `${instance}, version ${version}, up ${duration(secondsBetween(since, time))}`,
    `${megabytes(bytes)} MB/s`,
    `${whole(answer.delivered_events_per_second)} events/s`,
    `CPU ${percent(answer.cpu_ratio)}`,
    `lag ${lagOf(answer, duration).text}`,
  ].join('   ')}`
}

function reasonRows(reason: Answer['reasons'][number], now: string): string[] {
  return [
    '',
    `✗ ${reason.text}`,
    `  what to do: ${reason.remedy}`,
    `  ${circumstancesOf(reason, now, duration)}`,
    `  docs/${reason.runbook}`,
  ]
}

function adviceRows({ advice }: Answer): string[] {
  return advice.length === 0
    ? []
    : ['', ...advice.map(({ source, text }) => `  advice for ${source}: ${text}`)]
}

function sourceRows(source: AnswerSource, { target }: Answer): string[] {
  const { name, state, project, logstore, consumer_group: group } = source
  const { word, tone } = SOURCE_WORDS[state]
  const head = `${MARKS[tone]} ${name}: ${word}   ${project}/${logstore}, group ${group}`
  return ['', head, ...consumerRows(source, target), ...shardRows(source)]
}

interface Row {
  readonly tone: Tone
  readonly cells: readonly string[]
}

const CONSUMER_HEADS: readonly Head[] = [
  ['consumer', false],
  ['state', false],
  ['MB/s', true],
  ['CPU', true],
  ['of target', true],
  ['lag', true],
  ['restarts', true],
  ['memory', true],
  ['shards', false],
]

function consumerRows({ consumers, shards }: AnswerSource, target: Answer['target']): string[] {
  const lagOfOwner = (owner: string) => {
    const lags = shards.flatMap(each =>
      each.owner === owner && each.lag_seconds !== null ? [each.lag_seconds] : [],
    )
    return lags.length === 0 ? NONE : duration(Math.max(...lags))
  }
  const rows = consumers.map(consumer => {
    const { word, tone } = CONSUMER_WORDS[consumer.state]
    const share = shareOfTarget(consumer, target)
    return {
      tone: consumer.target_met === false && tone === 'ok' ? ('warn' as const) : tone,
      cells: [
        consumer.name,
        word,
        megabytes(consumer.throughput_bytes_per_second),
        percent(consumer.cpu_ratio),
        share === undefined ? 'idle' : `${Math.round(share * 100)} %`,
        lagOfOwner(consumer.name),
        whole(consumer.restarts),
        mebibytes(consumer.memory_bytes),
        consumer.shards.length === 0 ? NONE : ranges(consumer.shards),
      ],
    }
  })
  const title = `  ${plural(consumers.length, 'consumer')}; target for each: ${targetText(target)} of a core`
  return rows.length === 0 ? [] : [title, ...table(CONSUMER_HEADS, rows)]
}

const SHARD_HEADS: readonly Head[] = [
  ['shard', true],
  ['state', false],
  ['MB/s', true],
  ['CPU', true],
  ['lag', true],
  ['catches up', false],
  ['in flight', true],
  ['delivered', true],
  ['dead letters', true],
  ['owner', false],
]

function shardRows({ shards }: AnswerSource): string[] {
  const rows = shards.map(shard => {
    const { word, tone } = SHARD_WORDS[shard.state]
    const lag = lagOf(shard, duration)
    const outlook = outlookOf(shard, duration)
    return {
      tone: worstOf([tone, lag.tone, outlook.tone, deadLetterTone(shard)]),
      cells: [
        String(shard.shard),
        word,
        megabytes(shard.throughput_bytes_per_second),
        percent(shard.cpu_ratio),
        lag.text,
        outlook.text,
        whole(shard.in_flight_events),
        whole(shard.delivered_events),
        whole(shard.dead_letter_events),
        shard.owner,
      ],
    }
  })
  return rows.length === 0 ? [] : [`  ${plural(shards.length, 'shard')}`, ...table(SHARD_HEADS, rows)]
}

const BY_WEIGHT: readonly Tone[] = ['bad', 'warn', 'idle', 'ok']

const worstOf = (tones: readonly Tone[]): Tone => BY_WEIGHT.find(tone => tones.includes(tone)) ?? 'ok'

function table(heads: readonly Head[], rows: readonly Row[]): string[] {
  const lines = aligned(
    heads,
    rows.map(({ cells }) => cells),
  )
  const marks = [' ', ...rows.map(({ tone }) => MARKS[tone])]
  return lines.map((line, i) => `${marks[i]}   ${line}`)
}
