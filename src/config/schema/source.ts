/** An entry of `sources`: one logstore, read through one consumer group. */

import { z } from 'zod'
import { ok, type Parsed, wrong } from '../../base/parsed.ts'
import { present } from '../present.ts'
import { section } from '../section.ts'
import { DEFAULT_CONSUMER_GROUP } from '../source-rules.ts'
import { parseStartPosition, START_POSITION_FORM } from '../start-position.ts'
import type { EventConfig, SourceConfig, StartPosition } from '../types.ts'
import { duration, flag, integer, listOf, parsed, text } from '../values.ts'
import { routesSchema } from './route.ts'

export function sourcesSchema() {
  return listOf(section(keysOf(), toSourceConfig), 'a list with one entry for each logstore', 1)
}

function keysOf() {
  return {
    name: text('up to 128 printable characters', /^[^\s\p{C}]([^\p{C}]{0,126}[^\s\p{C}])?$/u)
      .describe('Name in metrics, logs and commands; default PROJECT/LOGSTORE')
      .optional(),
    project: text(
      'a project name: 3 to 63 lower-case letters, digits and hyphens',
      /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    ).describe('Project that the logstore belongs to'),
    logstore: text(
      'a logstore name: 2 to 80 lower-case letters, digits, hyphens and underscores',
      /^[0-9a-z][0-9a-z_-]{0,78}[0-9a-z]$/,
    ).describe('Logstore to read'),
    consumer_group: text(
      'a group name: up to 128 letters, digits, hyphens and underscores',
      /^[0-9a-zA-Z_-]{1,128}$/,
    )
      .prefault(DEFAULT_CONSUMER_GROUP)
      .describe('Consumer group that holds the checkpoints; made when it does not exist'),
    consumers: integer(0, 1024)
      .prefault(1)
      .describe('Worker threads that share the shards; 0 pauses the source'),
    start_from: startFrom()
      .prefault('end')
      .describe('begin, end or a time; used only for a shard that has no checkpoint yet'),
    in_order: flag()
      .prefault(false)
      .describe(
        'true: strict order inside a shard and across splits and merges; false: requests of one page may overlap',
      ),
    query: text().describe('SPL that filters and projects on the server').optional(),
    heartbeat_interval: duration({ min: '1s', max: '60s', fallback: '20s' }).describe(
      "The group's timeout on the server is three times this",
    ),
    fetch_interval: duration({ min: '100ms', max: '5m', fallback: '1s' }).describe(
      'Pause after an empty pull',
    ),
    checkpoint_interval: duration({ min: '100ms', max: '10m', fallback: '5s' }).describe(
      'Time between two saved checkpoints of a shard',
    ),
    routes: routesSchema()
      .prefault([])
      .describe('The first match wins; no match: forwarded with the defaults'),
    event: event().prefault({}).describe('What an event holds'),
  }
}

function event() {
  const metadata = flag().prefault(true).describe('Adds __topic__, __source__ and __tag__:NAME to the event')
  return section({ metadata }, (keys): EventConfig => keys)
}

function startFrom() {
  const time = parsed(START_POSITION_FORM, parseStartFrom)
  return z.preprocess(value => (value instanceof Date ? value.toISOString() : value), time)
}

function parseStartFrom(value: string): Parsed<StartPosition> {
  const position = parseStartPosition(value)
  return position === undefined ? wrong(`must be ${START_POSITION_FORM}`) : ok(position)
}

function toSourceConfig(keys: z.output<z.ZodObject<ReturnType<typeof keysOf>>>): SourceConfig {
  return present({
    name: keys.name ?? `${keys.project}/${keys.logstore}`,
    project: keys.project,
    logstore: keys.logstore,
    consumerGroup: keys.consumer_group,
    consumers: keys.consumers,
    startFrom: keys.start_from,
    inOrder: keys.in_order,
    query: keys.query,
    heartbeatIntervalMs: keys.heartbeat_interval,
    fetchIntervalMs: keys.fetch_interval,
    checkpointIntervalMs: keys.checkpoint_interval,
    routes: keys.routes,
    event: keys.event,
  })
}
