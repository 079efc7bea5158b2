/** The logs of a shard as the events that a worker would send, until there are enough. */

import type { EventMetadata, SourceConfig } from '../../config/types.ts'
import type { Cursor } from '../../sls/cursor.ts'
import type { SlsFailure } from '../../sls/errors.ts'
import type { Page } from '../../sls/page.ts'
import { check } from '../../worker/encode/check.ts'
import { createEncode, type Encode, type PageEncoder } from '../../worker/encode/page-encoder.ts'
import { createPlanner } from '../../worker/encode/plan.ts'
import type { LogService } from '../log-service/connection.ts'

export interface ShardPreview {
  readonly shard: number
  readonly from: Cursor
  /** Number of logs that were printed, and of those that routes dropped before the last of them. */
  readonly shown: number
  readonly dropped: number
  readonly end: End
}

export type End =
  /** Ended behind the newest log, or when enough were shown. */
  | { readonly kind: 'read' }
  /** Ended because too many pages were read without finding enough. */
  | { readonly kind: 'given-up'; readonly pulls: number }
  | { readonly kind: 'failed'; readonly failure: SlsFailure }
  | { readonly kind: 'corrupt'; readonly message: string }

export interface Wanted {
  readonly limit: number
  /** Called with each HEC event and its line end. */
  readonly show: (event: Uint8Array) => void
  readonly signal: AbortSignal
}

/** Limits how long a person waits where routes drop everything. */
const MAX_PULLS = 30
const MAX_GROUPS = 1_000

/** Returns the worker's encoder with all that shapes events: routes, defaults, metadata. */
export function encoderOf(source: SourceConfig, defaults: EventMetadata, shard: number): Encode {
  const { project, logstore, routes, event } = source
  return createEncode(
    createPlanner({ project, logstore, shard, routes, defaults, addMetadata: event.metadata }),
  )
}

/** Pulls and prints; stores nothing. Rejects when the signal is aborted. */
export async function previewShard(
  { client }: Pick<LogService, 'client'>,
  { shard, from, encode }: { readonly shard: number; readonly from: Cursor; readonly encode: Encode },
  { limit, show, signal }: Wanted,
): Promise<ShardPreview> {
  let [cursor, shown, dropped] = [from, 0, 0]
  const ended = (end: End) => ({ shard, from, shown, dropped, end })
  for (let pulls = 0; pulls < MAX_PULLS; pulls++) {
    const groups = Math.min(MAX_GROUPS, limit * 2 ** pulls)
    const answer = await client.pull(shard, cursor, signal, groups)
    if (answer.kind === 'failed') return ended(answer)
    const page: Page = answer.value
    const checked = check(page.data)
    if (checked.kind === 'corrupt') return ended(checked)
    const encoder = encode(page.data)
    shown += showEvents(encoder, limit - shown, show)
    dropped += encoder.droppedEvents()
    if (page.atEnd || shown === limit) return ended({ kind: 'read' })
    cursor = page.next
  }
  return ended({ kind: 'given-up', pulls: MAX_PULLS })
}

/** A body without room: each event then comes alone, and nothing behind the last one is encoded. */
const NO_ROOM = new Uint8Array(0)

function showEvents(encoder: PageEncoder, limit: number, show: Wanted['show']): number {
  for (let shown = 0; shown < limit; shown++) {
    const body = encoder.next(NO_ROOM)
    if (body === undefined) return shown
    show(body.bytes)
  }
  return limit
}
