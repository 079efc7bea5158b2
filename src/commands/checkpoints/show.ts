/** `sls2splunk checkpoints show`: prints where the consumer group of each source stands. */

import { formatDuration } from '../../base/units.ts'
import type { Config, SourceConfig } from '../../config/types.ts'
import type { SlsResult } from '../../sls/errors.ts'
import { chooseSource } from '../log-service/choose-source.ts'
import { describeTrouble, withLogService } from '../log-service/connection.ts'
import { eachShard } from '../log-service/each-shard.ts'
import { EXIT } from '../terminal/exit.ts'
import { fail } from '../terminal/fail.ts'
import { openConfig } from '../terminal/open-config.ts'
import { tableOf } from '../terminal/table.ts'
import { type Standing, standingOf } from './standing.ts'

export interface ShowOptions {
  /** Default: every source. */
  readonly source?: string
  readonly json: boolean
}

/** One source as `--json` prints it, in a list. */
interface SourceStanding {
  readonly source: string
  readonly project: string
  readonly logstore: string
  readonly consumerGroup: string
  readonly groupExists: boolean
  readonly shards: readonly Standing[]
}

/** Returns the exit status. Names a source that cannot be asked on standard error, and shows the others. */
export async function show(file: string | undefined, { source, json }: ShowOptions): Promise<number> {
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  const { config } = opened
  const sources = sourcesOf(config, source)
  if (typeof sources === 'string') return fail(sources, EXIT.usage)
  const standings: SourceStanding[] = []
  let status: number = EXIT.ok
  for (const each of sources) {
    const asked = await standingsOf(config, each)
    if (asked.kind === 'ok') standings.push(asked.value)
    else status = fail(describeTrouble(config, `cannot read the checkpoints of ${each.name}`, asked.failure))
  }
  const text = json ? `${JSON.stringify(standings, undefined, 2)}\n` : standings.map(describe).join('\n')
  process.stdout.write(text)
  return status
}

/** Returns the chosen sources, or why there are none. */
function sourcesOf({ sources }: Config, name: string | undefined): readonly SourceConfig[] | string {
  if (name === undefined) return sources
  const chosen = chooseSource(sources, name)
  return chosen.kind === 'wrong' ? chosen.message : [chosen.source]
}

function standingsOf(config: Config, source: SourceConfig): Promise<SlsResult<SourceStanding>> {
  const { name, project, logstore, consumerGroup } = source
  const { signal } = new AbortController()
  return withLogService(config, source, async service => {
    const positions = await service.admin.positionsOf(source, signal)
    if (positions.kind === 'failed') return positions
    const { groupExists } = positions.value
    const shards = await eachShard(positions.value.shards, shard => standingOf(service, shard, signal))
    if (shards.kind === 'failed') return shards
    const value = { source: name, project, logstore, consumerGroup, groupExists, shards: shards.value }
    return { kind: 'ok', value }
  })
}

const HEADS = ['shard', 'status', 'checkpoint', 'received', 'lag', 'last consumer', 'updated']

function describe({ source, project, logstore, consumerGroup, groupExists, shards }: SourceStanding): string {
  const note = groupExists ? '' : ': there is no such group yet, the service makes it when it starts'
  const title = `${source}: consumer group ${consumerGroup} of ${project}/${logstore}${note}\n`
  return title + tableOf(HEADS, shards.map(rowOf))
}

function rowOf({ shard, status, checkpoint, time, lagSeconds, consumer, updated }: Standing) {
  if (checkpoint === null) return [shard, status, 'none', '-', '-', '-', '-']
  const lag = lagSeconds === null ? '-' : formatDuration(lagSeconds * 1_000)
  return [shard, status, checkpoint, time ?? 'expired', lag, consumer ?? '-', updated ?? '-']
}
