/** What a new configuration changes while the service runs. Pure: the supervisor does it. */

import { isDeepStrictEqual } from 'node:util'
import type { Config, SourceConfig } from './types.ts'

export interface Difference {
  readonly added: readonly SourceConfig[]
  readonly removed: readonly SourceConfig[]
  /** Sources that stay, and something of them or for them is different. */
  readonly changed: readonly SourceChange[]
  /** Keys that take effect with the next start only. */
  readonly atNextStart: readonly string[]
}

export interface SourceChange {
  readonly source: SourceConfig
  readonly consumersBefore: number
  /** The consumer group has to be looked at again. */
  readonly group: boolean
  /** Its workers have to begin anew. */
  readonly workers: boolean
}

export function differenceOf(before: Config, after: Config): Difference {
  const known = new Map(before.sources.map(source => [source.name, source]))
  const wanted = new Map(after.sources.map(source => [source.name, source]))
  const stays = (source: SourceConfig) => isSamePlace(known.get(source.name), wanted.get(source.name))
  return {
    added: after.sources.filter(source => !stays(source)),
    removed: before.sources.filter(source => !stays(source)),
    changed: after.sources.filter(stays).flatMap(source => {
      const change = changeOf(source, known.get(source.name) ?? source, { before, after })
      return change ?? []
    }),
    atNextStart: AT_NEXT_START.filter(([, of]) => isDifferent(of(before), of(after))).map(([key]) => key),
  }
}

/** What only a new process can change. */
const AT_NEXT_START: readonly (readonly [string, (config: Config) => unknown])[] = [
  ['instance', ({ instance }) => instance],
  ['state_directory', ({ stateDirectory }) => stateDirectory],
  ['http', ({ http }) => http],
  ['log.format', ({ log }) => log.format],
  ['log.file', ({ log }) => log.file],
]

/** A source of the same name that reads something else is another source. */
function isSamePlace(before: SourceConfig | undefined, after: SourceConfig | undefined): boolean {
  const placeOf = (source: SourceConfig | undefined) =>
    source && [source.project, source.logstore, source.consumerGroup]
  return before !== undefined && after !== undefined && !isDifferent(placeOf(before), placeOf(after))
}

interface Configs {
  readonly before: Config
  readonly after: Config
}

function changeOf(source: SourceConfig, was: SourceConfig, of: Configs): SourceChange | undefined {
  const sls = isDifferent(of.before.sls, of.after.sls)
  const group = sls || isDifferent(groupOf(was), groupOf(source))
  const workers = sls || isDifferent(workersOf(of.before, was), workersOf(of.after, source))
  const isSame = !group && !workers && was.consumers === source.consumers
  return isSame ? undefined : { source, consumersBefore: was.consumers, group, workers }
}

const groupOf = ({ inOrder, heartbeatIntervalMs, startFrom }: SourceConfig) => [
  inOrder,
  heartbeatIntervalMs,
  startFrom,
]

/** What a worker is given, but for how many of them there are. */
function workersOf({ splunk, worker, deadLetters }: Config, { consumers: _, ...source }: SourceConfig) {
  return { splunk, worker, deadLetters, source }
}

function isDifferent(one: unknown, other: unknown): boolean {
  return !isDeepStrictEqual(one, other)
}
