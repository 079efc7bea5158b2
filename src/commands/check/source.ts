/** The steps for one source: logstore, shards, consumer group, and whether the key may read. Changes nothing. */

import { groupTimeoutSeconds } from '../../config/group-timeout.ts'
import { nearestName } from '../../config/nearest.ts'
import type { SlsConfig, SourceConfig } from '../../config/types.ts'
import { createGotClient } from '../../http/got-client.ts'
import { createSlsClient, type SlsClient } from '../../sls/client.ts'
import { describeFailure, type SlsFailure } from '../../sls/errors.ts'
import type { ListedShard } from '../../sls/first-positions.ts'
import type { ListedGroup } from '../../sls/listings.ts'
import type { SlsQuestions } from '../../sls/questions.ts'
import { count } from '../terminal/words.ts'
import { callFailed, type RamAction, UNTRIED_ACTIONS } from './access.ts'
import { type Finding, failed, ok, type Row, type Step, skipped, warning } from './step.ts'

export interface SourceParts {
  readonly sls: SlsConfig
  readonly source: SourceConfig
  readonly questions: SlsQuestions
  /** Why the source cannot be tried: a step of its project has failed. */
  readonly blocked?: string
}

interface Found {
  shards: readonly ListedShard[]
  hasGroup: boolean
}

export function sourceRow({ sls, source, questions, blocked }: SourceParts): Row<Found> {
  const steps: Step<Found>[] = [
    { name: 'logstore', run: (found, signal) => findLogstore(questions, source, { found, signal }) },
    { name: 'shards', needs: 'logstore', run: ({ shards = [] }) => judgeShards(source, shards) },
    {
      name: 'consumer group',
      needs: 'logstore',
      run: (found, signal) => findGroup(questions, source, { found, signal }),
    },
    {
      name: 'reading',
      needs: 'logstore',
      run: ({ shards = [] }, signal) =>
        withClient(sls, source, client => read(client, source, { shards, signal })),
    },
    {
      name: 'checkpoints',
      needs: 'consumer group',
      run: (found, signal) =>
        withClient(sls, source, client => readCheckpoint(client, source, { found, signal })),
    },
    { name: 'writing', needs: 'logstore', run: () => skipped(WRITING) },
  ]
  const target = `source ${source.name}`
  return { target, steps, ...(blocked !== undefined && { blocked }) }
}

const WRITING = `not tried, as it changes something: the first run tells (${UNTRIED_ACTIONS.join(', ')})`

interface Asking {
  readonly found: Partial<Found>
  readonly signal: AbortSignal
}

/** Asks for the shards, which every consumer may do: the answer says whether the logstore exists. */
async function findLogstore(
  questions: SlsQuestions,
  source: SourceConfig,
  { found, signal }: Asking,
): Promise<Finding> {
  const { logstore, project } = source
  const shards = await questions.shards(logstore, signal)
  if (shards.kind === 'ok') {
    found.shards = shards.value
    return ok(`${logstore} is there`)
  }
  if (shards.failure.code !== 'LogStoreNotExist') return callFor(source, shards.failure, 'log:ListShards')
  const known = await questions.logstores(signal)
  const names = known.kind === 'ok' ? known.value : []
  return failed(
    `there is no logstore ${logstore} in ${project}: ${describeFailure(shards.failure)}`,
    nameHint(logstore, names),
  )
}

const MOST_NAMES = 10

function nameHint(logstore: string, names: readonly string[]): string {
  const nearest = nearestName(logstore, names)
  if (nearest !== undefined) return `did you mean ${nearest}? Set logstore in sources`
  if (names.length === 0) return 'check logstore in sources: the name, and that it is of this project'
  const more = names.length > MOST_NAMES ? ', …' : ''
  return `set logstore in sources to one that is there: ${names.slice(0, MOST_NAMES).join(', ')}${more}`
}

function judgeShards({ consumers }: SourceConfig, shards: readonly ListedShard[]): Finding {
  const writable = shards.filter(({ readonly }) => !readonly).length
  const text = `${count(shards.length, 'shard')}, ${writable} of them ${writable === 1 ? 'takes' : 'take'} writes`
  if (consumers === 0)
    return warning(
      `${text}; the source is paused (consumers: 0)`,
      'set consumers to 1 or more to have it read',
    )
  const spare = consumers - shards.length
  return spare > 0
    ? warning(
        `${text}; of ${count(consumers, 'consumer')} ${spare} will stand by`,
        `lower consumers to ${shards.length}, or split shards: a shard has one consumer at a time`,
      )
    : ok(`${text}, for ${count(consumers, 'consumer')}`)
}

/** Log Service's default limit of consumer groups for a logstore; Alibaba Cloud can raise it. */
const GROUP_QUOTA = 30

async function findGroup(
  questions: SlsQuestions,
  source: SourceConfig,
  { found, signal }: Asking,
): Promise<Finding> {
  const groups = await questions.groups(source.logstore, signal)
  if (groups.kind === 'failed') return callFor(source, groups.failure, 'log:ListConsumerGroup')
  const group = groups.value.find(({ name }) => name === source.consumerGroup)
  found.hasGroup = group !== undefined
  return group ? compareGroup(group, source) : newGroup(source, groups.value.length)
}

function compareGroup({ timeoutSeconds, inOrder }: ListedGroup, source: SourceConfig): Finding {
  const { consumerGroup, heartbeatIntervalMs } = source
  const timeout = groupTimeoutSeconds(heartbeatIntervalMs)
  const there = `timeout ${timeoutSeconds} s, in order: ${inOrder}`
  if (timeoutSeconds === timeout && inOrder === source.inOrder)
    return ok(`${consumerGroup} is there: ${there}`)
  return warning(
    `${consumerGroup} is there with ${there}; run will set timeout ${timeout} s, in order: ${source.inOrder}`,
    'nothing if the group is this service alone; else give it its own consumer_group, or set heartbeat_interval and in_order to match',
  )
}

function newGroup({ consumerGroup, logstore }: SourceConfig, groups: number): Finding {
  const text = `${consumerGroup} is not there yet: run makes it (log:CreateConsumerGroup)`
  return groups < GROUP_QUOTA
    ? ok(`${text}, as number ${groups + 1} of ${GROUP_QUOTA}`)
    : warning(
        `${text}, but ${logstore} has ${groups} groups and Log Service allows ${GROUP_QUOTA} unless the quota was raised`,
        'delete a consumer group that is no longer used, or set consumer_group to an existing one',
      )
}

interface Reading {
  readonly shards: readonly ListedShard[]
  readonly signal: AbortSignal
}

/** Reads one log group at most, from the end: that tells the permission, and whether Log Service accepts the query. */
async function read(client: SlsClient, source: SourceConfig, { shards, signal }: Reading): Promise<Finding> {
  const shard = (shards.find(({ readonly }) => !readonly) ?? shards[0])?.id
  if (shard === undefined) return failed('there is no shard to read from', 'give the logstore a shard')
  const cursor = await client.cursorAt(shard, { kind: 'end' }, signal)
  if (cursor.kind === 'failed') return callFor(source, cursor.failure, 'log:GetCursorOrData')
  const page = await client.pull(shard, cursor.value, signal, 1)
  if (page.kind === 'ok')
    return ok(`shard ${shard} can be read${source.query === undefined ? '' : ', with the query'}`)
  return source.query !== undefined && page.failure.code === 'ParameterInvalid'
    ? failed(`the query is refused: ${describeFailure(page.failure)}`, `fix query of source ${source.name}`)
    : callFor(source, page.failure, 'log:GetCursorOrData')
}

/** Reads one checkpoint; skipped where the group does not exist yet. */
async function readCheckpoint(
  client: SlsClient,
  source: SourceConfig,
  { found, signal }: Asking,
): Promise<Finding> {
  const { hasGroup = false, shards: [first] = [] } = found
  if (!hasGroup || !first) return skipped('the consumer group is not there yet')
  const checkpoint = await client.checkpointOf(first.id, signal)
  return checkpoint.kind === 'ok'
    ? ok('checkpoints can be read')
    : callFor(source, checkpoint.failure, 'log:GetConsumerGroupCheckPoint')
}

function callFor(
  { project, logstore, consumerGroup }: SourceConfig,
  failure: SlsFailure,
  action: RamAction,
): Finding {
  const resource = `project/${project}/logstore/${logstore}`
  return callFailed(
    failure,
    action,
    /Group/.test(action) ? `${resource}/consumergroup/${consumerGroup}` : resource,
  )
}

/** Makes calls of a consumer without its heartbeat: the group does not learn of it. */
async function withClient(
  sls: SlsConfig,
  source: SourceConfig,
  use: (client: SlsClient) => Promise<Finding>,
): Promise<Finding> {
  const client = createSlsClient({
    ...source,
    sls,
    createHttp: createGotClient,
    maxSockets: 1,
    consumer: 'check',
  })
  try {
    return await use(client)
  } finally {
    client.close()
  }
}
