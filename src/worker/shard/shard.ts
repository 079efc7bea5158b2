/**
 * One shard while this consumer holds it: find the start, read pages, deliver each, move the checkpoint, let go.
 * Nothing here ever moves the checkpoint past an event that Splunk does not have.
 */

import { type BackoffRange, backoffMs } from '../../base/backoff.ts'
import { sleep } from '../../base/wait.ts'
import type { Cursor } from '../../sls/cursor.ts'
import { describeFailure, type SlsFailure } from '../../sls/errors.ts'
import type { ShardState } from '../../thread/protocol.ts'
import { holdPage } from '../read/held-page.ts'
import { createPages } from '../read/pages.ts'
import { createReadAhead } from '../read/read-ahead.ts'
import { type Checkpoint, createCheckpoint } from './checkpoint.ts'
import type { ShardContext } from './context.ts'
import { createShardLag } from './lag.ts'
import type { IsOurs } from './lease.ts'
import { createShardPage } from './page.ts'
import type { Release, ShardEnd, ShardRunner } from './runner.ts'
import { findStart, recoverPosition, type Start } from './start.ts'

/** A stronger reason to let go wins over a weaker one. */
const RANK: Readonly<Record<Release, number>> = { stop: 0, taken: 1, deadline: 2, lost: 3 }

const FINAL_SAVE_MS = 10_000
const TRY_AGAIN: BackoffRange = { minMs: 2_000, maxMs: 60_000 }

/** What is known of one shard only. */
export interface ShardOwnership {
  /** A position that was reached before, for a group that has lost its own. */
  readonly known: () => Cursor | undefined
  readonly isOurs: IsOurs
  /** A checkpoint of it was refused before: none of its logs is sent until one is taken. */
  readonly isDisputed: boolean
}

/** Starts to forward a shard. */
export function startShard(
  shard: number,
  context: ShardContext,
  { known, isOurs, isDisputed }: ShardOwnership,
): ShardRunner {
  const { client, source, troubles, log } = context
  const meter = context.meter.shard(shard)
  const soft = new AbortController()
  const hard = new AbortController()
  const lost = new AbortController()
  const over = new AbortController()
  const parts = { client, shard, troubles, signal: soft.signal }
  const { budget, quarantine } = context
  const pages = createPages({ ...parts, budget, meter, quarantine })
  const ahead = createReadAhead(pages)
  const shardPage = createShardPage({
    shard,
    context,
    meter,
    isOurs,
    position: () => checkpoint?.position() ?? '',
    ending: soft.signal,
    cut: hard.signal,
    onHold: () => void ahead.drop(),
  })
  let released: Release | undefined
  let state: ShardState = 'starting'
  let checkpoint: Checkpoint | undefined
  let refusal: SlsFailure | undefined
  const shardLag = createShardLag(source.fetchIntervalMs)

  function release(reason: Release): boolean {
    if (released !== undefined && RANK[released] >= RANK[reason]) return false
    released = reason
    state = 'draining'
    soft.abort()
    if (reason === 'deadline' || reason === 'lost') {
      shardPage.noteUnfinished()
      hard.abort()
    }
    if (reason === 'lost') lost.abort()
    if (reason === 'taken') void giveUpLater()
    return true
  }

  /** Whoever is to have the shard next may be able to deliver what we cannot. */
  async function giveUpLater(): Promise<void> {
    await sleep(context.drainTimeoutMs, over.signal)
    if (!over.signal.aborted) release('deadline')
  }

  async function run(): Promise<void> {
    const start = await findStart(parts)
    if (!start) return
    const from = start.stored ?? known() ?? start.cursor
    const current = createCheckpoint({
      ...parts,
      start: from,
      stored: start.stored,
      onLost,
      isOurs,
      cut: hard.signal,
      intervalMs: source.checkpointIntervalMs,
    })
    checkpoint = current
    if (isDisputed) await current.prove(soft.signal)
    if (!soft.signal.aborted) log.info(`shard ${shard} taken`, { shard, from })
    await forwardAndSave(current, start)
    log.info(`shard ${shard} released (${released ?? 'ended'})`, { shard, position: current.position() })
  }

  function onLost(failure: SlsFailure): void {
    refusal = failure
    log.warn(`shard ${shard} is not ours any more: ${describeFailure(failure)}`, { shard })
    release('lost')
  }

  async function forwardAndSave(current: Checkpoint, start: Start): Promise<void> {
    const saving = new AbortController()
    const saved = current.keepSaving(saving.signal)
    try {
      await forward(current, start)
    } finally {
      saving.abort()
      await saved
      // A shard may be lost while its last position is being saved: from then on nothing more is tried.
      await flushWithin(FINAL_SAVE_MS, current)
      for (const work of ['read', 'page', 'send', 'dead-letters'] as const) troubles.clear({ work, shard })
    }
  }

  /** `AbortSignal.timeout` would not do: nothing keeps it alive while no request is under way. */
  async function flushWithin(ms: number, current: Checkpoint): Promise<void> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), ms)
    await current.flush(AbortSignal.any([late.signal, lost.signal]))
    clearTimeout(timer)
    if (released === 'lost' || current.saved() === current.position()) return
    log.warn(`the last position of shard ${shard} could not be saved: logs will be sent again`, { shard })
  }

  async function forward(current: Checkpoint, start: Start): Promise<void> {
    let failures = 0
    while (!soft.signal.aborted) {
      const startedAt = performance.now()
      const pulled = await ahead.next(current.position())
      if (pulled.kind === 'stopped') return
      if (pulled.kind === 'failed') {
        const goesOn = await recover(pulled.failure, current, { start, failures: failures++ })
        if (!goesOn) return
        continue
      }
      const next = pulled.page
      if (!next.atEnd) ahead.begin(next.next)
      if (!soft.signal.aborted) {
        state = 'reading'
        shardLag.reading(next)
      }
      const delivered = await shardPage.deliver(holdPage(pulled, pages, source.query === undefined))
      if (delivered) {
        failures = 0
        for (const work of ['page', 'send', 'dead-letters'] as const) troubles.clear({ work, shard })
        // Only here: the page is delivered, and so is everything before it.
        current.advance(next.next)
        if (next.atEnd) await rest(startedAt)
      } else {
        await ahead.drop()
        await sleep(backoffMs(failures++, TRY_AGAIN), soft.signal)
      }
    }
    await ahead.drop()
  }

  /** Caught up: the next pull begins one fetch interval after this one did. */
  async function rest(startedAt: number): Promise<void> {
    if (soft.signal.aborted) return
    state = 'caught-up'
    shardLag.caughtUp()
    await sleep(source.fetchIntervalMs - (performance.now() - startedAt), soft.signal)
  }

  /** Whether reading goes on after a failure that trying again cannot mend. */
  async function recover(
    failure: SlsFailure,
    current: Checkpoint,
    { start, failures }: Attempt,
  ): Promise<boolean> {
    if (failure.action !== 'cursor') {
      log.warn(`shard ${shard} cannot be read: ${describeFailure(failure)}`, { shard })
      if (failure.action !== 'shard-gone') release('lost')
      return false
    }
    const readUntilSeconds = shardLag.heldSinceSeconds() ?? start.savedAtSeconds
    const recovered = await recoverPosition({ ...parts, meter, log, readUntilSeconds }, current.position())
    if (recovered.kind === 'gone') return false
    if (recovered.kind === 'expired') current.advance(recovered.oldest)
    else await sleep(backoffMs(failures, TRY_AGAIN), soft.signal)
    return true
  }

  async function runToEnd(): Promise<ShardEnd> {
    await run().finally(() => over.abort())
    return { released, gotFurther: checkpoint?.gotFurther() ?? false, refusal }
  }

  return {
    shard,
    release,
    ended: runToEnd(),
    unfinished: shardPage.unfinished,
    unsaved() {
      const [from, to] = [checkpoint?.saved() ?? '', checkpoint?.position() ?? '']
      return from === to ? undefined : { shard, from, to }
    },
    status() {
      const position = checkpoint?.position()
      const lag = shardLag.seconds(state)
      return {
        shard,
        state,
        inFlightEvents: meter.inFlightEvents(),
        ...(position !== undefined && { position }),
        ...(lag !== undefined && { lagSeconds: lag }),
      }
    },
  }
}

interface Attempt {
  readonly start: Start
  readonly failures: number
}
