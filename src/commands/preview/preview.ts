/** `sls2splunk preview`: prints the events that the next logs would become. Joins, sends and stores nothing. */

import { unlessAborted } from '../../base/failure.ts'
import type { StartPosition } from '../../config/types.ts'
import type { ShardPosition } from '../../sls/positions.ts'
import { chooseSource } from '../log-service/choose-source.ts'
import { describeTrouble, type LogService, withLogService } from '../log-service/connection.ts'
import { pickShards } from '../log-service/pick-shards.ts'
import { EXIT } from '../terminal/exit.ts'
import { fail } from '../terminal/fail.ts'
import { openConfig } from '../terminal/open-config.ts'
import { givenUpOf, nothingOf, summaryOf } from './account.ts'
import { encoderOf, previewShard, type ShardPreview } from './shard.ts'
import { startOf } from './start.ts'

export interface PreviewOptions {
  /** Default: the only one. */
  readonly source?: string
  /** Default: all in turn. */
  readonly shard?: number
  /** Default: the group's checkpoint, else the source's `start_from`. */
  readonly from?: StartPosition
  /** Maximum number of events, all shards together. */
  readonly limit: number
}

export async function preview(file: string | undefined, options: PreviewOptions): Promise<number> {
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  const chosen = chooseSource(opened.config.sources, options.source)
  if (chosen.kind === 'wrong') return fail(chosen.message, EXIT.usage)
  const signal = whileRead()
  const status = await withLogService(opened.config, chosen.source, service =>
    previewSource(service, options, signal),
  ).catch(unlessAborted(signal))
  return status ?? EXIT.ok
}

async function previewSource(
  service: LogService,
  options: PreviewOptions,
  signal: AbortSignal,
): Promise<number> {
  const positions = await service.admin.positionsOf(service.source, signal)
  if (positions.kind === 'failed')
    return fail(describeTrouble(service.config, 'cannot list the shards', positions.failure))
  const picked = pickShards(positions.value.shards, options.shard)
  if (picked.kind === 'wrong') return fail(picked.message, EXIT.usage)
  const previews: ShardPreview[] = []
  let left = options.limit
  for (const position of picked.shards) {
    if (left === 0) break
    const read = await previewOne(service, position, { ...options, limit: left }, signal)
    if (read.kind === 'failed') return fail(read.message)
    previews.push(read.preview)
    left -= read.preview.shown
  }
  sayWhatWasRead(previews)
  return EXIT.ok
}

type Read =
  | { readonly kind: 'read'; readonly preview: ShardPreview }
  | { readonly kind: 'failed'; readonly message: string }

async function previewOne(
  service: LogService,
  position: ShardPosition,
  { from, limit }: PreviewOptions,
  signal: AbortSignal,
): Promise<Read> {
  const { shard } = position
  const what = `cannot read shard ${shard}`
  const start = await startOf(service, position, from, signal)
  if (start.kind === 'failed')
    return { kind: 'failed', message: describeTrouble(service.config, what, start.failure) }
  const encode = encoderOf(service.source, service.config.splunk.metadata, shard)
  const show = (event: Uint8Array) => void process.stdout.write(event)
  const preview = await previewShard(service, { shard, from: start.value, encode }, { limit, show, signal })
  const { end } = preview
  if (end.kind === 'corrupt')
    return { kind: 'failed', message: `${what}: a page is corrupt: ${end.message}. To do: ${READ_AGAIN}` }
  if (end.kind !== 'failed') return { kind: 'read', preview }
  const hint =
    end.failure.action === 'cursor' ? '. The service would go on at the oldest log: --from begin' : ''
  return { kind: 'failed', message: describeTrouble(service.config, what, end.failure) + hint }
}

const READ_AGAIN = 'try again; if it stays so, look for a proxy that changes answers'

function sayWhatWasRead(previews: readonly ShardPreview[]): void {
  const lines = [...previews.map(givenUpOf), nothingOf(previews), summaryOf(previews)]
  for (const line of lines) if (line !== undefined) process.stderr.write(`${line}\n`)
}

/** Returns a signal that is aborted when the reader of the output has gone, as behind `| head`. */
function whileRead(): AbortSignal {
  const controller = new AbortController()
  process.stdout.on('error', () => controller.abort())
  return controller.signal
}
